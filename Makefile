# `make build` on a machine with Python 3.11-3.13, make and git leaves a published warehouse for the demo customer.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CUSTOMER ?= moprobo
export PATH := $(CURDIR)/$(BIN):$(PATH)
# builds and tests start dozens of processes that import dbt; unless what Python compiles is kept, each compiles it
unexport PYTHONDONTWRITEBYTECODE

.PHONY: build test test-long coverage lint format docs bench benchmark-decisions benchmark-ablation benchmark-audience benchmark-tuning loop-through-builds golden restated faults fuzz audit spark clean lock

$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	# Python compiles what is imported, which is a small part
	$(BIN)/pip install --quiet --disable-pip-version-check --no-compile --require-hashes --requirement requirements.lock
	# last, so that our dbt command is the one in the environment
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	$(BIN)/python -m python_jobs.cli.dbt --check
	touch $@

build: $(VENV)/.installed
	dbt build --vars customer:$(CUSTOMER)

test: $(VENV)/.installed
	pytest -n 2 --dist worksteal

# what takes too long for `make test`: the same over many more cases, dark screens, whole benchmarks
test-long: $(VENV)/.installed
	pytest -n 2 --dist worksteal -m long

# the tests again, counting the lines that they run, which doubles their time
coverage: $(VENV)/.installed
	pytest -n 2 --dist worksteal --cov --cov-report=term --cov-fail-under=90

lint: $(VENV)/.installed
	ruff check .
	ruff format --check .
	mypy
	sqlfluff lint --processes 2 models tests/dbt

format: $(VENV)/.installed
	ruff check --fix .
	ruff format .
	sqlfluff fix --processes 2 models tests/dbt

docs: $(VENV)/.installed
	dbt docs generate --static --vars customer:$(CUSTOMER)

# A customer of AD_DAYS rows, half as many orders and one of a tenth, each built twice; then 200 small ones. Hours, and tens
# of gigabytes of disk, which AUTOPILOT_BENCH puts elsewhere; AD_DAYS=1000000 CUSTOMERS=10 is a tenth of it.
AD_DAYS ?= 10000000
CUSTOMERS ?= 200
bench: $(VENV)/.installed
	python -m python_jobs.simulation.bench --ad-days $(AD_DAYS) --orders $$(($(AD_DAYS) / 2))
	python -m python_jobs.simulation.bench_customers --customers $(CUSTOMERS)
	python -m python_jobs.simulation.bench_loop
	python -m python_jobs.backtest.bench

# Budgets in closed loop, on accounts that nobody tuned on; then from random budgets, with only ten changes carried out
# per decision, and in accounts out of the ordinary. One to two hours on two cores; interrupted, it goes on where it
# stopped.
LOOP := python -m python_jobs.simulation.closed_loop.benchmark
JUDGED := --purpose judging --sizes 10,40,150,small
UNUSUAL := --purpose judging --sizes 10 --worlds 12 --curves power

benchmark-decisions: $(VENV)/.installed
	$(LOOP) $(JUDGED) --worlds 40,20,20,20 --rhythms all
	$(LOOP) $(JUDGED) --worlds 10,5,3,5 --start random
	$(LOOP) --purpose judging --sizes 40,150 --worlds 12,6 --curves power --policies "engine,ten largest changes"
	for family in harm outage peak; do $(LOOP) $(UNUSUAL) --family $$family || exit 1; done

# what each part of the engine is worth
benchmark-ablation: $(VENV)/.installed
	$(LOOP) --policies ablation --sizes 10 --worlds 6

# Audiences: simulated accounts with mistakes and effects planted in them, and without, by which nothing was mended. About
# five minutes on two cores; interrupted, it goes on where it stopped.
benchmark-audience: $(VENV)/.installed
	python -m python_jobs.simulation.audience.benchmark --purpose judging --planted 72 --clean 15

# Tuning: how well past mornings rank parameters, which method finds good ones soonest, and what tuned parameters earn. Hours
# on two cores; all go on where they stopped.
benchmark-tuning: $(VENV)/.installed
	python -m python_jobs.backtest.fidelity --sets 100
	python -m python_jobs.tuning.benchmark
	python -m python_jobs.tuning.closed_loop

# one account, morning after morning, through exported files and real builds
loop-through-builds: $(VENV)/.installed
	python -m python_jobs.simulation.closed_loop.through_builds

# What this program publishes of three accounts against what it did at AGAINST, column by column. Three minutes
AGAINST ?= main
golden: $(VENV)/.installed
	python -m python_jobs.simulation.golden --against $(AGAINST)

# Known vulnerabilities of all that is installed, and a bill of materials in target/sbom.json; asks the package index
audit: $(VENV)/.installed
	$(PYTHON) -m venv target/audit
	target/audit/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-audit.lock
	target/audit/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --output-file target/sbom.json $(BIN)/python
	target/audit/bin/pip-audit --strict --disable-pip --require-hashes --requirement requirements.lock

# What docs/spark.md tells of: the customer that DuckDB has built once more with Spark, row by row against it. Needs Java 17
# or newer; interrupted, it goes on where it stopped.
SPARK := target/spark/env
$(SPARK)/.installed: requirements-spark.lock
	$(PYTHON) -m venv $(SPARK)
	$(SPARK)/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-spark.lock
	touch $@

spark: $(SPARK)/.installed
	PYTHONPATH=. PYSPARK_PYTHON=$(CURDIR)/$(SPARK)/bin/python $(SPARK)/bin/python -m python_jobs.spark --customer $(CUSTOMER)

# What docs/faults.md tells of: kills, full disks, too little memory, several at once. Two hours on two cores; the kills go
# on where they stopped. Full disks need the right to mount one.
faults: $(VENV)/.installed
	python -W ignore -m python_jobs.faults

# Exports that restate past days, hundreds of random histories: built step by step and all at once. Hours; goes on where it
# stopped.
restated: $(VENV)/.installed
	python -m python_jobs.simulation.restated

# 20,000 made-up files of each format, whole and damaged, before every reader. Hours of processor time; goes on where it
# stopped.
fuzz: $(VENV)/.installed
	python tests/fuzz/fuzz.py

clean:
	rm -rf target logs build dist .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache

# rewrites the lock files for all supported Pythons; needs uv
LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url \
	--no-annotate --no-header

lock:
	$(LOCK) pyproject.toml --extra dev --output-file requirements.lock
	$(LOCK) --group audit --output-file requirements-audit.lock
	$(LOCK) pyproject.toml --group spark --output-file requirements-spark.lock
