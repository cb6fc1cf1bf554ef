# The one interface to the project; CI runs `make check` and nothing else.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
HOST   ?= 127.0.0.1
PORT   ?= 8000

.PHONY: help run test setup check format lint types layers content bench calibrate pictures lock clean
.DEFAULT_GOAL := help

help:  ## say what each target does
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

run: $(VENV)/.run-installed  ## start 问科学 on http://127.0.0.1:8000 (HOST= and PORT= change it)
	@exec $(BIN)/askscience run --host $(HOST) --port $(PORT)

test: $(VENV)/.test-installed chromium  ## run the whole suite: SQLite, PostgreSQL, Valkey, Chromium
	$(BIN)/python -m pytest

setup: $(VENV)/.test-installed  ## make .venv with everything in it

check: $(VENV)/.test-installed chromium format lint types layers content  ## exactly what CI runs
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered

format: $(VENV)/.test-installed
	$(BIN)/ruff format --check .

lint: $(VENV)/.test-installed
	$(BIN)/ruff check .

types: $(VENV)/.test-installed
	$(BIN)/mypy

layers: $(VENV)/.test-installed
	$(BIN)/lint-imports

content: $(VENV)/.test-installed
	$(BIN)/askscience content check --facts

bench: $(VENV)/.bench-installed  ## measure the matcher beside its peers, write bench/reports
	$(BIN)/python -m bench.matching --scale 1000,10000,100000,1000000 --report $(SETS)

calibrate: $(VENV)/.bench-installed  ## fit the matcher's coefficients anew (SETS="--faq FILE ...")
	$(BIN)/python -m bench.matching calibrate $(SETS)

pictures: $(VENV)/.test-installed chromium  ## take pictures of every page from the running app
	$(BIN)/python -m tests.browser.pictures

chromium:  # the machine's own, or installed where that is possible
	@sh .ci/chromium

lock:  ## write requirements/*.txt anew from pyproject.toml (needs uv)
	sh requirements/lock

clean:  ## remove what the targets made, but not var/
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# jieba comes as source alone: its build tools are locked too, so that pip fetches nothing unpinned.
$(VENV)/.built: requirements/build.txt
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes -r requirements/build.txt
	@touch $@

$(VENV)/.run-installed: $(VENV)/.built requirements/run.txt pyproject.toml
	@test -e $(VENV)/.test-installed || echo "正在安装依赖（第一次约一分钟）…"
	@$(PIP) install --no-build-isolation --require-hashes -r requirements/run.txt
	@$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/.test-installed: $(VENV)/.run-installed requirements/test.txt
	@$(PIP) install --no-build-isolation --require-hashes -r requirements/test.txt
	@touch $@

$(VENV)/.bench-installed: $(VENV)/.test-installed requirements/bench.txt
	@$(PIP) install --no-build-isolation --require-hashes -r requirements/bench.txt
	@touch $@
