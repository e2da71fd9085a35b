# One menu for everything. `make demo` and `make test` need Python 3.11 or 3.12 and a C compiler, nothing else.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))
PYTHON ?= $(shell for each in python3 python3.12 python3.11; do \
	$$each -c '$(FITS)' >/dev/null 2>&1 && echo $$each && break; done)
PACKAGES := schema resolvers rules graph store outbox server
WORKERS ?= 2

# pyright looks for the environment on the path
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help demo test test-clients test-torture check bench bench-million bench-edge bench-graph bench-rules format clean environment

help: ## this menu
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.ready ## real data, the server on http://127.0.0.1:8360/graphql, and a printed view of a customer
	$(BIN)/c360 demo $(if $(PORT),--port $(PORT))

test: $(VENV)/.ready-dev ## the whole suite, on SQLite, and on the PostgreSQL and Neo4j that C360_TEST_... name
	$(BIN)/pytest --ignore=tests/clients -n $(WORKERS) --dist worksteal --cov --cov-report=term:skip-covered $(if $(CI),--cov-fail-under=95)

test-clients: $(VENV)/.ready-dev ## the clients and tools of others against a real server; installs them (npm, pip)
	$(BIN)/python -m tests.clients.installing
	$(BIN)/pytest tests/clients --durations=5

test-torture: $(VENV)/.ready-dev ## kills, cuts, crashes, mangled input and proofs at full size; over an hour (PostgreSQL, Neo4j)
	C360_TEST_TORTURE=full $(BIN)/pytest tests/server/torture tests/server/socket tests/outbox/torture tests/graph/test_kills.py \
		tests/rules/analysis/test_proofs.py --durations=10

check: $(VENV)/.ready-dev ## format, lint, types, arrows between packages, the stored schemas, and the rule files
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/c360 schema --check
	$(BIN)/c360 rules schema --check
	$(BIN)/c360 rules check

bench: $(VENV)/.ready-dev ## the race against peers, with its bars (needs PostgreSQL, wrk and node)
	$(BIN)/python -m tests.bench.run

bench-million: $(VENV)/.ready-dev ## the view with a million customers against 50,000; making the world takes minutes
	$(BIN)/python -m tests.bench.run --million

bench-edge: $(VENV)/.ready-dev ## the shared step, the event log, delivery, and attacks, with their bars (needs PostgreSQL)
	$(BIN)/python -m tests.bench.edge_step
	$(BIN)/python -m tests.bench.edge_log
	$(BIN)/python -m tests.bench.edge_delivery
	$(BIN)/python -m tests.bench.edge

bench-graph: $(VENV)/.ready-dev ## questions about the network on each store, and its copy in Neo4j, with their bars (needs PostgreSQL and Neo4j)
	$(BIN)/python -m tests.bench.graph

bench-rules: $(VENV)/.ready-dev ## rules: a fuzz, decisions, publishes, checks, broken files, a book, with their bars (needs PostgreSQL; FULL=1: a quarter of an hour)
	$(BIN)/python -m tests.bench.rules $(if $(FULL),--full)

format: $(VENV)/.ready-dev ## write the code as `make check` wants it
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

environment: $(VENV)/.ready-dev ## .venv with everything that developing needs

clean: ## remove what checks, tests and builds left behind; .venv and var/ stay
	rm -rf dist build htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find $(PACKAGES) tests -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/.ready: pyproject.toml
	@[ -n '$(PYTHON)' ] || { echo 'Python 3.11 or 3.12 is needed: install one, or say make PYTHON=/path/to/python3.12' >&2; exit 1; }
	@[ -x $(BIN)/python ] || '$(PYTHON)' -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group dev
	@touch $@
