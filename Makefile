# Two commands do everything on a fresh machine: `make demo` and `make test`.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
CORES ?= all
READY := $(VENV)/.ready

.PHONY: help setup demo test test-slurm test-all check format lock docs screenshots explain report gpu-check clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

setup: $(READY) ## make the virtual environment with the locked versions

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY) ## run the whole workflow on the demo corpus, up to the F1 table
	$(BIN)/snakemake --cores $(CORES) results/tables/au_f1.csv

test: $(READY) ## run the everyday tests and all checks of style
	$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest -q -m "not slow and not slurm"

test-slurm: $(READY) ## the workflow on a real one-node Slurm
	$(BIN)/python -m pytest -q -m slurm

test-all: $(READY) ## run every test, the long ones too
	$(BIN)/python -m pytest -q -m "not slurm"

check: $(READY) ## ruff, snakefmt, the type checker and Snakemake's linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/pyright
	$(BIN)/snakemake --lint

format: $(READY) ## format Python and Snakemake code
	$(BIN)/ruff format .
	$(BIN)/snakefmt Snakefile workflow

lock: ## write requirements.lock anew from pyproject.toml
	rm -rf build/lock && $(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet --disable-pip-version-check '.[test]' setuptools
	build/lock/bin/python -m pip freeze --all --exclude auva --exclude pip | sed 's/+cpu$$//' > requirements.lock

docs: $(READY) ## write the pages and files that come from others
	$(BIN)/python -m auva.workflow.documentation

screenshots: $(READY) ## take the pictures of the browser tools from a finished demo run
	$(BIN)/python docs/screenshots.py

explain: $(READY) ## say why each job would run: make explain TARGET=… OPTIONS='--configfile my.yaml'
	@plan=$$($(BIN)/snakemake --dry-run $(OPTIONS) -- $(or $(TARGET),results/tables/au_f1.csv)) \
		|| { printf "%s\n" "$$plan"; exit 1; }; \
	printf "%s\n" "$$plan" | grep -E '^(rule|    (output|reason|wildcards)|Nothing)'

report: $(READY) ## make report.html of a finished target: make report TARGET=… OPTIONS='--configfile my.yaml'
	$(BIN)/snakemake --report report.html $(OPTIONS) -- $(or $(TARGET),results/tables/au_f1.csv)

gpu-check: $(READY) ## one short training on a GPU, or on the CPU with a word about it
	$(BIN)/snakemake --cores $(CORES) --configfile config/gpu-check.yaml -- results-gpu-check/tables/au_f1.csv
	@grep -rho "training on .*" results-gpu-check/logs/train_run

clean: ## remove everything that the workflow made
	rm -rf results resources/demo report.html
