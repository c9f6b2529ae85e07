# Every task a person does. `make` alone lists them.
#
# `demo` needs only Node: pkg/ holds the built .wasm files. What is installed or built is a file target, so
# a second run installs and builds nothing.

DIR ?= tests/vectors

.PHONY: help
help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' Makefile

.PHONY: demo test check pkg vectors conformance official sim fuzz bench bench-peers bench-growth bench-instructions storm examples docs clean

demo: dist ## start three nodes in memory, write and read real data, lose a node (needs only Node)
	@node examples/demo/demo.mjs

test: node_modules/.installed tests/peers/node_modules/.installed .toolchain/bin/with-wasm ## rebuild pkg/ from source and run every test and check
	@scripts/chromium.sh
	@node scripts/test.mjs

check: node_modules/.installed ## format, lints, types, generated files and the stamp of pkg/
	@node scripts/test.mjs --only check

pkg: .toolchain/bin/with-wasm ## rebuild the .wasm files and their glue from rust/
	@node scripts/build-pkg.mjs

vectors: dist ## replay the exchanges recorded from a real server; DIR=<folder> for others
	@node tests/vectors/run.mjs $(DIR)

conformance: dist tests/peers/node_modules/.installed ## one suite on Node, Deno and Bun; RUNTIME=<name>, AEROSPIKE_HOSTS=<host:port>
	@node tests/conformance/run.mjs

official: dist tests/peers/node_modules/.installed ## give the official client and this one the same cases; AEROSPIKE_HOSTS=<host:port>
	@node tests/official/run.mjs

sim: ## play bad days on a simulated network; SEED=<n> tells one, SEEDS=<n> FROM=<n> any range
	@cargo run --manifest-path rust/Cargo.toml --profile sim --quiet -p aerospike-sim -- $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),1000) --from $(or $(FROM),1))

fuzz: ## let a fuzzer look for bytes that break the engine; TARGET=<name>, SECONDS=<n> each
	@TARGET=$(TARGET) SECONDS=$(or $(SECONDS),60) node scripts/fuzz.mjs

bench: dist tests/peers/node_modules/.installed ## measure beside other clients; QUICK=1, ONLY=get@128,batch, CLIENTS=go, PUBLISH=1, AEROSPIKE_HOSTS=<host:port>
	@node tests/bench/bench.mjs $(if $(QUICK),--quick) $(if $(ONLY),--only $(ONLY)) $(if $(CLIENTS),--clients $(CLIENTS)) $(if $(PUBLISH),--publish)

bench-peers: ## install and build the official Go, Java, Rust and Python clients for the bench, where their languages are
	@tests/bench/peers/install.sh

bench-growth: dist ## draw what an operation costs as nodes, load, records and batches grow; PUBLISH=1
	@node tests/bench/growth.mjs $(if $(PUBLISH),--publish)

bench-instructions: ## count the instructions of the engine's benchmarks (needs valgrind); UPDATE=1 keeps them
	@node tests/bench/instructions.mjs $(if $(UPDATE),--update)

storm: dist ## two minutes of killing nodes of the dev server under load; STORM=<seconds>
	@node tests/bench/failover.mjs --seconds $(or $(STORM),120)

examples: dist tests/peers/node_modules/.installed ## run every example and compare what it prints
	@node scripts/examples.mjs

docs: node_modules/.installed ## build the documentation
	@npm run --silent docs

clean: ## remove what was built; what was installed stays
	rm -rf dist docs/api rust/target

# ── What the tasks need ─────────────────────────────────────────────────────────────────────────────────────────

dist: node_modules/.installed tsconfig.json tsconfig.build.json scripts/build-dist.mjs package.json $(shell find ts; find pkg -name '*.d.ts')
	@node scripts/build-dist.mjs && touch dist

# `npm ci` refuses a lock file that was written where the registry lacked the builds of some other platform; what the
# lock file does name is installed exactly by the second command too.
node_modules/.installed: package-lock.json
	@npm ci --ignore-scripts --loglevel=error || npm install --no-save --ignore-scripts --loglevel=error
	@touch $@

# Whether npm runs install scripts depends on its version, so none is left to it. Of these packages only Bun needs its
# own. Each is then tried, so that a broken one is named here and not by some test.
tests/peers/node_modules/.installed: tests/peers/package-lock.json
	@cd tests/peers && { npm ci --ignore-scripts --loglevel=error || npm install --no-save --ignore-scripts --loglevel=error; }
	@cd tests/peers/node_modules/bun && { ../.bin/bun --version >/dev/null 2>&1 || node install.js; }
	@cd tests/peers && node_modules/.bin/deno --version >/dev/null
	@cd tests/peers && node_modules/.bin/bun --version >/dev/null
	@cd tests/peers && node -e 'require("aerospike")'
	@touch $@

.toolchain/bin/with-wasm: scripts/toolchain.sh rust/Cargo.lock node_modules/.installed
	@scripts/toolchain.sh
