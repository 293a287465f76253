# Everything from a fresh clone: `make demo`, `make test`.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: install install-dev demo test lint types clean
.DEFAULT_GOAL := demo

.venv/.installed: pyproject.toml
	test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -e ".[edit]"
	touch $@

.venv/.installed-dev: .venv/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check -e ".[dev]"
	# The peer of the evaluation's tests; with its own dependencies it would bring a second OpenCV.
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps vos-benchmark
	touch $@

install: .venv/.installed

install-dev: .venv/.installed-dev

demo: install
	$(BIN)/ovos segment sample_videos/bunny.mp4 --mask sample_videos/bunny.png --overwrite

test: install-dev
	$(BIN)/python -m pytest

lint: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install-dev
	$(BIN)/mypy

clean:
	rm -rf .venv bunny_ovos
