# Each target sets up what it needs in .venv; nothing outside the checkout is changed
# except the user's cache and data folders (see FACEMETRIC_HOME in the docs).
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
JOBS ?= 2
SAMPLES := .samples
AUDIT := .venv-audit
REPORT ?= out/demo
PHOTOS ?=
QUICK ?=

export FACEMETRIC_SAMPLES := $(abspath $(SAMPLES))
# Through the environment, where no character of a folder's name means anything to the shell.
export PHOTOS REPORT QUICK

.PHONY: help setup samples demo test check audit docs bench clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) -e '.[cpu,demo]'
	@touch $@

$(VENV)/.dev: $(VENV)/.core
	$(PIP) -e '.[cpu,client,heif,keras,eval,milvus,parquet,postgres,ray,serve,train,vault,watch,demo,docs,dev]'
	@touch $@

$(SAMPLES)/.complete: | $(VENV)/.core
	$(BIN)/python -m facemetric.datasets.samples $(SAMPLES)
	@touch $@

setup: $(VENV)/.dev $(SAMPLES)/.complete ## make the development environment in .venv

samples: $(SAMPLES)/.complete ## fetch the sample photographs that the demo and the tests use

demo: $(VENV)/.core $(SAMPLES)/.complete ## recognise real people and write a report (PHOTOS=folder: yours)
	$(BIN)/facemetric demo $${PHOTOS:+--photos "$$PHOTOS"} --report "$$REPORT"

test: $(VENV)/.dev $(SAMPLES)/.complete ## run the whole test suite
	$(BIN)/python -m pytest -n $(JOBS)

check: $(VENV)/.dev ## style, types, import contracts, licences, docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest --quiet -p no:cacheprovider tests/contract/test_licences.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict --site-dir out/site

$(AUDIT)/.installed: | $(BIN)/python
	$(BIN)/python -m venv $(AUDIT)
	$(AUDIT)/bin/python -m pip install --quiet --disable-pip-version-check pip-audit
	@touch $@

# --strict: without it, an index that does not know of vulnerabilities counts as none found.
audit: $(AUDIT)/.installed ## ask PyPI for known vulnerabilities of what is pinned (needs the internet)
	$(AUDIT)/bin/pip-audit --strict --disable-pip --no-deps --requirement constraints.txt || { \
	    echo "audit: vulnerabilities are listed above, or PyPI could not be asked: then nothing is known"; exit 1; }

docs: $(VENV)/.dev ## build the documentation and serve it on localhost:8000
	$(BIN)/mkdocs serve

bench: $(VENV)/.dev $(SAMPLES)/.complete ## run the benchmarks against their peers (hours; QUICK=1: small forms, minutes)
	@$(BIN)/python benchmarks/run_all.py $${QUICK:+--quick}; status=$$?; \
	test -n "$$QUICK" || $(BIN)/python benchmarks/summary.py || status=1; exit $$status

clean: ## delete what the targets made
	rm -rf $(VENV) $(AUDIT) .venv-bench $(SAMPLES) out site
