#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: scripts/fuzz.sh BUILD_DIR SECONDS [TARGET...]     libFuzzer on what reads files, one target after the other.
# What it finds lies in BUILD_DIR/findings/TARGET-*; what it learns stays in BUILD_DIR/corpus/TARGET.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1 seconds=$2
shift 2

clang=$(command -v clang++ || command -v clang++-14) || {
  echo "fuzz: needs clang: apt-get install clang libclang-rt-14-dev libomp-14-dev" >&2
  exit 4
}
cmake -S . -B "$build" -G Ninja -DDPWA_FUZZ=ON -DCMAKE_CXX_COMPILER="$clang" > /dev/null
cmake --build "$build" --target fuzzers
"$build/tests/fuzz/fuzz_seeds" "$build/seeds"
mkdir -p "$build/findings"
export ASAN_OPTIONS=quarantine_size_mb=64  # what is freed counts as used until it leaves the quarantine

[ $# -gt 0 ] || set -- $(cd tests/fuzz/regressions && ls)
status=0
for target in "$@"; do
  mkdir -p "$build/corpus/$target"
  echo "fuzz: $target, $seconds s"
  "$build/tests/fuzz/${target}_fuzz" -max_total_time="$seconds" -timeout=60 -rss_limit_mb=2048 -malloc_limit_mb=256 \
    -max_len=65536 -print_final_stats=1 -artifact_prefix="$build/findings/$target-" \
    "$build/corpus/$target" "$build/seeds/$target" > "$build/findings/$target.log" 2>&1 || status=1
  grep -E 'ERROR|SUMMARY|what\(\)|runtime error|number_of_executed_units|Test unit written' "$build/findings/$target.log"
done
exit $status
