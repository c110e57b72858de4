# Pinprick: every target does its own set-up in .venv. Needed: make and Python 3.11 or newer.
#   make demo     a published protocol, from case file to report
#   make test     what a newcomer runs: style, types, floors, tests
#   make verify   what takes longer: verification, wheel, other systems, docs
#   make bench    timings, beside peers         make docs    the pages, in docs/_build/html
#   make calibrate   fit the joint draws of healing anew, into build/calibration (half an hour)
#   make sensitivity   rank what drives the gain of collagen (a minute)
#   make lint, make format, make clean

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
LOCK := pyproject.toml requirements.lock
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
INSTALL := $(PIP) install --quiet --progress-bar off -c requirements.lock
# Two workers; a file's tests stay together, so that what one test compiled serves the next.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile
# The first Python on this machine that is new enough and can make a virtual environment.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python3.14; do \
  $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
    >/dev/null 2>&1 && { echo $$p; break; }; done)

.PHONY: help demo test verify bench calibrate sensitivity docs lint format clean which-python
.DEFAULT_GOAL := help
.NOTPARALLEL:

help:
	@sed -n '2,8s/^#   //p' Makefile

demo: $(VENV)/.core
	@$(BIN)/pinprick demo

test: lint
	@$(PYTEST) -m "not verify"

verify: $(VENV)/.docs
	@echo "make verify needs: the package index that pip is set to, about 2 GB of disk for a"
	@echo "second environment, and up to half an hour. No browser, no accelerator."
	@echo "== schemas" && $(BIN)/python tools/check_schemas.py
	@echo "== docs" && $(MAKE) --no-print-directory docs
	@echo "== wheel" && $(BIN)/python tools/check_wheel.py
	@echo "== other systems" && $(BIN)/python tools/check_platforms.py
	@echo "== repeated lines" && $(BIN)/python -m pylint src/pinprick
	@echo "== verification" && $(PYTEST) -m verify

bench: $(VENV)/.core
	@$(BIN)/python benchmarks/forecast_cold_warm.py
	@$(INSTALL) -e ".[bench]"
	@$(BIN)/python benchmarks/ensemble_peers.py
	@$(BIN)/python benchmarks/healing_year.py
	@$(BIN)/python benchmarks/full_face.py
	@$(BIN)/python benchmarks/patch_peers.py
	@$(BIN)/python benchmarks/uptake.py

calibrate: $(VENV)/.core
	@$(BIN)/python -m pinprick.learning --out build/calibration

sensitivity: $(VENV)/.core
	@$(INSTALL) -e ".[learn]"
	@$(BIN)/python -m pinprick.learning.sensitivity docs/_static/healing-sensitivity.csv

docs: $(VENV)/.docs
	@$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo "docs: docs/_build/html/index.html"

lint: $(VENV)/.test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/.test
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

clean:
	rm -rf build dist docs/_build docs/_generated docs/jupyter_execute
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests docs tools benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "Kept: $(VENV) (rm -rf $(VENV) to start afresh)"

which-python:
	@test -n "$(PYTHON)" || { \
	  echo "No Python found that is 3.11 or newer and can make a virtual environment." >&2; \
	  echo "Install one (on Debian and Ubuntu: python3 and python3-venv)," >&2; \
	  echo "or name it: make PYTHON=/path/to/python3.12 test" >&2; exit 1; }

$(BIN)/python:
	@$(MAKE) --no-print-directory which-python
	@echo "Making $(VENV) with $(PYTHON)"
	@$(PYTHON) -m venv $(VENV)

# Stamps: a second call installs nothing unless the project's own list or the lock has changed.
$(VENV)/.core: $(LOCK) | $(BIN)/python
	@echo "Installing into $(VENV) (once; a minute or a few)"
	@$(INSTALL) -e .
	@touch $@

$(VENV)/.test: $(LOCK) | $(BIN)/python
	@echo "Installing into $(VENV), with what the tests need (once; a minute or a few)"
	@$(INSTALL) -e ".[test]"
	@touch $(VENV)/.core $@

$(VENV)/.docs: $(LOCK) | $(BIN)/python
	@echo "Installing into $(VENV), with what tests and docs need (once; a minute or a few)"
	@$(INSTALL) -e ".[test,docs]"
	@touch $(VENV)/.core $(VENV)/.test $@
