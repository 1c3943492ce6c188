# Needs Python 3.11 or newer and make; everything else goes into .venv.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run ready ready-dev format check test test-fast bench chaos figures

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: ready ## Start everything on http://127.0.0.1:8000 (PORTAL_PORT changes the port); Ctrl-C stops it
	@$(BIN)/portal run

test: check ## The whole gate: format, lint, types, import contracts, all tests, browser journeys
	@$(BIN)/python .ci/chromium.py
	@$(BIN)/python -m pytest -n 2 --dist loadfile --ignore=tests/browser
	@$(BIN)/python -m pytest tests/browser  # alone: a browser beside other tests comes late

test-fast: ready-dev ## Unit and domain tests, in seconds
	@$(BIN)/python -m pytest -n 2 --dist loadfile tests/unit tests/domain -m "not slow and not chaos and not browser"

bench: ready-dev ## Measure the portal under load (SCALE=20 for 500,000 orders)
	@$(BIN)/python -m bench

figures: ready-dev ## Print sizes of files, functions and folders, tests, and directions of imports
	@$(BIN)/python -m bench.figures

chaos: ready-dev ## Kill server, worker and import 100 times each while they work
	@CHAOS_ROUNDS=100 $(BIN)/python -m pytest -m chaos --ignore=tests/browser

check: ready-dev ## Format, lint, types and import contracts, without tests
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

format: ready-dev ## Format the code and mend what the linter can mend
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

ready:
	@$(PYTHON) bootstrap.py

ready-dev:
	@$(PYTHON) bootstrap.py --dev
