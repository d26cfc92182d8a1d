# `make help` lists the targets. Each sets up .venv first, where that is not done.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help serve site lab test test-all test-fast lint format bench lock clean
.DEFAULT_GOAL := help

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

serve: $(READY)  ## execute the notebooks, build the site and serve it
	@$(BIN)/wslab serve

site: $(READY)  ## execute the notebooks and build the site into site/
	@$(BIN)/wslab build

lab: $(READY)  ## open the notebooks in JupyterLab
	@$(BIN)/jupyter lab notebooks

# What needs Redis is skipped where there is none, and not counted as uncovered.
UNCOVERED = $(shell command -v redis-server >/dev/null || echo '*/rooms/redis/*')
test: $(READY)  ## run every test; print the coverage, which must not fall below 97 %
	@WSLAB_UNCOVERED='$(UNCOVERED)' $(BIN)/pytest -n logical --dist worksteal --cov

test-all:  ## the same, with all that it takes a fifth of a day: chapters in Node and Firefox
	@WSLAB_LIVE=all $(MAKE) test

test-fast: $(READY)  ## run the tests without browsers, notebooks and builds
	@$(BIN)/pytest -n logical -m "not slow"

lint: $(READY)  ## check style, types and that no notebook carries outputs
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/nbstripout --verify --keep-id notebooks/*.ipynb

format: $(READY)  ## mend the style that can be mended, take outputs out of notebooks
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/nbstripout --keep-id notebooks/*.ipynb

bench: site  ## build the site, measure the ratios that the project promises
	@for bench in $(filter-out benchmarks/ratios.py,$(wildcard benchmarks/*.py)); do \
	    echo "== $$bench"; $(BIN)/python $$bench || exit; done

lock: $(READY)  ## write requirements.lock anew from pyproject.toml
	@$(PIP) install uv
	@$(BIN)/uv pip compile pyproject.toml --extra test --universal --upgrade \
	    --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-header --no-annotate --quiet --output-file requirements.lock

clean:  ## remove what the other targets made
	rm -rf $(VENV) site .cache

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "wslab needs Python 3.11 or later: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version): one to three minutes, once."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --no-deps --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
