PYTHON ?= python3
OFFICE ?= kota_serang

BIN := .venv/bin
INSTALLED := .venv/installed
SERVICES := chromium-headless-shell postgresql espeak-ng poppler-utils
APT := DEBIAN_FRONTEND=noninteractive apt-get -qq
ROOT_ON_DEBIAN := [ "$$(id -u)" = 0 ] && [ -e /etc/debian_version ]

.PHONY: help setup services run test lint bench day faults

help: ## all targets with one line each
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 8

setup: $(INSTALLED) ## make .venv and install into it, nothing more

$(INSTALLED): setup.cfg pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	    || { echo "Antrean needs Python 3.11, 3.12 or 3.13: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	    || { $(ROOT_ON_DEBIAN) && $(APT) update && $(APT) install --no-install-recommends python3-venv >/dev/null; } \
	    || { echo "Python's venv is missing: sudo apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

run: setup ## a demo office on port 8080; OFFICE=kota_serang, its data stays in var/
	@[ -e "$${ANTREAN_DATA_DIR:-var}/antrean.toml" ] || $(BIN)/antrean init --office $(OFFICE) --demo
	@$(BIN)/antrean upgrade
	@$(BIN)/antrean serve

services:
	@if [ "$$REQUIRE_SERVICES" = 1 ] && $(ROOT_ON_DEBIAN); then \
	    missing=$$(for package in $(SERVICES); do dpkg -s $$package >/dev/null 2>&1 || echo $$package; done); \
	    [ -z "$$missing" ] || { $(APT) update && $(APT) install --no-install-recommends $$missing >/dev/null; }; \
	fi

test: setup services ## every test; REQUIRE_SERVICES=1 installs Chromium and PostgreSQL and insists on them
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

lint: setup ## ruff, import contracts, types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/mypy

bench: setup ## the benchmarks: a table, and JSON
	$(BIN)/python -m benchmarks

day: setup ## a simulated office day with its report; SCENARIO=2 runs that scenario's own days (1, 2, 3, 4, 8, 10)
	$(BIN)/antrean simulate --office $(OFFICE) $(if $(SCENARIO),--scenario $(SCENARIO),--scenario 1 --days 1)

faults: setup services ## the long fault runs
	$(BIN)/python -m pytest -m faults
