#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: scripts/demo.sh BUILD_DIR
#
# The whole chain on real images: calibrate, evaluate, generate, simulate, synthesise. Writes BUILD_DIR/demo/ (plan, images,
# generated designs, logs, the JSON object of every command, summary.json) and prints one summary.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1
demo=$build/demo
dpwa=$build/bin/dpwa
data=/usr/share/datasets/fashion-mnist
network=examples/fashion_mnist/fmnist_cnn.onnx
pixels=(--scale 0.00392156862745098)  # the networks take pixel / 255
train=(--data "$data/train-images-idx3-ubyte.gz" "${pixels[@]}")
test=(--data "$data/t10k-images-idx3-ubyte.gz" "${pixels[@]}")

mkdir -p "$demo"

# The object of a command goes to demo/NAME.json, its progress to the terminal.
step() {
  local name=$1
  shift
  echo "== dpwa $*" >&2
  "$dpwa" "$@" --json > "$demo/$name.json"
}

step calibrate calibrate "$network" "${train[@]}" --labels "$data/train-labels-idx1-ubyte.gz" \
  --config sim-4 -o "$demo/plan"
step evaluate evaluate "$demo/plan" "${test[@]}" --labels "$data/t10k-labels-idx1-ubyte.gz" --config sim-4
step generate generate "$demo/plan" --config sim-4 -o "$demo/design"
step simulate simulate "$demo/design" --plan "$demo/plan" "${test[@]}" -n 20

# Area: each target with a configuration made for it.
"$dpwa" generate --config up5k --set LANES=2 -o "$demo/design-up5k" > /dev/null
"$dpwa" generate --config ecp5-85 --set LANES=4 --set GROUPS=1 --set WB_LANES=1 -o "$demo/design-ecp5" > /dev/null
"$dpwa" generate --config asic-64 --set LANES=4 --set GROUPS=1 --set WB_LANES=1 -o "$demo/design-asic" > /dev/null
# Two cores: the second one takes ECP5 and standard cells, whose progress goes to a log.
(
  step synth-ecp5 synth "$demo/design-ecp5" --target ecp5
  step synth-asic synth "$demo/design-asic" --target asic
) 2> "$demo/synth.log" &
others=$!
step synth-ice40 synth "$demo/design-up5k" --target ice40
echo "== waiting for ecp5 and asic ($demo/synth.log)" >&2
wait "$others" || { cat "$demo/synth.log" >&2; exit 1; }

/usr/bin/python3 scripts/summary.py "$demo"
