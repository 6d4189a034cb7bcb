#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: conformance_test.sh DPWA CACHE few|all
#
# No case may be wrong, some must pass, all of them together as docs/conformance.md says; and a case whose expected output
# is false must be found wrong.
set -euo pipefail

bench=$(cd "$(dirname "$0")/../../bench" && pwd)/conformance
data=${DPWA_SHARED:-/nowhere}/data/onnx-node-conformance
if [ ! -d "$data" ]; then
  echo "skipped: no $data (set DPWA_SHARED to the folder with the shared data)"
  exit 77
fi
dpwa=$1
export DPWA_CACHE=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
ln -s "$dpwa" "$work/bin/dpwa"
export PATH=$work/bin:$PATH

only=.
[ "$3" = all ] || only='test_(basic_conv_with_padding|gemm_alpha|gemm_transposeB|matmul_1d_1d|cast_FLOAT_to_DOUBLE)$'
"$bench" "$data" --only "$only" --json --page "$work/page.md" > "$work/result.json"
[ "$3" != all ] || diff "$(dirname "$bench")/../docs/conformance.md" "$work/page.md"
/usr/bin/python3 - "$work/result.json" <<'PYTHON'
import json, sys
found = json.load(open(sys.argv[1]))
print({key: len(names) for key, names in found.items()})
assert found["pass"] and found["refused"] and not found["wrong"], found
PYTHON

# The same case with the output of another one.
mkdir -p "$work/false/cases"
cp -r "$data"/opset17-debian-1.12/test_gemm_alpha "$work/false/cases/"
cp "$data"/opset17-debian-1.12/test_gemm_beta/test_data_set_0/output_0.pb "$work/false/cases/test_gemm_alpha/test_data_set_0/"
if "$bench" "$work/false" --json > "$work/false.json"; then
  echo "a false expectation was accepted" >&2
  exit 1
fi
grep -q '"wrong": \[$' "$work/false.json"
