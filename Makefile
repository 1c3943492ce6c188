# Needs Python 3.11 or newer and make; everything else goes into .venv.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run ready ready-demo ready-dev format check test test-fast test-noun bench chaos figures migration lock

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: ready-demo ## Start everything on http://127.0.0.1:8000 (PORTAL_PORT changes the port); Ctrl-C stops it
	@$(BIN)/portal run

test: check ## The whole gate: format, lint, types, import contracts, all tests, browser journeys
	@$(BIN)/python .ci/chromium.py
	@$(BIN)/python -m pytest -n 2 --dist loadfile --ignore=tests/browser
	@$(BIN)/python -m pytest tests/browser  # alone: a browser beside other tests comes late

test-fast: ready-dev ## Unit tests and the rules that need no database, in seconds
	@HYPOTHESIS_PROFILE=fast $(BIN)/python -m pytest -n 2 --dist loadgroup tests/unit tests/rules -m "not database and not slow" \
	  --ignore=tests/rules/access --ignore=tests/rules/repository  # the database, the wheel, the documents

test-noun: ready-dev ## All tests of one noun: make test-noun N=billing/disputes
	@found="$$($(BIN)/python .ci/noun_tests.py "$(N)")" && $(BIN)/python -m pytest $$found

bench: ready-dev ## Measure the portal under load (SCALE=20 for 500,000 orders)
	@$(BIN)/python -m bench

figures: ready-dev ## Print sizes of files, functions and folders, tests, and directions of imports
	@$(BIN)/python -m bench.figures

chaos: ready-dev ## Kill server, worker and import 100 times each while they work
	@CHAOS_ROUNDS=100 $(BIN)/python -m pytest -m chaos --ignore=tests/browser

check: ready-dev ## Format, lint, types, import contracts and installed packages, without tests
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m pip check --quiet --disable-pip-version-check

format: ready-dev ## Format the code and mend what the linter can mend
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

migration: ready-dev ## Write the next migration from the models: make migration M="what it does"
	@$(BIN)/python .ci/migration.py "$(M)"
	@$(BIN)/ruff check --quiet --fix migrations/versions && $(BIN)/ruff format --quiet migrations/versions

# The compiler keeps every version that still fits; UPGRADE=--upgrade takes the newest ones.
LOCK = $(BIN)/pip-compile --quiet --strip-extras --allow-unsafe --generate-hashes $(UPGRADE) \
	--no-emit-find-links --no-emit-index-url --no-emit-trusted-host pyproject.toml
AS_DEV = --constraint=requirements-dev.txt

lock: ready-dev ## Pin the packages that pyproject.toml asks for (UPGRADE=--upgrade: their newest versions)
	@$(LOCK) --output-file=requirements-dev.txt --extra=demo --extra=lake --extra=dev
	@$(LOCK) $(AS_DEV) --output-file=requirements-lake.txt --extra=lake
	@$(LOCK) $(AS_DEV) --output-file=requirements-demo.txt --extra=demo
	@$(LOCK) $(AS_DEV) --output-file=requirements.txt

ready: ## Install what production needs into .venv
	@$(PYTHON) bootstrap.py

ready-demo:
	@$(PYTHON) bootstrap.py --demo

ready-dev:
	@$(PYTHON) bootstrap.py --dev
