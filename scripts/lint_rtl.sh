#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: scripts/lint_rtl.sh MODULE [NAME=VALUE...] FILE.v...
#   Elaborates MODULE alone, with these parameters, in Verilator, Yosys and Icarus. Any message of any tool is a failure.
#   FILE.v... may contain more modules than MODULE needs.
set -uo pipefail

module=${1:?usage: scripts/lint_rtl.sh MODULE [NAME=VALUE...] FILE.v...}
shift
verilator_params=() icarus_params=() yosys_params="" files=()
for arg in "$@"; do
  case $arg in
    *=*) verilator_params+=("-G$arg")
         icarus_params+=("-P$module.$arg")
         yosys_params+=" -chparam ${arg%%=*} ${arg#*=}" ;;
    *) files+=("$arg") ;;
  esac
done
[ ${#files[@]} -gt 0 ] || { echo "lint_rtl: no files given for $module" >&2; exit 2; }

status=0
check() {  # check TOOL COMMAND...: fails when the command fails or says anything
  local tool=$1 said code
  shift
  said=$("$@" 2>&1)
  code=$?
  [ $code -eq 0 ] && [ -z "$said" ] && return
  status=1
  printf 'lint_rtl: %s %s: %s (exit code %d)\n%s\n' "$module" "${verilator_params[*]}" "$tool" $code "$said"
}

check verilator verilator --lint-only -Wall --top-module "$module" "${verilator_params[@]}" "${files[@]}"
check yosys yosys -q -p "read_verilog ${files[*]}; hierarchy -check -top $module$yosys_params; proc; check -assert"
check iverilog iverilog -g2005 -Wall -t null -s "$module" "${icarus_params[@]}" "${files[@]}"
exit $status
