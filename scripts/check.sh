#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: scripts/check.sh BUILD_DIR        formatting of all C++ files, syntax of scripts, layout and lint tests
set -euo pipefail
cd "$(dirname "$0")/.."

find calib cli model gen tb tests fpga bench \( -name '*.cc' -o -name '*.h' \) -print0 2>/dev/null |
  xargs -0 -r clang-format --dry-run -Werror
for script in .ci/run $(find scripts bench examples -name '*.sh'); do bash -n "$script"; done
for script in $(find scripts bench examples tests -name '*.py'); do
  /usr/bin/python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read())' "$script"
done
ctest --test-dir "$1" --output-on-failure --no-tests=error -R '[Ll]ayout|[Ll]int'
