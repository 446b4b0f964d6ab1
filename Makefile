# The whole workflow of Flamewheel.  `make demo` and `make test` set up what they need.
SHELL := /bin/bash
PYTHON ?= python3.11
BPY ?= 5.0.1
OTHER_BPY ?= 4.2.23 4.5.15
BACKEND := .venv/bin/python
BLENDER := .venv-blender/bin/python
# Blender as a module is loaded by several test files; each file in a process of its own keeps
# one test's scene and handlers from another's.
PYTEST := -m pytest -q -p no:cacheprovider

.PHONY: help demo test test-backend test-blender lint bench zip sync setup clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

demo: setup  ## photo, wheel and sentence to rendered frames, in demo_out/
	$(BACKEND) tools/demo.py --blender-python $(BLENDER) --out demo_out

test: setup .venv-blender-others/.ready  ## every test, in every Blender that PyPI carries for this Python
	$(BACKEND) $(PYTEST) tests --ignore=tests/blender --ignore=tests/bench
	tools/test_blender.sh $(BLENDER) $(foreach v,$(OTHER_BPY),.venv-blender-others/$(v)/bin/python)

test-backend: .venv/.ready  ## the tests that need no Blender
	$(BACKEND) $(PYTEST) tests --ignore=tests/blender --ignore=tests/bench --ignore=tests/e2e

test-blender: setup  ## the tests in one Blender (BPY=...)
	tools/test_blender.sh $(BLENDER)

lint: .venv/.ready  ## ruff and mypy --strict for both halves
	.venv/bin/ruff check .
	.venv/bin/mypy --strict --config-file pyproject.toml backend/flamewheel
	.venv/bin/mypy --strict --config-file pyproject.toml blender_addon

bench: setup  ## measured ratios against the naive way or a peer
	$(BACKEND) tests/bench/run.py --blender-python $(BLENDER)

zip: .venv/.ready  ## dist/flamewheel-<version>.zip, the Blender extension
	$(BACKEND) build_addon.py

sync:  ## copy the files that both halves have from the backend to the add-on
	@for f in blender_addon/core/[a-z]*.py; do b=backend/flamewheel/$${f##*/}; \
	  if [ -f $$b ]; then cp $$b $$f; fi; done

setup: .venv/.ready .venv-blender/.ready

.venv/.ready: backend/pyproject.toml tools/setup.sh
	tools/setup.sh backend .venv $(PYTHON)

.venv-blender/.ready: tools/setup.sh
	tools/setup.sh blender .venv-blender $(PYTHON) $(BPY)

.venv-blender-others/.ready: tools/setup.sh
	for v in $(OTHER_BPY); do tools/setup.sh blender .venv-blender-others/$$v $(PYTHON) $$v || exit 1; done
	touch $@

clean:  ## remove environments and products
	rm -rf .venv .venv-blender .venv-blender-others demo_out bench_out dist build
