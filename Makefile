# Two commands: `make demo` and `make test`. Everything is installed into .venv.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready-test
USABLE := .venv/.ready

.PHONY: demo test check matrix bench chaos clean

$(USABLE): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Milepost needs Python 3.11 or newer: make PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[all]'
	touch $(USABLE)

$(READY): $(USABLE)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test]'
	touch $(READY)

demo: $(USABLE)
	PATH="$(CURDIR)/$(BIN):$$PATH" sh scripts/demo.sh

test: $(READY)
	$(BIN)/python -m pytest

check: $(READY)
	$(BIN)/ruff check src tests bench
	$(BIN)/ruff format --check src tests bench
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_floors.py

matrix: $(READY)
	$(BIN)/python -m pytest tests/matrix -m slow --write-matrix

bench: $(READY)
	$(BIN)/python bench/all.py

chaos: $(READY)
	$(BIN)/python bench/chaos.py $(KILLS)

clean:
	rm -rf .venv build dist demo
