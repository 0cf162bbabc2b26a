# The two commands a person needs: `make run` and `make test`. Each makes its own environment.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Makes the environment whole, with its packages: see tools/environment.py.
ENVIRONMENT := @$(PYTHON) tools/environment.py $(VENV)
# One more at once than there are cores, as many tests wait for a process or a browser; but alone
# what measures time.
WORKERS = $(shell $(PYTHON) -c 'import os; print(min(4, (os.cpu_count() or 1) + 1))')
TESTS = $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal
ALONE := $(BIN)/python -m pytest -m alone

.PHONY: run classroom test test-all test-elsewhere unit lint format hooks bench chaos soak screenshots texts dask-scheduler \
	dask-worker packages test-packages dask-packages

run: packages
	$(BIN)/python -m streamlit run app.py

# For a class on the local network: prints the address, a QR code and the link for the teacher.
classroom: packages
	$(BIN)/python -m mnistviz classroom

# Everything but what is marked slow: unit tests, every page once, one browser walk, one killed worker.
test: test-packages
	$(TESTS) -m "not slow and not elsewhere"

# Functions alone: for while one writes.
unit: test-packages
	$(TESTS) --ignore tests/browser --ignore tests/pages \
		-m "not slow and not compiles and not process and not pages and not elsewhere"

test-all: test-packages
	$(TESTS) -m "not alone and not elsewhere"
	$(ALONE)

# Opens what `export` writes with Keras 3.5, PyTorch, LiteRT and ONNX Runtime, in an environment of
# their own of 2 GB, for Python 3.11 or 3.12. Writes docs/elsewhere.md.
ELSEWHERE := .venv-elsewhere
ELSEWHERE_PYTHON ?= python3.11

test-elsewhere: test-packages $(ELSEWHERE)/stamp
	MNISTVIZ_ELSEWHERE=$(CURDIR)/$(ELSEWHERE)/bin/python \
		MNISTVIZ_ELSEWHERE_REPORT=$(CURDIR)/docs/elsewhere.md \
		$(BIN)/python -m pytest -m elsewhere tests/elsewhere

$(ELSEWHERE)/stamp: tests/elsewhere/requirements.txt
	test -x $(ELSEWHERE)/bin/python || $(ELSEWHERE_PYTHON) -m venv $(ELSEWHERE)
	$(ELSEWHERE)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

lint: test-packages
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports

format: test-packages
	$(BIN)/python -m ruff format .
	$(BIN)/python -m ruff check --fix .

# Runs the checks of `make lint` before each commit.
hooks: test-packages
	$(BIN)/python -m pre_commit install

# Seconds an epoch beside stock Keras, in turns; seconds until a fresh server shows a page and until a
# click starts a training, from a click to a page repainted, and from a stroke to the answer, for one
# visitor and for a hundred: half an hour on a machine left alone.
bench: test-packages
	$(BIN)/python -m benchmarks.speed
	$(BIN)/python -m benchmarks.fresh_server
	$(BIN)/python -m benchmarks.train_start
	$(BIN)/python -m benchmarks.repaint
	$(BIN)/python -m benchmarks.draw_speed

# Kills, stops and damages whatever can be, and writes docs/reliability.md: up to an hour.
chaos: test-packages
	$(BIN)/python -m benchmarks.chaos --write

# Sixty simulated visitors of a class for two hours: errors, times from pen-up to the answer, memory.
soak: test-packages
	$(BIN)/python -m benchmarks.soak

# Pictures of the real pages of the real app, for the README.
screenshots: test-packages
	$(BIN)/python -m tools.make_screenshots

# The catalogue of the pages' texts, for translators.
texts: test-packages
	$(BIN)/python -m tools.make_catalogue

# A cluster for `study --dask`: one scheduler, and a worker on each machine that trains, as in
# `make dask-worker SCHEDULER=tcp://192.168.1.5:8786`. A worker trains one trial at a time.
SCHEDULER ?= tcp://127.0.0.1:8786

dask-scheduler: dask-packages
	$(BIN)/python -m dask scheduler

dask-worker: dask-packages
	$(BIN)/python -m dask worker $(SCHEDULER) --nthreads 1 --nworkers 1

packages:
	$(ENVIRONMENT) run

test-packages:
	$(ENVIRONMENT) test

dask-packages:
	$(ENVIRONMENT) dask
