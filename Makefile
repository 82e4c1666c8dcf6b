# Two commands: `make` sets up, checks, asks and publishes; `make test` sets up and runs the tests.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: all setup test test-long audit lint bench wheel lock clean

all: setup
	$(BIN)/cami publish --out dist

setup: $(VENV)/ready

# The lock file pins every package with its hash, the build tools too, and is complete; the project itself is installed
# in place.
$(VENV)/ready: constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "cami-kg needs Python 3.11 or newer; say which one with: make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r constraints.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

test: setup lint
	$(BIN)/python -m pytest -m "not long"

test-long: setup lint
	$(BIN)/python -m pytest

# Where the research tables are at hand, name their folder: make audit FACTS=FOLDER, make test FACTS=FOLDER.
export CAMI_FACTS := $(or $(FACTS),$(CAMI_FACTS))

# Says for each of their rows which claim carries it, or why none does, and writes docs/data-gaps.md anew.
audit: setup
	$(BIN)/python -m cami_kg.audit --gaps "$(CAMI_FACTS)"

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/cami format --check

# Our commands beside their peers, in one run; the ratios are what counts.
bench: setup
	$(BIN)/python benchmarks/bench.py
	$(BIN)/python benchmarks/queries.py

wheel: setup
	$(BIN)/python -m build --no-isolation --wheel --outdir build/wheel

# For maintainers: solve the ranges of pyproject.toml anew and pin what comes out.
lock: setup
	$(BIN)/uv pip compile pyproject.toml --extra dev --extra test --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --no-annotate -o constraints.txt

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache
