#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: netlist_test.sh DPWA
#
# Post-synthesis proof: a design with a serial line becomes a netlist of iCE40 cells (Yosys); that netlist, with the cell
# models that Yosys ships, takes the place of the Verilog in the virtual board; dpwa run loads a network into it through
# the serial line and compares every output word with the golden model.
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
board=
trap 'kill $board 2>/dev/null || true; rm -rf "$work"' EXIT
dpwa=$1
cells=$(dirname "$(command -v yosys)")/../share/yosys/ice40/cells_sim.v
[ -f "$cells" ] || { echo "$cells: not there; this Yosys ships no models of the iCE40's cells"; exit 1; }
data=/usr/share/datasets/fashion-mnist
scale="--scale 0.00392156862745098"
config="--config up5k --set HOST_PORT=uart --set LANES=1 --set WEIGHT_TILES=8192"

cd "$work"
"$dpwa" calibrate "$source/examples/fashion_mnist/fmnist_mlp.onnx" --data "$data/train-images-idx3-ubyte.gz" $scale \
  --labels "$data/train-labels-idx1-ubyte.gz" $config -o plan > /dev/null
"$dpwa" generate plan $config -o out > /dev/null

{
  sed -n 's#^rtl/#read_verilog out/rtl/#p' out/sources.f
  echo "chparam -set CLOCKS_PER_BIT 4 dpwa_uart_top"
  echo "synth_ice40 -dsp -top dpwa_uart_top"
  echo "write_verilog -noattr netlist.v"
} > netlist.ys
yosys -q -s netlist.ys
grep -q '^  SB_LUT4 ' netlist.v
! grep -q '^  always' netlist.v  # cells only

# The models of the cells are not ours to mend: no warnings about them.
verilator --cc --exe --build -O3 --x-assign fast -Wno-fatal -Wno-lint -Wno-style --no-timing --bbox-unsup \
  -DNO_ICE40_DEFAULT_ASSIGNMENTS --timescale 1ns/1ps --top-module dpwa_uart_top -Mdir model -o board -CFLAGS -O1 \
  netlist.v "$cells" "$PWD/out/tb/virtual_board.cc" > verilator.log 2>&1 || { tail -20 verilator.log; exit 1; }

model/board > port &
board=$!
for _ in $(seq 100); do [ -s port ] && break; sleep 0.1; done
"$dpwa" run out --port "$(cat port)" --data "$data/t10k-images-idx3-ubyte.gz" $scale -n 3 --compare | tee result
grep -q '^30 output words compared with the golden model: 0 mismatches$' result
