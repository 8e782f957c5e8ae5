# Two commands do it all: `make run` and `make test`. Everything is installed into .venv; all you need is Python 3.11+.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLER := requirements/installer.txt
PHOTOS := requirements/photos.txt
# Twice --quiet: errors are printed, warnings about the machine's own configuration are not.
PIP := $(BIN)/pip install --quiet --quiet --disable-pip-version-check --require-hashes

.DEFAULT_GOAL := help
.PHONY: help run test containers release simulate mutants faults lint format types lock bench profile screenshots clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# Files in the order of tests/conftest.py, each with all its tests in one process: what they share is started once. Three
# processes for two cores, since one of them usually waits: for a browser, a package index, a site that starts. Four were not
# faster: they only waited for each other.
IN_PARALLEL := -n 3 --dist loadfile --no-loadscope-reorder

# A test starts many programs. Each would compile Django anew where Python may not write __pycache__ beside the sources.
COMPILED_ONCE := env -u PYTHONDONTWRITEBYTECODE PYTHONPYCACHEPREFIX=$(CURDIR)/$(VENV)/pycache

run: $(VENV)/run.installed ## start everything and say where it is
	@exec $(BIN)/python -m editor_site.run

test: $(VENV)/dev.installed ## run every check and every test
	@$(BIN)/python -m tests.browser.install
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/codespell
	@$(BIN)/mypy
	@$(COMPILED_ONCE) $(BIN)/pytest $(IN_PARALLEL)
	@echo "Now the tests that must also pass on PostgreSQL:"
	@TEST_DATABASE=postgresql $(COMPILED_ONCE) $(BIN)/pytest $(IN_PARALLEL) -m both_databases $$(grep -rl both_databases --include='test_*.py' tests)

$(BIN)/uv: $(INSTALLER)
	@command -v $(PYTHON) >/dev/null || { echo "make: $(PYTHON) is missing; install Python 3.11 or newer, or set PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "make: Python 3.11 or newer is needed; choose one with PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "make: Python's venv module is missing; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@$(PIP) --requirement $(INSTALLER)
	@touch $@

# uv is faster; pip is the fallback where only pip is configured for the machine's package index. photos.txt is locked
# without dependencies, which uv accepts and pip accepts only with --no-deps. A file *.installed says that all of it is there.
define install
	@echo "Installing packages …"
	@rm -f $(VENV)/run.installed $(VENV)/dev.installed
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes $(1) $(PHOTOS) $(INSTALLER) 2>$(VENV)/uv.log \
		|| { $(PIP) --requirement $(1) && $(PIP) --no-deps --requirement $(PHOTOS); } \
		|| { echo "make: neither uv nor pip could install the packages; pip's error is above, uv's was:" >&2; \
			cat $(VENV)/uv.log >&2; exit 1; }
endef

$(VENV)/run.installed: $(BIN)/uv requirements/run.txt $(PHOTOS)
	$(call install,requirements/run.txt)
	@touch $@

$(VENV)/dev.installed: $(BIN)/uv requirements/dev.txt $(PHOTOS)
	$(call install,requirements/dev.txt)
	@touch $(VENV)/run.installed $@

lint: $(VENV)/dev.installed ## check for mistakes, formatting and spelling
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/codespell

format: $(VENV)/dev.installed ## format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: $(VENV)/dev.installed ## check the types
	@$(BIN)/mypy

screenshots: $(VENV)/dev.installed ## take pictures of every page into screenshots/
	@$(BIN)/python -m tests.browser.install
	@$(BIN)/python -m tests.browser.screenshots

faults: $(VENV)/dev.installed ## inject every fault that we can cause, on both databases, and print a table
	@$(BIN)/python -m tests.faults --database both

mutants: $(VENV)/dev.installed ## mutation tests: make plausible mistakes in a copy, one at a time, and see which tests fail (an hour or two)
	@$(BIN)/python -m tests.mutations

containers: $(VENV)/dev.installed ## drive the compose file in a Docker engine of its own: kills, upgrade, restore, reboot (as root, a quarter of an hour)
	@$(BIN)/python -m tests.containers

release: $(VENV)/dev.installed ## build the wheel of the committed version into dist/ and tag it
	@$(BIN)/python -m editor_site.release

SEEDS ?= 10000
simulate: $(VENV)/dev.installed ## run the engine under a virtual clock with random faults, SEEDS=10000 times (about half an hour on two cores)
	@$(BIN)/python -m tests.simulation --seeds $(SEEDS)

# All of bench/; what they share is in bench/shared/. docs/benchmarks.md and docs/security.md have the figures.
BENCHES := startup first_views pages status upload_rate upload_memory pixels whole_edit polls lag celery_steps throughput workers arrival \
	screen live_updates zip_download photo memory
only ?= $(BENCHES)
bench: $(VENV)/dev.installed ## measure everything (more than an hour); only=NAME runs bench/NAME.py alone, with args=… if it takes any
	@$(if $(filter screen first_views,$(only)),$(BIN)/python -m tests.browser.install)
	@for name in $(only); do echo "--- $$name"; $(BIN)/python -m bench.$$name $(args) || exit 1; done

profile: $(VENV)/dev.installed ## where the time of a benchmark goes, as far as its own process does the work: only=arrival, only=pages, only=polls
ifeq ($(only),$(BENCHES))
	@echo "make: say which benchmark, as in make profile only=arrival" >&2; exit 1
else
	@$(BIN)/python -m cProfile -s tottime -m bench.$(only) $(args) | head -60
endif

COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
lock: $(BIN)/uv ## update all pinned packages, with hashes and without index URLs
	@cd requirements && ../$(BIN)/$(COMPILE) --upgrade ../pyproject.toml -o production.txt
	@cd requirements && ../$(BIN)/$(COMPILE) --upgrade ../pyproject.toml --extra run --extra cli -o run.txt
	@cd requirements && ../$(BIN)/$(COMPILE) --upgrade ../pyproject.toml --extra run --extra cli --group ../pyproject.toml:dev -o dev.txt
	@cd requirements && ../$(BIN)/$(COMPILE) --upgrade --no-deps --group ../pyproject.toml:photos -o photos.txt
	@cd requirements && ../$(BIN)/$(COMPILE) --upgrade --group ../pyproject.toml:installer -o installer.txt

clean: ## remove everything these commands have created, including pictures and the database
	rm -rf $(VENV) var .pytest_cache .mypy_cache .ruff_cache
