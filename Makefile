# `make run` serves the graph, `make test` checks the project; both set up what they need in .venv.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STORE  ?= store
PORT   ?= 8000
SOURCES := $(shell find kg ontology shapes data queries -type f ! -name '*.pyc' 2>/dev/null)

.PHONY: run test lint format types bench bench-all bench-build conformance schema assets screenshots lighthouse tools clean help

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

bench: $(VENV)/.dev ## The endpoint beside other servers, over the bundled graph and 193 countries × 8 editions (hours; GRAPHS=bundled for less)
	$(BIN)/python benchmarks/endpoint.py $(GRAPHS)

bench-all: bench bench-build $(VENV)/.dev ## Every measurement of docs/performance.md
	set -e; for script in $(filter-out $(addprefix benchmarks/,endpoint.py bench_build.py plain_build.py),$(wildcard benchmarks/*.py)); do $(BIN)/python $$script; done

bench-build: $(VENV)/.dev ## The build beside the plain pipeline, and alone at the size of the world (hours; SIZES="--beside 1 --alone 193" for less)
	$(BIN)/python benchmarks/bench_build.py $(SIZES)

conformance: $(VENV)/.dev ## The W3C SPARQL test suites against a running server (docs/conformance.md)
	$(BIN)/python tests/conformance/w3c.py --keep build/conformance

schema: $(VENV)/.dev ## Write ontology/record.schema.json from the record model
	$(BIN)/kg schema > ontology/record.schema.json

assets: frontend/node_modules/.package-lock.json ## Rebuild the explorer's scripts in kg/web/static/dist (needs npm)
	cd frontend && npm run --silent check && npm run --silent build

screenshots: $(VENV)/.dev $(STORE)/.built ## Write docs/images/*.png (needs Chromium)
	$(call with_server,$(BIN)/python tests/browser/screenshots.py http://127.0.0.1:8765)

lighthouse: $(VENV)/.dev $(STORE)/.built ## Measure start, country and network pages with Lighthouse (needs npm and Chromium)
	$(call with_server,node frontend/lighthouse.mjs http://127.0.0.1:8765)

tools: ## Optional test tools: Java for the DL reasoner, Chromium, Virtuoso, Jena, raptor, curl and wrk from Debian's packages; axe-core from npm
	$(call debian,java,default-jre-headless,the description-logic tests)
	$(call debian,chromium,chromium,the tests in a browser)
	$(call debian,virtuoso-t,virtuoso-opensource,the tests with Virtuoso)
	$(call debian,/usr/share/java/jena-cmds.jar,libapache-jena-java,the tests with Apache Jena)
	$(call debian,rapper,raptor2-utils,the tests with raptor)
	$(call debian,curl,curl,the tests with curl)
	$(call debian,wrk,wrk,measuring by a compiled client)
	@command -v npm >/dev/null && (cd frontend && npm ci --silent --no-audit --no-fund) \
	  || echo "No npm here: the accessibility rules of axe-core and the bundle's freshness will not be tested."
	@command -v npm >/dev/null && (cd tests/clients && npm ci --silent --no-audit --no-fund) \
	  || echo "No npm here: the tests with Comunica will be skipped."

clean: ## Remove everything that can be made again
	rm -rf $(VENV) store dist build frontend/node_modules tests/clients/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage

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

frontend/node_modules/.package-lock.json: frontend/package-lock.json
	cd frontend && npm ci --silent --no-audit --no-fund

# $(call debian,command or file,package,what is skipped without it)
define debian
	@command -v $(1) >/dev/null || test -e $(1) || { command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] \
	  && apt-get update -qq && apt-get install -y -qq --no-install-recommends $(2); } \
	  || echo "No $(1) and no way to install it here: $(3) will be skipped."
endef

# $(call with_server,command): runs it while the built store is served on port 8765
define with_server
	@$(BIN)/kg serve --store $(STORE) --port 8765 & server=$$!; trap "kill $$server" EXIT; $(1)
endef

define make_venv
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=…"; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) || { echo "On Debian: apt-get install python3-venv"; exit 1; }
endef
