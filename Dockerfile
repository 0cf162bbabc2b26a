# The dashboard in a container: see docs/deployment.md.
FROM python:3.12-slim
WORKDIR /app

# Before the code: a change of the code installs nothing again.
COPY requirements.txt constraints.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check -r requirements.txt -c constraints.txt

COPY . .
RUN python -m compileall -q app.py pages mnistviz \
    && mkdir /data \
    && chown 1000:1000 /data

# Nothing but the volume is written to. As others reach this server, each visitor has a space of their
# own; MNISTVIZ_MODE=alone serves one person.
ENV MNISTVIZ_HOME=/data \
    PYTHONDONTWRITEBYTECODE=1 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_HEADLESS=true
VOLUME /data
EXPOSE 8501
USER 1000:1000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-m", "tools.check_health"]
CMD ["python", "-m", "streamlit", "run", "app.py"]
