# Everything starts from here: `make` lists what there is. Each target sets up what it needs first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH := build/bench/venv
CLAIMS ?= 10000
ROUNDS ?= 3
SECONDS ?= 5
EXAMPLES ?= 200
export PIP_DISABLE_PIP_VERSION_CHECK := 1
ifneq (,$(wildcard /etc/ssl/certs/ca-certificates.crt))
export NODE_EXTRA_CA_CERTS ?= /etc/ssl/certs/ca-certificates.crt
endif

.DEFAULT_GOAL := help
.PHONY: help run test soak fuzz bench check format openapi released lock clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/local  ## start everything and serve on http://127.0.0.1:8000 (CITABLE_PORT)
	@exec $(BIN)/citable run

test: $(VENV)/dev build/lint/ready build/lint-k8s/ready build/audit/venv/ready check sdk-if-possible build/pgbouncer/ready image-if-possible  ## every test, as CI runs them
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

soak: $(VENV)/dev  ## the long stories, minutes each: many writers and readers, and servers killed under them
	@$(BIN)/python -m pytest -m soak -s

fuzz: $(VENV)/dev  ## ask the API more than 10 000 things its contract allows or forbids (EXAMPLES=200 SEED=)
	@$(BIN)/python -m tests.fuzz --examples $(EXAMPLES) $(SEED:%=--seed %)

bench: $(BENCH)/bench  ## measure us beside FastAPI, Datasette and Kinto (CLAIMS="10000 1000000" ROUNDS=3 SECONDS=5 WITHOUT="datasette kinto")
	@$(BENCH)/bin/python -m tests.bench --rounds $(ROUNDS) --seconds $(SECONDS) $(CLAIMS:%=--claims %) $(WITHOUT:%=--without %)

check: $(VENV)/dev  ## style, types, and that generated files are fresh
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(VENV)/dev  ## put the code in its one format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

openapi: $(VENV)/dev  ## write openapi/openapi.json from the endpoints, with answers of a new service as examples
	@$(BIN)/python -m tests.openapi
	@$(BIN)/citable openapi

released: $(VENV)/dev  ## at a release: keep its contract and its program, which later ones must be compatible with
	@cp openapi/openapi.json openapi/released.json
	@echo '[]' > openapi/exceptions.json
	@git ls-files CHANGELOG.md db schemas service openapi/openapi.json \
		| tar --create --files-from=- --sort=name --owner=0 --group=0 --mtime=@0 | xz -9e > tests/released/release.tar.xz

lock: $(VENV)/dev  ## write requirements/*.lock from requirements/*.in
	@for name in app local otel dev sdk bench bench-kinto k8s audit; do \
		$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --quiet \
			--custom-compile-command "make lock" --overrides requirements/overrides.in \
			--output-file requirements/$$name.lock requirements/$$name.in || exit 1; \
	done

include openapi/sdk/sdk.mk
include k8s/operate.mk

clean:  ## remove what make made, the embedded servers' data included
	rm -rf $(VENV) .citable build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

# A stamp for each set of requirements: made again when its lock changes.
$(VENV)/%: requirements/%.lock $(VENV)/python pyproject.toml
	@echo "· installing what $< lists (the first time takes half a minute)"
	@$(BIN)/python -m pip install --quiet --progress-bar on --no-deps --require-hashes -r $<
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --no-index -e .
	@touch $@

# What lints the contract and checks pages comes from npm: where there is none its tests are left out, but not in CI.
build/lint/ready: openapi/package.json
	@mkdir -p build/lint
	@if command -v npm >/dev/null; then \
		echo "· installing what $< lists in build/lint (the first time takes a few seconds)" && \
		cp $< build/lint/ && npm install --prefix build/lint --ignore-scripts --silent --no-audit --no-fund --no-package-lock && touch $@; \
	elif [ "$$CI" = true ]; then \
		echo "✗ npm is missing, and CI must lint the contract and check pages." >&2; exit 1; \
	else \
		echo "· npm is missing: the contract is not linted here, nor are pages checked"; \
	fi

# The peers stay out of the environment that everything else uses.
$(BENCH)/bench: requirements/bench.lock requirements/bench-kinto.lock
	@echo "· installing what $< lists in $(BENCH) (the first time takes a minute)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "✗ Citable needs Python 3.11 or newer; set PYTHON=… to one." >&2; exit 1; }
	@$(PYTHON) -m venv $(BENCH)
	@$(BENCH)/bin/python -m pip install --quiet --progress-bar on --no-deps --require-hashes -r $<
	@$(BENCH)/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements/bench-kinto.lock \
		|| echo "· Kinto cannot be installed here: it is left out"
	@touch $@

$(VENV)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "✗ Citable needs Python 3.11 or newer; set PYTHON=… to one." >&2; exit 1; }
	@echo "· creating $(VENV)"
	@$(PYTHON) -m venv $(VENV) \
		|| { rm -rf $(VENV); echo "✗ Python's venv module is missing: install it (Debian: python3-venv)." >&2; exit 1; }
	@touch $@
