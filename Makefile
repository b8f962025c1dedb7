# Zhida. `make` lists the targets. Needs Go, gcc (SQLite is C) and make.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
export CGO_ENABLED := 1

# Go leaves folders named testdata out of ./..., so the packages there are named.
PACKAGES := ./... ./testdata/bank/... ./testdata/counties/... ./testdata/problems/...
OUT ?= demo
# Executions of each fuzz target: a moment in `make test`, as long as you like in `make fuzz FUZZ=5000000x`.
FUZZ ?= 20000x
BENCH ?= .
# Simulated counties of three years in `make test`; each takes some seconds.
YEARS ?= 2

# Parts of `make test` run in their order, also under -j.
.NOTPARALLEL:
.PHONY: help demo build test test-deps lint fmt fuzz bench years race scripts

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1|/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-10s %s\n", $$1, $$2}'

demo: build ## two months of the sample county in ./demo, or OUT=folder (empty or new)
	./bin/zhida demo --out "$(OUT)"

build: ## bin/zhida and bin/zhida-verify
	go build -o bin/ ./cmd/...

# The order is: cheap first, go test last, so that its verdict closes the output.
test: test-deps lint fuzz years scripts race ## everything CI runs: formatting, vet, staticcheck, fuzzing, simulated years, whole counties and command scripts, race tests

# Tests unlock keys thousands of times; a key of these builds costs nothing to try and no other program opens it.
test lint fuzz years scripts race: export GOFLAGS := -tags=cheapkeys

test-deps: ## install what some tests need, where apt-get may be used
	@.ci/test-deps

lint: ## gofmt, go vet, staticcheck
	@unformatted=$$(gofmt -l cmd exporters importers payroll rules testdata); \
	if [ -n "$$unformatted" ]; then echo "not formatted (make fmt):"; echo "$$unformatted"; exit 1; fi
	go vet $(PACKAGES)
	go tool -modfile=.ci/tools/go.mod staticcheck $(PACKAGES)

fmt: ## format all Go files
	gofmt -w cmd exporters importers payroll rules testdata

fuzz: ## run every fuzz target, FUZZ=20000x executions each
	@.ci/fuzz $(FUZZ)

years: ## counties lived through against an oracle and a bank, YEARS of them; the race detector sees one more
	go test ./cmd/zhida/internal/app -run '^TestYears$$' -years $(YEARS)

# Under the race detector a command that unlocks a key, a county that prints all its papers, a forger who signs everything again,
# a workbook that is worked out again and a file as large as may be take minutes each, and find nothing there: they run without it. What computes on several
# cores, and several programs at once, run with it.
PLAIN := cmd/zhida/internal/app cmd/zhida-verify exporters/bankfile exporters/workbook exporters/webreport importers
scripts: ## the command line as scripts of testdata/script, whole counties, the verifier, files that leave
	GOFLAGS= go test ./payroll/journal
	go test ./cmd/zhida -run '^TestScripts$$'
	go test -timeout 20m -skip '^TestYears$$' $(addprefix ./,$(PLAIN))

race: ## all other tests under the race detector
	go test -race -timeout 20m -skip '^TestScripts$$' $$(go list ./... | grep -v $(foreach p,$(PLAIN),-e '$(p)$$')) ./testdata/bank/... ./testdata/counties/... ./testdata/problems/...
	go test -race -timeout 20m -run '^Test(Years|RunsAtOnce|LongAnswer|BackPay|Survey|Planted$$)' ./cmd/zhida/internal/app
	go test -race -short ./cmd/zhida-verify

bench: ## benchmarks, BENCH=pattern; numbers to compare, not to pass
	go test -run '^$$' -bench '$(BENCH)' -benchmem -timeout 60m $(PACKAGES)
