# Everything a developer types. `make` alone lists it; each target brings what it needs, on a bare Python 3.11 and make.
#
# Variables given on the command line reach the programs as environment: make run PORT=9000, make test PYTHON=python3.13
# A target's help is the text behind its two hashes.

VENV_PYTHON := .venv/bin/python

# Brings .venv up to date with a lock, run or dev. When it is already, which is usual, this costs milliseconds.
define venv
@$(VENV_PYTHON) -I -S tools/bootstrap.py $(1) --is-ready 2>/dev/null || sh tools/python.sh tools/bootstrap.py $(1)
endef

.DEFAULT_GOAL := help
.PHONY: help run test chaos hosts look bench bench-scale check audit try upgrade wheel docs client fix lock clean

help: ## list these targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: ## start everything on this machine, without any server (PORT=8000)
	$(call venv,run)
	@exec $(VENV_PYTHON) manage.py start

test: ## run all tests, on SQLite and on a real PostgreSQL and Redis (ARGS="tests/vault -k rotate")
	$(call venv,dev)
	@$(VENV_PYTHON) -m tests $(ARGS)

chaos: ## publish 2,000 jobs while all is killed and restarted, then count what is lost or doubled (ARGS="--short --seed 7")
	$(call venv,dev)
	@$(VENV_PYTHON) -m tests.chaos $(ARGS)

look: ## see every page in a browser, at three widths, light and dark, and ask axe-core (ARGS="--quick --only settings")
	$(call venv,dev)
	@$(VENV_PYTHON) -m tools.look $(ARGS)

hosts: ## publish from several hosts while they are cut off from each other, then count (root; ARGS="--short --seed 7")
	$(call venv,dev)
	@$(VENV_PYTHON) -m tests.hosts $(ARGS)

bench: ## measure what the hub promises, each figure beside its floor (ARGS="--quick --row publish")
	$(call venv,dev)
	@$(VENV_PYTHON) -m bench $(ARGS)

bench-scale: ## measure how everything behaves at 10,000, 100,000 and 1,000,000 jobs (ARGS="--sizes 1e4,1e5")
	$(call venv,dev)
	@$(VENV_PYTHON) -m bench.scale $(ARGS)

check: ## lint, types, import rules, migrations, system checks, packages, secrets and leftovers
	$(call venv,dev)
	@$(VENV_PYTHON) tools/check.py

audit: ## ask OSV for known weaknesses of every library in the locks (ARGS="mirror or file")
	$(call venv,dev)
	@$(VENV_PYTHON) tools/audit.py --advisories $(ARGS)

try: ## run what deploy/ says without containers: publish, stop under load, migrate, back up, restore (ARGS="--proxy caddy")
	$(call venv,dev)
	@$(VENV_PYTHON) tools/try_production.py $(ARGS)

upgrade: ## bring a database as the first version left it up to today, on SQLite and PostgreSQL; nothing may be lost
	$(call venv,dev)
	@$(VENV_PYTHON) -m tests.upgrade $(ARGS)

wheel: ## build what is committed as a wheel and an sdist in dist/, with hashes, and try the wheel in an environment of its own
	$(call venv,dev)
	@$(VENV_PYTHON) tools/release.py
	@$(VENV_PYTHON) tools/try_wheel.py

docs: ## write the documentation as a site to build/site; broken links fail
	$(call venv,dev)
	@NO_MKDOCS_2_WARNING=1 $(VENV_PYTHON) -m mkdocs build --strict --quiet
	@echo "build/site/index.html"

client: ## write the Python client in clients/python anew from the OpenAPI document
	$(call venv,dev)
	@$(VENV_PYTHON) tools/client.py

fix: ## let ruff mend and format what it can
	$(call venv,dev)
	@$(VENV_PYTHON) -m ruff check --fix --exit-zero --quiet .
	@$(VENV_PYTHON) -m ruff format .

lock: ## write the requirement locks anew from pyproject.toml (UPGRADE=1 takes newer releases)
	@sh tools/python.sh tools/lock.py

clean: ## remove .venv, caches and build output; the data in var/ stays
	@rm -rf .venv build dist staticfiles var/log var/tools .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
