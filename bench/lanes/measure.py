#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Areas of the MAC lane and of the honest fixed baselines; routing of four lanes on UP5K.

usage: bench/lanes/measure.py [--out DIR] [--route SEEDS] [--update-docs]

Writes lanes.json and lanes.md into DIR (default build/bench/lanes). --route places and routes four lanes with that many
seeds. --update-docs replaces the generated block of docs/lane.md.
Needs yosys, for routing nextpnr-ice40, for the ASIC row qflow-tech-osu018.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIBERTY = pathlib.Path("/usr/share/qflow/tech/osu018/osu018_stdcells.lib")
BEGIN = "<!-- begin generated: bench/lanes/measure.py -->"
END = "<!-- end generated -->"
LANES_PER_CORRECTOR = 4

SOURCES = sorted(str(p) for p in (ROOT / "rtl/arith").glob("*.v")) + sorted(
    str(p) for p in (ROOT / "bench/lanes/rtl").glob("*.v"))

# Target -> (LUT_STYLE, cuts of the measured lane).
TARGETS = {"ice40": (1, 3), "ecp5": (2, 3), "asic": (3, 0)}

ICE40 = ("synth_ice40 -top {top} -flatten; setattr -mod -unset keep_hierarchy; flatten; opt_clean; ice40_opt; "
         "opt_lut -dlogic SB_CARRY:I0=2:I1=1:CI=0; clean")
ECP5 = "synth_ecp5 -nodsp -nowidelut -top {top}"
ASIC = ("techmap -map {adders}; synth -flatten -top {top}; dfflibmap -liberty {liberty}; "
        "abc -script +strash;dc2;strash;&get,-n;&nf;&put;topo -liberty {liberty}; opt_clean -purge")


def fail(message):
    sys.exit("measure: " + message)


def run(command, what):
    """Runs a tool and returns what it printed; ends with one line and the tool's last lines when it fails."""
    try:
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    except FileNotFoundError:
        fail(f"{command[0]} is not installed (needed for {what})")
    if result.returncode != 0:
        fail(f"{what} failed:\n" + "\n".join(result.stdout.splitlines()[-5:]))
    return result.stdout


def synthesize(target, top, parameters, scratch, netlist=None):
    """Cell counts of one design on one target: {cell type: count}, and "area" for asic."""
    chparams = "".join(f" -chparam {name} {value}" for name, value in parameters.items())
    statistics = scratch / "stat.txt"
    define = "-D DPWA_ECP5_CELLS " if target == "ecp5" else ""
    script = ""
    if target == "asic":
        script += f"read_liberty -lib {LIBERTY}; "
    script += f"read_verilog {define}{' '.join(SOURCES)}; hierarchy -top {top}{chparams}; "
    recipe = {"ice40": ICE40, "ecp5": ECP5, "asic": ASIC}[target]
    script += recipe.format(top=top, liberty=LIBERTY, adders=ROOT / "bench/lanes/osu018_adders.v")
    script += f"; tee -o {statistics} stat" + (f" -liberty {LIBERTY}" if target == "asic" else "")
    if netlist:
        script += f"; write_json {netlist}"
    run(["yosys", "-q", "-p", script], f"synthesis of {top} for {target}")
    text = statistics.read_text()
    counts = {m.group(1): int(m.group(2)) for m in re.finditer(r"^ {5}([A-Z]\w*)\s+(\d+)\s*$", text, re.M)}
    area = re.search(r"Chip area for.*: ([0-9.]+)", text)
    if area:
        counts["area"] = float(area.group(1))
    return counts


def summarize(target, counts):
    """The few numbers that matter; size is LUT4, LUT4 + 2 * CCU2C, or area."""
    if target == "ice40":
        ffs = sum(n for cell, n in counts.items() if cell.startswith("SB_DFF"))
        lut4 = counts.get("SB_LUT4", 0)
        return {"size": lut4, "lut4": lut4, "carry": counts.get("SB_CARRY", 0), "ff": ffs}
    if target == "ecp5":
        lut4, carry = counts.get("LUT4", 0), counts.get("CCU2C", 0)
        return {"size": lut4 + 2 * carry, "lut4": lut4, "ccu2c": carry, "ff": counts.get("TRELLIS_FF", 0)}
    ffs = sum(n for cell, n in counts.items() if cell.startswith("DFF"))
    return {"size": round(counts["area"]), "full_adders": counts.get("FAX1", 0), "ff": ffs}


def measure_target(target, scratch):
    style, cuts = TARGETS[target]
    designs = {
        "lane": ("dpwa_mac_lane", {"LUT_STYLE": style, "CUTS": cuts}),
        "corrector": ("dpwa_corrector", {"LUT_STYLE": style, "LATENCY": cuts + 3}),
        "int8x4": ("base_lane", {"X_W": 8, "LUT_STYLE": style}),
        "int4x16": ("base_lane", {"X_W": 4, "LUT_STYLE": style}),
        "naive": ("base_naive", {}),
    }
    rows = {}
    for name, (top, parameters) in designs.items():
        print(f"  {target} {name}", file=sys.stderr, flush=True)
        rows[name] = summarize(target, synthesize(target, top, parameters, scratch))
    share = rows["lane"]["size"] + rows["corrector"]["size"] / LANES_PER_CORRECTOR
    rows["lane_share"] = {"size": share}
    rows["tax"] = {base: round(100 * (share / rows[base]["size"] - 1), 1) for base in ("int8x4", "int4x16", "naive")}
    return rows


def route(seeds, scratch):
    """Four lanes and their corrector in a serial wrapper on UP5K: logic cells and Fmax of every seed."""
    netlist = scratch / "route.json"
    synthesize("ice40", "route_up5k", {}, scratch, netlist)
    fmax, cells = {}, 0
    for seed in range(1, seeds + 1):
        log = run(["nextpnr-ice40", "--up5k", "--package", "sg48", "--json", str(netlist), "--seed", str(seed),
                   "--freq", "60", "--timing-allow-fail", "--pcf-allow-unconstrained"], "routing of four lanes")
        fmax[seed] = float(re.findall(r"Max frequency for clock.*?: ([0-9.]+) MHz", log)[-1])
        cells = int(re.findall(r"ICESTORM_LC:\s*(\d+)/", log)[-1])
        print(f"  seed {seed}: {cells} logic cells, {fmax[seed]} MHz", file=sys.stderr, flush=True)
    return {"logic_cells": cells, "fmax_mhz": fmax, "best_mhz": max(fmax.values())}


def markdown(results):
    units = {"ice40": "LUT4", "ecp5": "LUT4 + 2 CCU2C", "asic": "um2"}
    head = "| | " + " | ".join(f"{t} ({units[t]})" for t in results["targets"]) + " |"
    lines = [head, "|---|" + "---|" * len(results["targets"])]
    labels = {"lane": "MAC lane, 16 products, 32 bits", "corrector": "corrector (one per group)",
              "lane_share": f"lane + corrector / {LANES_PER_CORRECTOR}", "int8x4": "best fixed INT8x4",
              "int4x16": "best fixed INT4x16", "naive": "one unit per format"}
    for row, label in labels.items():
        cells = [f"{results['targets'][t][row]['size']:g}" for t in results["targets"]]
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    for base, label in (("int8x4", "INT8x4"), ("int4x16", "INT4x16"), ("naive", "one unit per format")):
        cells = [f"{results['targets'][t]['tax'][base]:+.1f} %" for t in results["targets"]]
        lines.append(f"| tax against {label} | " + " | ".join(cells) + " |")
    details = {
        "ice40": "lut4 LUT4, carry carries, ff FF", "ecp5": "lut4 LUT4, ccu2c CCU2C, ff FF",
        "asic": "full_adders full adders, ff FF"}
    lines.append("")
    for target in results["targets"]:
        lane = results["targets"][target]["lane"]
        words = [f"{lane[key]} {word}" for key, word in (p.split(" ", 1) for p in details[target].split(", "))]
        lines.append(f"- Lane on {target}: " + ", ".join(words) + f" (CUTS = {TARGETS[target][1]}).")
    if "up5k" in results:
        routed = results["up5k"]
        seeds = ", ".join(f"{mhz:.1f}" for mhz in routed["fmax_mhz"].values())
        lines.append(f"- Four lanes and a corrector on UP5K in a serial wrapper: {routed['logic_cells']} logic cells; "
                     f"best of {len(routed['fmax_mhz'])} seeds {routed['best_mhz']:.1f} MHz (all: {seeds}).")
    return "\n".join(lines) + "\n"


def update_docs(text):
    path = ROOT / "docs/lane.md"
    old = path.read_text()
    if BEGIN not in old or END not in old:
        fail(f"{path}: the markers of the generated block are missing")
    head, rest = old.split(BEGIN, 1)
    path.write_text(head + BEGIN + "\n" + text + END + rest.split(END, 1)[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "build/bench/lanes")
    parser.add_argument("--route", type=int, default=0, metavar="SEEDS")
    parser.add_argument("--update-docs", action="store_true")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)

    targets = list(TARGETS)
    if not LIBERTY.exists():
        print(f"measure: {LIBERTY} is missing (package qflow-tech-osu018); no ASIC row", file=sys.stderr)
        targets.remove("asic")
    results = {"targets": {target: measure_target(target, arguments.out) for target in targets}}
    if arguments.route > 0:
        results["up5k"] = route(arguments.route, arguments.out)

    (arguments.out / "lanes.json").write_text(json.dumps(results, indent=2) + "\n")
    text = markdown(results)
    (arguments.out / "lanes.md").write_text(text)
    if arguments.update_docs:
        update_docs(text)
    print(text, end="")


if __name__ == "__main__":
    main()
