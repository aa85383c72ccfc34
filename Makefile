# What there is to do with Almoner. `make run` and `make test` need Python 3.11 or newer, git and make.
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help

.PHONY: help install install-test run check test bench soak lock clean

help:            ## What can be made.
	@sed -n 's/^\([a-z-]*\):[^#]*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 24

install: .venv/.installed            ## Install what running needs into .venv.
install-test: .venv/.installed-test  ## Install what testing needs besides.

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv

.venv/.installed: .venv/bin/python pyproject.toml requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

.venv/.installed-test: .venv/.installed requirements-test.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-test.lock
	@touch $@

run: install     ## Serve at http://127.0.0.1:8080/fhir with the example practice.
	@$(BIN)/almoner serve --demo --open --mllp-port 2575

check: install-test  ## Lint, types, floors and the quick tests: three minutes.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m conformance_tests --quick

test: install-test   ## Everything, on SQLite and on the MongoDB stand-in. STRICT=1 fails on what is skipped.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m conformance_tests $(if $(STRICT),--strict)

bench: install-test  ## Measure, each beside a bare FastAPI route.
	$(BIN)/python -m benchmarks

lock: install-test   ## Renew the lock files from the lower bounds in pyproject.toml.
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --extra test --extra mongo-test pyproject.toml -o requirements-test.lock

clean:           ## Remove the environment and what was built; the data stays.
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
