# Newcomers need only `make run` and `make test`. Both create .venv and install what is missing.

PYTHON3 ?= python3
PORT ?= 8000
ARGS ?=
BIN := .venv/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
TEST_STATE := .state/test

# The environment for `check --deploy`: a correct deployment.
PRODUCTION := DEBUG=off SITE_URL=https://tickets.example.com ALLOWED_HOSTS=tickets.example.com \
	SECRET_KEY=lint-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ \
	DATABASE_URL=postgres://ticketing:password@127.0.0.1:5432/ticketing REDIS_URL=redis://127.0.0.1:6379/0 \
	EMAIL_URL=smtp+tls://user:password@mail.example.com:587 TRUSTED_PROXIES=1

.PHONY: help run test lint check-deploy format bench chaos pictures samples pins clean
.DEFAULT_GOAL := help

help: ## Prints this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1@/p' $(MAKEFILE_LIST) | column -t -s @

run: .venv/runtime ## Runs everything on http://127.0.0.1:8000 (another port: PORT=9000 make run); Ctrl-C stops it
	@PORT=$(PORT) exec $(BIN)/python -m ticketing.run

test: .venv/dev ## Runs all tests (some: ARGS="events -k hold")
	$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

lint: .venv/dev ## Checks style, types, import layers, migrations and deployment settings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	STATE_DIR=$(TEST_STATE) $(BIN)/mypy .
	$(BIN)/lint-imports --config layers.toml
	STATE_DIR=$(TEST_STATE) $(BIN)/python manage.py makemigrations --check --dry-run
	$(MAKE) --no-print-directory check-deploy

check-deploy: .venv/dev
	STATE_DIR=$(TEST_STATE) $(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

format: .venv/dev ## Formats the code and fixes what ruff can fix
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/dev ## Runs the benchmarks (ARGS: for the first of them)
	$(BIN)/python -m benchmarks $(ARGS)
	$(BIN)/python -m benchmarks.plans
	$(BIN)/python -m benchmarks.sales_report
	$(BIN)/python -m benchmarks.waiting
	$(BIN)/python -m benchmarks.flash
	$(BIN)/python -m benchmarks.flash --fault redis
	$(BIN)/python -m benchmarks.flash --fault read-only

chaos: .venv/dev ## Makes 10,000 payments with failures injected at every step (ARGS="--payments 1000 --seed 7")
	$(BIN)/python -m chaos $(ARGS)

pictures: .venv/dev ## Takes the pictures of the pages in docs/pictures
	$(BIN)/python -m e2e.pictures

samples: .venv/dev ## Makes what people get (emails, tickets, calendar files, exports, printed pages) in docs/samples
	$(BIN)/python -m e2e.samples

pins: .venv/dev ## Resolves pyproject.toml into requirements*.txt
	$(PIP) uv
	$(BIN)/uv pip compile -q --universal --no-header --no-annotate --no-emit-index-url pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile -q --universal --no-header --no-annotate --no-emit-index-url \
		--extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

clean: ## Deletes the environment, the caches and ALL data of this checkout
	@if [ -e .venv/runtime ] || [ -e .venv/dev ]; then \
		STATE_DIR=$(TEST_STATE) $(BIN)/python -m ticketing.embedded remove; $(BIN)/python -m ticketing.embedded remove; fi
	rm -rf .venv .state .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/runtime: requirements.txt | .venv/bin/python
	@echo "  Installing requirements (once)"
	@$(PIP) -r requirements.txt
	@touch $@

.venv/dev: requirements-dev.txt | .venv/bin/python
	@echo "  Installing requirements for development (once)"
	@$(PIP) -r requirements-dev.txt
	@touch $@

.venv/bin/python:
	@echo "  Creating .venv"
	@$(PYTHON3) -m venv .venv
	@echo "$(CURDIR)" > "$$($@ -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/checkout.pth"  # for bare pytest
