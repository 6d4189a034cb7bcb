#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: readme_test.sh DPWA MODEL_CACHE
#
# Runs the indented lines between the marks of README.md, "From ONNX to a board", in a folder that has what a clone has.
# All but the bitstream, which takes many minutes: tests/bitstream makes smaller ones.
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ln -s "$source/examples" "$work/examples"
export PATH=$(dirname "$1"):$PATH DPWA_CACHE=$2

sed -n '/begin board/,/end board/s/^    //p' "$source/README.md" > "$work/lines"
for command in calibrate generate bitstream run; do
  grep -q "^dpwa $command " "$work/lines" || { echo "README.md has no 'dpwa $command' there"; exit 1; }
done
sed -i '/^dpwa bitstream /d' "$work/lines"
cd "$work"
bash -euxo pipefail lines > out || { cat out; echo "a line of README.md failed"; exit 1; }
cat out
grep -q ': 0 mismatches' out
