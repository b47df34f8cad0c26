# Two commands do everything on a fresh machine: `make demo` and `make test`.

# The first Python that runs: a name on the path may be a shim of one that is not installed.
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3; do \
	$$name -c '' 2>/dev/null && echo $$name && break; done)
VENV := .venv
BIN := $(VENV)/bin
CORES ?= all
READY := $(VENV)/.ready
# torch's CPU build where pip is configured to find it, else the build of the package registry.
TORCH_LOCKS ?= requirements-torch-cpu.lock requirements-torch.lock
PIP = $(BIN)/python -m pip --quiet --disable-pip-version-check install --no-deps --no-build-isolation
UV := uv==0.13.9

define CHECK_PYTHON
import os, sys
found = "%d.%d (%s)" % (sys.version_info[0], sys.version_info[1], sys.executable)
if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    sys.exit("auva: needs Python 3.11, 3.12 or 3.13, but found only %s; "
             "name another one by make setup PYTHON=/path/to/python" % found)
try:
    import ensurepip, venv
except ImportError:
    sys.exit("auva: Python %s cannot make a virtual environment; "
             "install its module venv (Debian, Ubuntu: apt install python3-venv)" % found)
forbidden = sorted(set(os.getcwd()) & set("{}$$:\n"))
if forbidden:
    sys.exit("auva: Python cannot be set up in a folder with %s in its path: %r"
             % (" or ".join(map(repr, forbidden)), os.getcwd()))
endef
export CHECK_PYTHON

.PHONY: help setup demo test test-slurm test-store test-all check format lock docs site screenshots explain report gpu-check image clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

setup: $(READY) ## make the virtual environment with the locked versions

# The file at the end says which Python is in the environment. Where it is missing, a set-up was
# interrupted and starts again.
$(READY): requirements-build.lock requirements.lock $(TORCH_LOCKS) pyproject.toml
	@test -n "$(PYTHON)" || { echo "auva: needs Python 3.11, 3.12 or 3.13, but found none" >&2; exit 1; }
	@$(PYTHON) -c "$$CHECK_PYTHON"
	@if [ "$$(cat $@ 2>/dev/null)" = "$$($(PYTHON) -V)" ]; then rm $@; else rm -rf $(VENV); fi
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r requirements-build.lock
	$(PIP) --require-hashes -r requirements.lock
	@for lock in $(TORCH_LOCKS); do \
		echo "$(PIP) --require-hashes -r $$lock"; \
		if message=$$($(PIP) --require-hashes -r $$lock 2>&1); then exit 0; fi; \
	done; echo "$$message" >&2; exit 1
	$(PIP) --editable .
	$(BIN)/python -m pip check
	@$(PYTHON) -V > $@

demo: $(READY) ## run the whole workflow on the demo corpus, up to the F1 table
	$(BIN)/snakemake --cores $(CORES) results/tables/au_f1.csv

test: $(READY) ## run the everyday tests and all checks of style
	$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest -q -n 2 -m "not slow and not slurm and not store"

test-slurm: $(READY) ## the workflow on a real one-node Slurm
	$(BIN)/python -m pytest -q -m slurm

test-store: $(READY) ## the workflow with every file in a bucket, in pods that share no disk
	$(BIN)/python -m pytest -q -m store

test-all: $(READY) ## run every test, the long ones too
	$(BIN)/python -m pytest -q -m "not slurm"

check: $(READY) ## ruff, snakefmt, the type checker and Snakemake's linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check workflow
	$(BIN)/pyright
	$(BIN)/snakemake --lint

format: $(READY) ## format Python and Snakemake code
	$(BIN)/ruff format .
	$(BIN)/snakefmt workflow

lock: ## add what is missing to the locks; make lock UPGRADE=--upgrade takes the newest versions
	rm -rf build/lock && $(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet --disable-pip-version-check $(UV)
	PYTHONPATH=src build/lock/bin/python -m auva.workflow.lock build/lock/bin/uv $(UPGRADE)

docs: $(READY) ## write the pages and files that come from others
	$(BIN)/python -m auva.workflow.documentation

# What only the site needs is added to the environment when it is asked for.
$(VENV)/.site: $(READY) requirements-site.lock
	$(PIP) --require-hashes -r requirements-site.lock
	@touch $@

site: $(VENV)/.site ## build the pages as a static site, build/site/index.html; every link is checked
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going docs build/site

screenshots: $(READY) ## take the pictures of the browser tools from a finished demo run
	$(BIN)/python docs/screenshots.py

explain: $(READY) ## say why each job would run: make explain TARGET=… OPTIONS='--configfile my.yaml'
	@plan=$$($(BIN)/snakemake --dry-run $(OPTIONS) -- $(or $(TARGET),results/tables/au_f1.csv)) \
		|| { printf "%s\n" "$$plan"; exit 1; }; \
	printf "%s\n" "$$plan" | grep -E '^(rule|    (output|reason|wildcards)|Nothing)'

report: $(READY) ## make report.html of a finished target: make report TARGET=… OPTIONS='--configfile my.yaml'
	$(BIN)/snakemake --report report.html $(OPTIONS) -- $(or $(TARGET),results/tables/au_f1.csv)

gpu-check: $(READY) ## one short training on a GPU, or on the CPU with a note
	$(BIN)/snakemake --cores $(CORES) --configfile config/gpu-check.yaml -- results-gpu-check/tables/au_f1.csv
	@grep -rho "training on .*" results-gpu-check/logs/train_run

image: $(READY) ## build an image with apptainer, podman, docker or buildah (make image TOOL=docker)
	rm -rf build/image build/lib
	mkdir -p build/image
	$(BIN)/python -m pip --quiet --disable-pip-version-check wheel --no-deps --no-build-isolation --wheel-dir build/image .
	$(BIN)/python -m auva.workflow.image requirements.lock > build/image/requirements.lock
	cp requirements-build.lock $(TORCH_LOCKS) container/install build/image
	container/build $(TOOL)

clean: ## remove everything that the workflow made
	rm -rf results resources/demo report.html
