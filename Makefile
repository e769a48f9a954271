# Few verbs: demo, up, test, check, format, docs, bench, soak, clean. Everything runs in a private environment (.venv, .uv).
SHELL := /bin/sh
.DEFAULT_GOAL := help

BIN := .venv/bin
SYNCED := .venv/.synced
SERVE ?= 1
YEARS ?= 2
SEED ?= 1

help: ## what there is
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile

demo: $(SYNCED) ## a demo athlete, computed and served; SERVE=0 ends after the printout, YEARS=10 makes more
	@exec $(BIN)/runningcoach demo --years $(YEARS) --seed $(SEED) $(if $(filter 0,$(SERVE)),--no-serve,--serve)

up: $(SYNCED) ## serve Dagster and the dashboard
	@exec $(BIN)/runningcoach up

test: $(SYNCED) browser static ## everything, from the formatting check to the end-to-end tests
	$(BIN)/pytest --numprocesses=auto --dist=loadfile --no-loadscope-reorder --cov --cov-report=term:skip-covered

check: $(SYNCED) static ## formatting, lint, types, import rules

static: $(SYNCED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(SYNCED) ## format and sort imports
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(SYNCED) ## docs/metrics.md from the docstrings and docs/metrics.template.md
	@$(BIN)/python -m runningcoach_pipelines.explain.document

bench: $(SYNCED) ## the figures of docs/benchmarks.md
	@scripts/bench pipeline

bench-fit: $(SYNCED) ## decoding against fitdecode and compiled peers
	@scripts/bench fit

soak: $(SYNCED) ## two years from a Garmin that fails 500 times, with killed processes: nothing missing, nothing twice
	RUNNINGCOACH_SOAK=full $(BIN)/pytest tests/garmin/fetching/test_soak.py --capture=no

bench-app: $(SYNCED) ## what the dashboard's pages ask, and their scripts, over ten demo years
	@$(BIN)/python -m bench.app

screenshots: $(SYNCED) browser ## docs/images: every page of the demo athlete in both languages
	@$(BIN)/python -m tests.app.pictures

clean: ## remove the environments and caches; data/ stays
	rm -rf .venv .uv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage test-artifacts

# The browser of the page tests, from Debian's packages where we may install them; elsewhere those tests skip.
browser:
	@scripts/browser

$(SYNCED): uv.lock pyproject.toml .python-version
	@scripts/sync
	@touch $(SYNCED)

.PHONY: help demo up test check static format docs bench bench-fit bench-app soak screenshots clean browser
