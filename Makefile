# Everything is made in .venv; nothing else on the machine is touched.
# Needs Python 3.11 or newer, make, git and a pip registry. `make demo` uses uv where it works, pip where it doesn't.

EVENT    ?= events/v2-sign-in.json
LOOKUPS  ?= events/lookups.yaml
PYTHON   ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

BIN      := .venv/bin
CLI      := .venv/.cli-is-installed
DEV      := .venv/.dev-is-installed
SAM      := .venv/.sam-is-installed
LAMBDA   := .venv/.lambda-is-installed
ENCRYPTION_CLI := .venv/.encryption-cli-is-installed
LOCK     := requirements/dev.txt
SOURCES   = $(shell find env.json events examples policies pretoken project samconfig.toml template.yaml tests triggers -type f ! -name "*.pyc" 2>/dev/null)
GATED    := pretoken/checks/*,pretoken/cognito/*,pretoken/local/*,pretoken/packaging/*,pretoken/policy/*,pretoken/pools/*,pretoken/project.py,pretoken/sealing/*,pretoken/testing/*,pretoken/token_schema/*,pretoken/trigger/*,pretoken/verifier/*
comma    := ,
install   = { uv=$$(command -v uv || command -v $(BIN)/uv) && "$$uv" pip install --quiet --python $(BIN)/python $(1); } \
	|| $(BIN)/python -m pip install --quiet $(1)

.DEFAULT_GOAL := help
.PHONY: bench check clean demo dev help imports install lint lock test types wheel

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(CLI)  ## install the command line into .venv

dev: $(DEV)  ## install what the tests and all examples need

demo: $(CLI)  ## show what the sample rules make of a sample event (EVENT=FILE for another one)
	@$(BIN)/pretoken preview --event $(EVENT) --lookups $(LOOKUPS)

test: $(DEV) $(SAM) $(LAMBDA) $(ENCRYPTION_CLI)  ## run all tests: the cases of the rule files, then those of the code
	@$(BIN)/pretoken test
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -n auto --inline-snapshot=disable
	@$(BIN)/coverage combine --quiet

check: lint types imports .coverage wheel  ## run all gates: lint, types, imports, coverage, wheel
	@$(BIN)/coverage report --include='$(GATED)' --skip-covered --show-missing --fail-under=100

.coverage: $(SOURCES)  # measured by the tests, which run again only if something changed
	@$(MAKE) --no-print-directory test

lint: $(DEV)
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check

types: $(DEV)
	@$(BIN)/mypy

imports: $(DEV)
	@$(BIN)/lint-imports --no-logo

wheel: $(DEV) $(SAM)
	@.ci/wheel

bench: $(DEV) $(SAM) $(LAMBDA)  ## measure the budgets against their alternatives
	@$(BIN)/python -m benchmarks

lock: $(DEV)  ## pin the newest versions of all tools and dependencies
	@$(BIN)/uv pip compile --quiet --upgrade --universal --group dev --extra cli --extra local --extra verifier --no-emit-package pretoken \
		--custom-compile-command 'make lock' --output-file $(LOCK) pyproject.toml
	@echo aws-sam-cli | $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
		--custom-compile-command 'make lock' --output-file requirements/sam.txt -
	@grep '^aws-sam-cli==' requirements/sam.txt > project/requirements-sam.txt
	@printf '%s\n' awslambdaric boto3 snapshot-restore-py | $(BIN)/uv pip compile --quiet --upgrade --python-version 3.13 \
		--custom-compile-command 'make lock' --output-file requirements/lambda.txt -
	@printf '%s\n' aws-encryption-sdk-cli 'setuptools<81' | $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
		--custom-compile-command 'make lock' --output-file requirements/encryption-cli.txt -
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.13 --generate-hashes --no-annotate \
		$(addprefix --no-emit-package ,boto3 botocore jmespath python-dateutil s3transfer six urllib3) \
		--custom-compile-command 'make lock' --output-file triggers/requirements.txt triggers/requirements.in

clean:  ## remove everything that make made
	@rm -rf .aws-sam .venv .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache dist
	@find . -name __pycache__ -prune -exec rm -rf {} +

.venv:
	@test -n '$(PYTHON)' || { echo "Python 3.11 or newer is needed; this is $$(python3 --version 2>&1)"; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }
	@command -v uv >/dev/null || $(BIN)/python -m pip install --quiet --constraint $(LOCK) uv || true

$(CLI): pyproject.toml $(LOCK) | .venv
	@$(call install,--constraint $(LOCK) --editable '.[cli$(comma)local]')
	@touch $@

$(DEV): pyproject.toml $(LOCK) | .venv
	@$(call install,--requirement $(LOCK))
	@$(call install,--constraint $(LOCK) --editable '.[cli$(comma)local$(comma)verifier]')
	@touch $@ $(CLI)

# The SAM CLI pins the versions of all that it needs, so it can't share an environment.
$(SAM): requirements/sam.txt | $(DEV)
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv/sam
	@$(BIN)/uv pip install --quiet --python .venv/sam --requirement requirements/sam.txt
	@touch $@

# The AWS Encryption CLI needs an older Encryption SDK than ours, and of setuptools a version that still has pkg_resources.
$(ENCRYPTION_CLI): requirements/encryption-cli.txt | $(DEV)
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv/encryption-cli
	@$(BIN)/uv pip install --quiet --python .venv/encryption-cli --requirement requirements/encryption-cli.txt
	@touch $@

# What the function finds in Lambda: its Python, the runtime interface client, and boto3.
$(LAMBDA): requirements/lambda.txt | $(DEV)
	@python=$$(.ci/find-python 3.13) || { echo "Python 3.13 isn't on this machine: tests that need it are skipped"; exit 0; }; \
		$(BIN)/uv venv --quiet --clear --python "$$python" .venv/lambda && \
		$(BIN)/uv pip install --quiet --python .venv/lambda --requirement requirements/lambda.txt && touch $@
