#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs what is missing of the Debian 12 packages that building, testing and the demo need.
# Does nothing, in a fraction of a second, when all is there. Needs root or sudo only when something is missing.
set -euo pipefail

packages=(
  # build
  build-essential cmake ninja-build ccache clang-format
  # libraries
  libcli11-dev libdnnl-dev libfmt-dev libonnx-dev libprotobuf-dev libtomlplusplus-dev nlohmann-json3-dev zlib1g-dev
  # tests and benchmarks
  libbenchmark-dev libgmock-dev libgtest-dev python3
  # simulation, synthesis, place and route
  fpga-icestorm iverilog nextpnr-ice40 verilator yosys
  # data: images of the demo, cell library of the ASIC estimate
  dataset-fashion-mnist qflow-tech-osu018
)

installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

if ! command -v dpkg-query >/dev/null; then
  echo "setup: this is not Debian; install the equivalents of: ${packages[*]}" >&2
  exit 1
fi

missing=()
for package in "${packages[@]}"; do
  installed "$package" || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
echo "setup: installing ${missing[*]}"

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "setup: needs root or sudo to install: ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
  [ -t 0 ] || as_root=(sudo -n)  # without a terminal a password prompt would wait for ever
fi

apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=600 "$@"; }
install_missing() { apt install -y --no-install-recommends "${missing[@]}"; }

# The package lists are fetched only when they are absent or too old to serve.
install_missing || { apt update && install_missing; }

for package in "${missing[@]}"; do
  installed "$package" || { echo "setup: $package could not be installed" >&2; exit 1; }
done
