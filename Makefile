# `make run` serves the graph, `make test` checks the project; both set up what they need in .venv.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STORE  ?= store
PORT   ?= 8000
SOURCES := $(shell find kg ontology shapes data queries -type f ! -name '*.pyc' 2>/dev/null)

.PHONY: run test lint format types bench schema tools clean help

help: ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: $(STORE)/.built ## Set up, build the bundled data, serve it on http://127.0.0.1:8000
	$(BIN)/kg serve --store $(STORE) --port $(PORT)

test: $(VENV)/.dev $(if $(filter true,$(CI)),tools) lint types ## Everything CI checks
	$(BIN)/pytest -n 2 --dist loadfile --cov --cov-report=term

lint: $(VENV)/.dev ## Style and common mistakes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/.dev ## Rewrite the code in the project's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/.dev ## Static types (mypy, strict)
	$(BIN)/mypy

bench: $(VENV)/.dev ## Side-by-side measurements (docs/performance.md)
	for script in benchmarks/*.py; do $(BIN)/python $$script; done

schema: $(VENV)/.dev ## Write ontology/record.schema.json from the record model
	$(BIN)/kg schema > ontology/record.schema.json

tools: ## Optional test tools from Debian's packages: a Java runtime for the DL reasoner
	@command -v java >/dev/null || { command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] \
	  && apt-get update -qq && apt-get install -y -qq --no-install-recommends default-jre-headless; } \
	  || echo "No Java and no way to install it here: the description-logic tests will be skipped."

clean: ## Remove everything that can be made again
	rm -rf $(VENV) store dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage

$(STORE)/.built: $(VENV)/.run $(SOURCES)
	$(BIN)/kg build --store $(STORE)
	@touch $@

$(VENV)/.run: requirements.lock pyproject.toml
	$(call make_venv)
	$(BIN)/pip install -q --no-deps -r requirements.lock
	$(BIN)/pip install -q --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	$(BIN)/pip install -q --no-deps -r requirements-dev.lock
	@touch $@

define make_venv
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=…"; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) || { echo "On Debian: apt-get install python3-venv"; exit 1; }
endef
