# Clients generated from the contract. What generates, compiles and runs them comes from wheels and npm, pinned.

SDK := build/sdk
TOOLS := $(SDK)/tools
CONTRACT := openapi/openapi.json
export NPM_CONFIG_UPDATE_NOTIFIER := false
export OPENAPI_TS_TELEMETRY := 0

.PHONY: sdk sdk-if-possible
sdk: $(SDK)/python/ready $(SDK)/typescript/ready $(SDK)/go/ready  ## generate clients in Python, TypeScript and Go into build/sdk

# Where a wheel or npm cannot be had, the clients' tests say so and are skipped; in CI nothing is.
sdk-if-possible:
	@$(MAKE) --no-print-directory --keep-going sdk || { [ "$$CI" != true ] && echo "· a client is missing: its tests are skipped"; }

$(SDK)/python/ready: $(CONTRACT) openapi/sdk/python.yml openapi/sdk/for_python.py $(TOOLS)/ready
	@echo "· generating the Python client"
	@$(TOOLS)/bin/python openapi/sdk/for_python.py $(CONTRACT) > $(SDK)/contract-for-python.json
	@PATH="$(abspath $(TOOLS)/bin):$$PATH" $(TOOLS)/bin/openapi-python-client generate --fail-on-warning --overwrite --meta uv \
		--path $(SDK)/contract-for-python.json --output-path $(@D) --config openapi/sdk/python.yml >$(SDK)/python.txt \
		|| { cat $(SDK)/python.txt >&2; exit 1; }
	@touch $@

$(SDK)/typescript/ready: $(CONTRACT) $(SDK)/typescript/node_modules/ready
	@echo "· generating the TypeScript client"
	@cd $(@D) && PATH="$(abspath $(TOOLS)/bin):$$PATH" node node_modules/openapi-typescript/bin/cli.js \
		$(abspath $(CONTRACT)) --default-non-nullable=false --output citable.d.ts >/dev/null
	@touch $@

$(SDK)/typescript/node_modules/ready: openapi/sdk/typescript/package.json $(TOOLS)/ready
	@rm -rf $(SDK)/typescript
	@mkdir -p $(SDK)/typescript
	@cp $< $(SDK)/typescript
	@cd $(SDK)/typescript && PATH="$(abspath $(TOOLS)/bin):$$PATH" npm install --no-package-lock --ignore-scripts --no-audit \
		--no-fund --loglevel error >/dev/null
	@touch $@

$(SDK)/go/ready: $(CONTRACT) openapi/sdk/go.yml $(TOOLS)/ready
	@echo "· generating the Go client"
	@rm -rf $(@D)
	@$(TOOLS)/bin/openapi-generator-cli generate --input-spec $(CONTRACT) --config openapi/sdk/go.yml --openapi-generator-ignore-list git_push.sh,.travis.yml,.gitignore --output $(@D) \
		>$(SDK)/go.txt 2>&1 || { cat $(SDK)/go.txt >&2; exit 1; }
	@touch $@

$(TOOLS)/ready: requirements/sdk.lock
	@echo "· installing what $< lists in $(TOOLS) (the first time takes a minute)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "✗ Citable needs Python 3.11 or newer; set PYTHON=… to one." >&2; exit 1; }
	@$(PYTHON) -m venv $(TOOLS)
	@$(TOOLS)/bin/python -m pip install --quiet --progress-bar on --no-deps --require-hashes -r $<
	@touch $@
