# The one door: everything a person or a machine does with this tree is a recipe here.

EXTRAS ?= sandbox,semantic,newsletter
CONFIG ?= config/orchard.toml

# All coverage thresholds, in per cent of lines and branches.
COVERAGE_OVERALL := 95
COVERAGE_DOMAIN := 100
DOMAIN := orchard_bot/chat/*,orchard_bot/community/*,orchard_bot/detectors/*,orchard_bot/features/*,adapters/*/translate.py

comma := ,
BIN := .venv/bin
DEV_EXTRAS := $(EXTRAS)$(comma)telegram$(comma)signal$(comma)matrix$(comma)dev
RUN := .venv/.installed-$(EXTRAS)
DEV := .venv/.installed-$(DEV_EXTRAS)
# Stories wait for the disk a third of their time; where there is room in memory (3 GB), they are told there.
SCRATCH := $(shell test "$$(df --output=avail /dev/shm 2>/dev/null | tail -n 1)" -gt 3000000 2>/dev/null && echo /dev/shm || echo "$${TMPDIR:-/tmp}")

.DEFAULT_GOAL := help
.PHONY: help install run test check format bench bench-install train heads docs screenshot lock upgrade image coverage-domain clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(RUN) ## make .venv and install the bot (EXTRAS=sandbox,… for more adapters)

run: $(RUN) ## start the bot; with the configuration as it is, the sandbox on http://127.0.0.1:8080
	$(BIN)/orchard-bot run --config $(CONFIG)

test: check docs ## everything: linters, types, import rings, docs, tests, coverage
	$(BIN)/coverage erase
	TMPDIR=$(SCRATCH) $(BIN)/pytest --numprocesses auto --dist loadfile --cov --cov-report=
	$(BIN)/coverage report --fail-under=$(COVERAGE_OVERALL)
	@$(MAKE) --no-print-directory coverage-domain

coverage-domain: $(DEV) ## after the tests: the domain is covered in full
	$(BIN)/coverage report --include='$(DOMAIN)' --fail-under=$(COVERAGE_DOMAIN)

check: $(DEV) ## linters, formatting, types and import rings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(DEV) ## put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(RUN) ## measure the core on this machine
	$(BIN)/python benchmarks/core.py

bench-install: $(DEV) ## the systems that the benchmarks compare with, in environments of their own
	python3 -m venv build/bench-peers
	build/bench-peers/bin/python -m pip install --quiet nonebot2==2.5.0 nonebot-adapter-telegram==0.1.0b20
	python3 -m venv build/bench-detection
	build/bench-detection/bin/python -m pip install --quiet --constraint constraints.txt --editable '.[semantic]' \
	  alt-profanity-check==1.9.1 better-profanity==0.7.0

TRAIN := PYTHONPATH=training:. .venv/.training/bin/python training/train.py
KEPT_OUT := w4,s3,w6,w7,s6
train: .venv/.training ## train the detectors of meaning again from training/data, and set their thresholds (80 minutes)
	for seed in 20 21; do \
		$(TRAIN) --seed $$seed --without $(KEPT_OUT) --into build/without-$$seed && \
		$(TRAIN) --seed $$seed --into build/training-$$seed || exit 1; \
	done
	$(TRAIN) --without $(KEPT_OUT) --mean-of build/without-20 build/without-21 --into build/without
	$(TRAIN) --mean-of build/training-20 build/training-21 --into build/training
	PYTHONPATH=training:. .venv/.training/bin/python training/calibrate.py build/without build/training
	PYTHONPATH=training:. .venv/.training/bin/python training/export.py build/training
	PYTHONPATH=training:. .venv/.training/bin/python training/report.py

heads: $(RUN) ## fit the heads anew to training/data over the encoder as it ships, and set the thresholds (some minutes)
	PYTHONPATH=training:. $(BIN)/python training/heads.py build/heads
	PYTHONPATH=training:. $(BIN)/python training/calibrate.py build/heads
	PYTHONPATH=training:. $(BIN)/python training/card.py build/heads
	PYTHONPATH=training:. $(BIN)/python training/report.py

.venv/.training: training/requirements.txt | $(RUN)  # which makes .venv anew where it is of no use
	python3 -m venv '$@'
	'$@'/bin/pip install --quiet --requirement training/requirements.txt --editable .
	@touch '$@'

docs: $(DEV) ## build the documentation into build/docs
	$(BIN)/sphinx-build -W --keep-going -q -b html docs build/docs
	@echo "The documentation is in build/docs/index.html"

screenshot: $(DEV) ## take the pictures of the sandbox again
	$(BIN)/python scripts/screenshot.py

# uv is needed here only, so it is installed here only. No addresses of package indexes are written down.
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras --fork-strategy fewest \
	--no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
	--output-file constraints.txt pyproject.toml

lock: $(BIN)/uv ## after a change of pyproject.toml: write constraints.txt again, keeping versions
	$(LOCK)

upgrade: $(BIN)/uv ## write constraints.txt again with the newest versions
	$(LOCK) --upgrade

image: ## build the container image
	docker build --tag orchard-bot .

clean: ## remove what was built; the bot's data in var/ stays
	rm -rf build dist .coverage .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

$(BIN)/uv: | $(RUN)
	if command -v uv >/dev/null; then ln -sf "$$(command -v uv)" $@; else $(BIN)/python -m pip install --quiet uv; fi

.venv/.installed-%: pyproject.toml constraints.txt scripts/install
	scripts/install '$*'
	@touch '$@'
