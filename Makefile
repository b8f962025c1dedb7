# Zhida. `make` lists the targets. Needs Go, gcc (SQLite is C) and make.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
export CGO_ENABLED := 1

# Go leaves folders named testdata out of ./..., so the packages there are named.
PACKAGES := ./... ./testdata/bank/... ./testdata/chromium/... ./testdata/counties/... ./testdata/problems/... ./testdata/smallpng
OUT ?= demo
# Executions of each fuzz target: a moment in `make test`, as long as you like in `make fuzz FUZZ=5000000x`.
FUZZ ?= 5000x
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
test: test-deps lint fuzz years scripts race ## everything CI runs: formatting, vet, staticcheck, fuzzing, simulated years, command scripts and whole counties, race tests

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
	go test $(WHOLE) -run '^TestYears$$' -years $(YEARS)

# The race detector watches the packages in which several things run at once; elsewhere it finds nothing and makes a test
# take several times as long. Of whole counties it sees what computes, streams and takes turns.
RACED := ./cmd/zhida ./cmd/zhida/internal/desk ./cmd/zhida/internal/term ./payroll ./payroll/schedule ./payroll/store ./rules ./rules/policy
WHOLE := ./cmd/zhida/internal/app
# Scripts, browsers and walks of one visitor after another through all pages go without it: each of the two runs what the other skips.
WALKS := ^Test(Scripts|Guides|TownshipsDoNotSeeEachOther|PeopleTakeTwo|NoWholeNumbersByGet|DeskInEnglish|LinksLeadSomewhere|WhoIsShownNumbers|PassphraseForEachDeed)$$|Chromium
scripts: ## the command line as scripts of testdata/script and as in docs/guide, the desk in a browser, whole counties, and all tests of one thread
	GOFLAGS= go test ./payroll/journal
	go test -timeout 20m ./cmd/zhida ./cmd/zhida/internal/desk -run '$(WALKS)'
	go test -timeout 20m -skip '^TestYears$$' $$(go list $(PACKAGES) | grep -vxF "$$(go list $(RACED))")

race: ## tests under the race detector
	go test -race -timeout 20m -skip '$(WALKS)' $(RACED)
	go test -race -timeout 20m -run '^Test(Years|RunsAtOnce|LongAnswer)$$' $(WHOLE)
	go test -race -short ./cmd/zhida-verify

bench: ## benchmarks, BENCH=pattern; numbers to compare, not to pass
	go test -run '^$$' -bench '$(BENCH)' -benchmem -timeout 60m $(PACKAGES)
