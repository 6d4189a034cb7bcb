#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: walk_through_test.sh DPWA MODEL_CACHE
#
# Runs the indented lines between the marks of docs/walk-through.md in one shell, in a folder that has what a clone has.
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ln -s "$source/examples" "$work/examples"
export PATH=$(dirname "$1"):$PATH DPWA_CACHE=$2

sed -n '/begin walk-through/,/end walk-through/s/^    //p' "$source/docs/walk-through.md" > "$work/lines"
for command in inspect calibrate evaluate generate simulate synth; do
  grep -q "^dpwa $command " "$work/lines" || { echo "the walk-through has no 'dpwa $command'"; exit 1; }
done
cd "$work"
bash -euxo pipefail lines > out || { cat out; echo "a line of the walk-through failed"; exit 1; }
cat out
grep -q ' 0 mismatches' out
grep -q '^up5k: ' out
make -n -C "$source" build > /dev/null  # the line before the marks names a target
