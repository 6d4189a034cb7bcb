#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: mapped_test.sh ice40|ecp5 WORK_DIR
#   Synthesizes mapped_lane for the device with the recipe of bench/lanes and simulates the netlist of LUT, carry and
#   flip-flop cells, with Yosys' own cell models, against the RTL.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
target=$1
work=$2
mkdir -p "$work"
cells=$(dirname "$(dirname "$(command -v yosys)")")/share/yosys/$target
# The macro leaves out default values of ports, which Icarus does not read.
cell_models=(-DNO_ICE40_DEFAULT_ASSIGNMENTS -I"$cells" "$cells/cells_sim.v")

case $target in
  ice40) define="" style=1
         recipe="synth_ice40 -top mapped_lane -flatten; setattr -mod -unset keep_hierarchy; flatten; opt_clean; ice40_opt;
                 opt_lut -dlogic SB_CARRY:I0=2:I1=1:CI=0; clean" ;;
  ecp5)  define="-D DPWA_ECP5_CELLS" style=2
         recipe="synth_ecp5 -nodsp -nowidelut -top mapped_lane" ;;
  *) echo "unknown target $target" >&2; exit 2 ;;
esac

yosys -q -p "read_verilog $define $root/tests/rtl_arith/mapped_lane.v $root/rtl/arith/*.v;
  hierarchy -top mapped_lane -chparam LUT_STYLE $style; $recipe; write_verilog -noattr $work/$target.v"
iverilog -g2012 -o "$work/$target.vvp" -s mapped_tb "$root/tests/rtl_arith/mapped_tb.v" "$work/$target.v" \
  "$root"/rtl/arith/*.v "${cell_models[@]}"

vvp -n "$work/$target.vvp" | tee "$work/$target.log"
grep -q '^PASS' "$work/$target.log"
vvp -n "$work/$target.vvp" +fault=1 | grep -q '^FAIL' || { echo "the comparison cannot fail" >&2; exit 1; }
