# What each target does is beside its name: `make` prints the list.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PORT ?= 8000
PYTHON := .venv/bin/python

.PHONY: help run demo test check format screens lock base dev clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /make \1\t/' | expand -t 16

run: base ## install, load the demonstration once, serve http://127.0.0.1:8000 (PORT=…, SILLAGE_DATA=…)
	@exec scripts/run.sh $(PORT)

demo: base ## replace the demonstration database; refuses one that holds another préfecture
	@$(PYTHON) manage.py migrate --verbosity 0
	@$(PYTHON) manage.py demo

test: ## everything: checks, tests on SQLite and PostgreSQL, faults, browser (20 minutes on 2 cores)
	@exec scripts/test.sh

check: dev ## format, lint, types, contracts, pure and service tests on SQLite (90 seconds)
	@exec scripts/check.sh --with-tests

format: dev ## rewrite the code as `make check` wants them
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .

screens: dev ## a picture of every page at 1280 and 400 pixels, in screens/
	@$(PYTHON) scripts/screens.py

lock: dev ## write requirements/ again from pyproject.toml: newest versions within its bounds, with their hashes
	@exec scripts/lock.sh

clean: ## remove caches and what tests leave; keeps var/ and .venv/
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache screens test-results
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +

base:
	@scripts/venv.sh base

dev:
	@scripts/venv.sh dev
