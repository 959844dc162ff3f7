# Every verb is a thin name for plain commands; none needs more than Python 3.11 and, for the browser tests, Debian's packages.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
REPORTS := reports
CULL := --MappingKernelManager.cull_interval=60 --MappingKernelManager.cull_idle_timeout=300

.PHONY: setup browser demo dashboard sandbox watch check lint fix types test test-python test-page test-browser test-notebooks test-wheel rows bench clean

setup: .venv/.ready

.venv/.ready: pyproject.toml js/package.json js/package-lock.json js/build.mjs
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --editable '.[dev]'
	touch $@

# The page is built anew whenever its sources are newer than what stands in static/.
genwidget/widget/static/widget.js: .venv/.ready $(shell find js/src -type f)
	cd js && { test -d node_modules || npm ci --no-fund --no-audit; } && npm run --silent build
	touch $@

browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || { \
	  sudo=$$( [ "$$(id -u)" = 0 ] || echo sudo ); $$sudo apt-get update -qq && $$sudo apt-get install -y -qq chromium; }

demo: setup genwidget/widget/static/widget.js
	$(BIN)/genwidget demo

dashboard: setup genwidget/widget/static/widget.js
	$(BIN)/voila notebooks/dashboard.ipynb $(CULL)

sandbox: setup
	$(BIN)/genwidget sandbox

watch: setup
	cd js && npm run watch

check: lint types test

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	cd js && npm run --silent check

fix: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	cd js && npm run --silent fix

types: setup
	$(BIN)/mypy

test: setup browser genwidget/widget/static/widget.js lint types test-python test-notebooks test-page test-browser test-wheel rows

test-python: setup genwidget/widget/static/widget.js
	$(BIN)/pytest --junitxml=$(REPORTS)/python.xml

test-notebooks: setup genwidget/widget/static/widget.js
	folder=$$(mktemp -d) && GENWIDGET_DATA_DIR=$$folder GENWIDGET_SANDBOX_DIR=$$folder $(BIN)/pytest --nbval \
	  notebooks/01-quickstart.ipynb notebooks/02-headless.ipynb --junitxml=$(REPORTS)/notebooks.xml

test-page: setup browser
	cd js && npm run --silent test

test-browser: setup browser genwidget/widget/static/widget.js
	$(BIN)/pytest tests/browser --junitxml=$(REPORTS)/browser.xml

# A wheel, in an environment that has never seen this clone.
test-wheel: setup browser
	$(BIN)/pytest tests/wheel --junitxml=$(REPORTS)/wheel.xml

# Last: every requirement names tests, and every one of them passed in the reports above.
rows:
	$(BIN)/python -m tests.rows $(REPORTS)

bench: setup
	$(BIN)/python -m tests.benchmarks

clean:
	rm -rf dist build $(REPORTS) genwidget/widget/static genwidget/labextension js/node_modules .venv
