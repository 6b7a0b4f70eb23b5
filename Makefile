# Everything a developer needs; `make run` and `make test` work from a clean clone with Python 3.11 or later.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
SAMPLE := sample-data
SEASON := sample-season

.DEFAULT_GOAL := help
.PHONY: help run run-season test test-fast check setup lock bench bench-archive spark explorer explorer-check audit fuzz vulnerabilities package verify-deploy clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/run $(SAMPLE)/.made ## Serve sample data at http://127.0.0.1:8000
	@$(BIN)/graphql-api index --data $(SAMPLE)
	$(BIN)/graphql-api serve --data $(SAMPLE) --host $(HOST) --port $(PORT)

# A whole season takes minutes to write and to learn from: so it is not what `run` serves.
run-season: .venv/season $(SEASON)/.made ## Serve two whole seasons until yesterday, with forecasts, future races and odds that move
	JOCKEY_RACES_PROVIDER=mock $(BIN)/graphql-api jobs run forecast-days --data $(SEASON) >/dev/null
	JOCKEY_RACES_PROVIDER=mock JOCKEY_ODDS_UPDATES=true JOCKEY_FORECASTS_UPDATES=true \
		$(BIN)/graphql-api serve --data $(SEASON) --host $(HOST) --port $(PORT)

test: setup ## Run all tests
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

test-fast: setup ## Run the quick tests: without browser, deployment, files of all kinds, fuzzing
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder -m "not slow"

check: setup ## Lint, format, types, import rules, and whether the SDL is up to date
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/graphql-api export-schema --check
	$(BIN)/python deploy/table.py --check

setup: .venv/installed ## Create the locked environment for development in .venv

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.13 …")'
	$(PYTHON) -m venv .venv

# What serving takes, and pandas to write the sample: a quarter of what development takes.
.venv/run: requirements/run.txt pyproject.toml | .venv/bin/python
	$(PIP) --require-hashes -r requirements/run.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	touch $@

# The same, and LightGBM.
.venv/season: requirements/season.txt pyproject.toml | .venv/bin/python
	$(PIP) --require-hashes -r requirements/season.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	touch $@ .venv/run

.venv/installed: requirements/dev.txt pyproject.toml | .venv/bin/python
	$(PIP) --require-hashes -r requirements/dev.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	touch $@ .venv/run .venv/season

# Written aside and named at the end, with the files' checksums, so that `clean` deletes those and no others.
$(SAMPLE)/.made: | .venv/run
	@[ ! -e $(SAMPLE) ] || { echo "$(SAMPLE) holds files that make did not write. Move it away, or serve it: $(BIN)/graphql-api serve --data $(SAMPLE)"; exit 1; }
	rm -rf $(SAMPLE).new
	$(BIN)/graphql-api sample --out $(SAMPLE).new >/dev/null
	cd $(SAMPLE).new && cksum * > .made
	mv $(SAMPLE).new $(SAMPLE)

YESTERDAY := from datetime import *; print(datetime.now(timezone(timedelta(hours=9))).date() - timedelta(days=1))

$(SEASON)/.made: | .venv/season
	@[ ! -e $(SEASON) ] || { echo "$(SEASON) holds files that make did not write. Move it away, or serve it: $(BIN)/graphql-api serve --data $(SEASON)"; exit 1; }
	rm -rf $(SEASON).new
	$(BIN)/graphql-api sample --out $(SEASON).new --complete --until "$$($(BIN)/python -c '$(YESTERDAY)')" >/dev/null
	cd $(SEASON).new && cksum * > .made
	$(BIN)/graphql-api index --data $(SEASON).new
	$(BIN)/graphql-api forecast run --data $(SEASON).new
	mv $(SEASON).new $(SEASON)

LOCK := $(BIN)/uv pip compile --universal --python-version 3.11 --no-emit-index-url --generate-hashes --upgrade --quiet

lock: setup ## Update the locked dependencies: of the function, the plain server, development, and `make run`
	$(LOCK) pyproject.toml --extra lambda --extra archive --extra athena --extra pages -o requirements/lambda.txt
	$(LOCK) pyproject.toml --extra server --extra archive --extra athena --extra pages -o requirements/server.txt
	$(LOCK) pyproject.toml --all-extras --group dev -o requirements/dev.txt
	$(LOCK) pyproject.toml --extra server --extra archive --extra pages --extra sample --group build -c requirements/dev.txt -o requirements/run.txt
	$(LOCK) pyproject.toml --extra server --extra archive --extra pages --extra sample --extra forecast --group build -c requirements/dev.txt -o requirements/season.txt
	$(LOCK) pyproject.toml --extra lambda --extra archive --extra athena --extra forecast -c requirements/dev.txt -o requirements/forecast.txt
	$(LOCK) --group spark -o requirements/spark.txt

vulnerabilities: setup ## Check all locked dependencies for known vulnerabilities
	$(BIN)/uv tool run --exclude-newer 2026-11-01 pip-audit==2.10.1 --disable-pip --require-hashes \
		-r requirements/lambda.txt -r requirements/server.txt -r requirements/run.txt -r requirements/season.txt -r requirements/forecast.txt \
		-r requirements/dev.txt -r requirements/spark.txt
	for folder in . audit explorer tests/clients tests/dynalite; do \
		npm audit --package-lock-only --audit-level=high --prefix "$$folder" || exit 1; done

bench: setup ## Compare this server with its peers, and write benchmarks/results
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.access

bench-archive: setup ## Compare the archive of 1.2 million rides with DuckDB, Polars, SQLite and three servers
	$(BIN)/python -m benchmarks.archive

spark: setup .venv-spark/installed ## Compare the archive's queries and the features of forecasts with Spark; needs Java 17
	@out=$$(mktemp -d) && trap 'rm -rf "$$out"' EXIT && \
		$(BIN)/python tests/spark/ask.py "$$out" && .venv-spark/bin/python tests/spark/compare.py "$$out" && \
		$(BIN)/python tests/spark/ask_features.py "$$out" && \
		.venv-spark/bin/python tests/spark/compare_features.py "$$out"

.venv-spark/installed: requirements/spark.txt | .venv/installed
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-spark
	$(BIN)/uv pip install --quiet --python .venv-spark/bin/python --require-hashes -r requirements/spark.txt
	touch $@

audit: setup audit/node_modules ## Run the official GraphQL over HTTP audit: 61 of 61
	$(BIN)/pytest --no-skips tests/test_audit.py

audit/node_modules: audit/package-lock.json
	cd audit && npm ci --no-audit --no-fund && touch node_modules

fuzz: setup ## Run the long fuzz tests; FUZZ_EXAMPLES sets their number
	FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-2000} $(BIN)/pytest -n auto tests/test_fuzz.py

explorer: explorer/node_modules ## Build the explorer's assets into graphql_api/web/static
	node explorer/build.mjs

explorer-check: explorer/node_modules ## Build the explorer again, and compare
	node explorer/build.mjs --check

explorer/node_modules: explorer/package-lock.json
	cd explorer && npm ci --no-audit --no-fund && touch node_modules

tests/clients/node_modules: tests/clients/package-lock.json
	cd tests/clients && npm ci --ignore-scripts --no-audit --no-fund && touch node_modules

tests/dynalite/node_modules: tests/dynalite/package-lock.json
	cd tests/dynalite && npm ci --ignore-scripts --no-audit --no-fund && touch node_modules

node_modules: package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund && touch node_modules

package: setup ## Build dist/function-arm64.zip
	$(BIN)/python deploy/package.py

verify-deploy: setup node_modules ## Test the deployment without AWS
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder --no-skips tests/deploy

clean: ## Remove what make created here; files that you added or changed in sample-data or sample-season remain
	rm -rf .venv .venv-spark dist $(SAMPLE).new $(SEASON).new
	@for folder in $(SAMPLE) $(SEASON); do \
		[ ! -f $$folder/.made ] || (cd $$folder && cksum * 2>/dev/null | grep -Fxf .made | cut -d ' ' -f 3 | \
			xargs rm -f && rm -f .made _rides.v1.json _rides.v1.json.lock rides/*.parquet && \
			rm -rf forecasting forecasts && { [ ! -d rides ] || rmdir rides; }); \
		rmdir $$folder 2>/dev/null || true; done
