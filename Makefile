# Two commands need nothing but Python (3.11 or later), make and a package index: `make demo` and `make test`.

PYTHON ?= $(firstword $(foreach name,python3.13 python3.12 python3.11 python3,$(if $(shell $(name) -c 'import sys; print(sys.version_info >= (3, 11) or "")' 2>/dev/null),$(name))))
VENV ?= .venv

# Interpreters that pyenv keeps are found, too.
export PATH := $(PATH):$(subst $() ,:,$(wildcard $(HOME)/.pyenv/versions/3.1[1-9]*/bin))

.PHONY: demo test test-models test-schemas benchmarks format clean

demo: $(VENV)/demo-installed
	$(VENV)/bin/hfe demo

# Environments side by side, one for each processor: they install, and wait, for half of their time.
test: $(VENV)/tox-installed
	$(VENV)/bin/tox run-parallel --parallel-no-spinner $(TOXARGS)

test-models: $(VENV)/tox-installed
	$(VENV)/bin/tox run-parallel --parallel-no-spinner -e models4,models5

test-schemas: $(VENV)/tox-installed
	$(VENV)/bin/tox run -e schemas

benchmarks: $(VENV)/tox-installed
	$(VENV)/bin/tox run -e benchmarks

format: $(VENV)/tox-installed
	$(VENV)/bin/tox run -e format

clean:
	rm -rf $(VENV) .tox build dist

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "hfe needs Python 3.11 or later; none was found" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/demo-installed: $(VENV)/bin/python pyproject.toml
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[cli,serve,local]'
	@touch $@

$(VENV)/tox-installed: $(VENV)/bin/python
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check 'tox>=4.24'
	@touch $@
