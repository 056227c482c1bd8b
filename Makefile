# make demo   train a network on handwritten digits, on a machine with Python 3.11 or later and nothing else
# make test   the tests, in a clean environment with every engine
PYTHON ?= python3
BACKEND ?= jax
ARGS ?=

VENV := .venv
TEST := .venv-test
RECIPE := pyproject.toml constraints.txt
PIP := -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test test-all bench lint facade clean

demo: $(VENV)/.$(BACKEND)
	$(VENV)/bin/hornbeam demo --backend $(BACKEND) $(ARGS)

test: $(TEST)/.ready
	$(TEST)/bin/python -m pytest -m "not slow" $(ARGS)

test-all: $(TEST)/.ready
	$(TEST)/bin/python -m pytest $(ARGS)

bench: $(TEST)/.ready
	$(TEST)/bin/python -m benchmarks $(ARGS)

lint: $(TEST)/.ready
	$(TEST)/bin/ruff check .
	$(TEST)/bin/ruff format --check .
	$(TEST)/bin/pyright --pythonpath $(TEST)/bin/python

facade: $(TEST)/.ready
	$(TEST)/bin/python -m tools.facade

# An environment is made anew only when what it is made from has changed; the package itself is linked, not copied.
$(VENV)/.made: $(RECIPE)
	$(call make-environment,$(VENV))

$(VENV)/.$(BACKEND): $(VENV)/.made
	$(VENV)/bin/python $(PIP) --editable ".[$(BACKEND),plot]"
	@touch $@

$(TEST)/.ready: $(RECIPE)
	$(call make-environment,$(TEST))
	$(TEST)/bin/python $(PIP) --editable ".[all,test,dev]"
	@touch $@

define make-environment
@command -v $(PYTHON) >/dev/null || { echo "There is no '$(PYTHON)' here: install Python 3.11 or later, or name one: make PYTHON=python3.12"; exit 1; }
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and f"Hornbeam needs Python 3.11 or later; this is {sys.version.split()[0]}. Name another: make PYTHON=python3.12")'
$(PYTHON) -m venv --clear $(1)
@touch $(1)/.made
endef

clean:
	rm -rf $(VENV) $(TEST) build dist *.egg-info
