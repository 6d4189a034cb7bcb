# SPDX-License-Identifier: Apache-2.0
#   make demo        the whole chain on real images: build/demo/, one summary (under 10 minutes on 2 cores)
#   make test        set-up, build, all quick tests
#   make test-full   the long tests too
#   make build       the executable: build/bin/dpwa
#   make check       formatting, layout and lint
#   make fuzz        libFuzzer (clang) on all that reads files, SECONDS=60 per target
#   make bench       measure; rewrite docs/benchmarks.md and the numbers in README.md
#   make fpga-tools  place and route for boards that Debian has no tools for, from PyPI
#   make clean       remove the build directory

BUILD ?= build
JOBS ?= $(shell nproc)
SECONDS ?= 60
# Of Verilator's models, as ccache of everything else: looked for when a recipe runs, behind the set-up.
export OBJCACHE ?= $(shell command -v ccache)

.PHONY: build test test-full demo check fuzz bench fpga-tools clean setup configure all-targets

build: configure
	cmake --build $(BUILD) --target dpwa -j $(JOBS)

setup:
	@scripts/setup.sh

configure: setup
	@cmake -S . -B $(BUILD) -G Ninja > /dev/null

all-targets: configure
	cmake --build $(BUILD) -j $(JOBS)

test: all-targets
	ctest --test-dir $(BUILD) -j $(JOBS) --output-on-failure -LE full

test-full: all-targets
	ctest --test-dir $(BUILD) -j $(JOBS) --output-on-failure

demo: build
	scripts/demo.sh $(BUILD)

check: all-targets
	scripts/check.sh $(BUILD)

fuzz: setup
	scripts/fuzz.sh $(BUILD)-fuzz $(SECONDS)

bench: all-targets
	bench/benchmarks.py --build $(BUILD)

fpga-tools:
	@scripts/fpga_tools.sh

clean:
	rm -rf $(BUILD)
