"""Ask the dashboard on this machine whether it is well: `python -m tools.check_health`.

Ends with exit status 1 where it gives no answer. Port and base path are those of Streamlit's
environment variables.
"""

import os
import sys
import urllib.request
from collections.abc import Mapping

TIMEOUT_SECONDS = 4


def health_address(environment: Mapping[str, str]) -> str:
    """The address that a server with these environment variables answers at."""
    port = environment.get("STREAMLIT_SERVER_PORT", "8501")
    base = environment.get("STREAMLIT_SERVER_BASE_URL_PATH", "").strip("/")
    return "/".join(filter(None, [f"http://localhost:{port}", base, "_stcore/health"]))


def main() -> None:
    try:
        with urllib.request.urlopen(health_address(os.environ), timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            answer.read()
    except OSError as error:
        sys.exit(f"no answer: {error}")


if __name__ == "__main__":
    main()
