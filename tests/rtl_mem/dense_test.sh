#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: dense_test.sh PROJECT WORK
#   Runs dense_tb.v in Icarus with the cell library of Yosys.
set -euo pipefail

project=$1
work=$2
mkdir -p "$work"
cells=$(dirname "$(dirname "$(command -v yosys)")")/share/yosys/ice40/cells_sim.v
iverilog -g2005 -DNO_ICE40_DEFAULT_ASSIGNMENTS -s dense_tb -o "$work/dense_tb" "$project/tests/rtl_mem/dense_tb.v" \
  "$project"/rtl/mem/*.v "$cells"
vvp -n "$work/dense_tb" | tee "$work/log"
grep -q '^PASS' "$work/log"
