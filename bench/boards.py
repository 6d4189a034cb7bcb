#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Routes designs for the boards and simulates networks on them; writes docs/boards.md and the table in README.md.

usage: bench/boards.py [--dpwa FILE] [--build DIR] [--only BOARD ...] [--page-only]

Raw results go to DIR/bench/boards.json, one entry per board, and the page is made from that file alone. A board takes
minutes to an hour; plans and routed designs in DIR/bench/boards/ are taken. --only measures some boards; what the
file or the machine lacks stays out of the page.
"""
import argparse
import dataclasses
import json
import pathlib
import sys

sys.dont_write_bytecode = True

from suite import runner  # noqa: E402, after the line above
from suite.markdown import count, markdown_table, replace_block  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[1]
SIMULATED_IMAGES = 3
SITES = {"logic_cells": "logic cells", "block_rams": "block RAMs", "sprams": "SPRAM", "dsps": "DSP"}


@dataclasses.dataclass(frozen=True)
class Design:
    """A configuration (keys over a preset) for a board, and the networks whose latency is shown."""
    preset: str
    keys: dict
    networks: tuple
    clock: int = 0  # MHz; no faster one is tried, since each costs a run of place and route; 0: the board's

    def options(self):
        pairs = {"HOST_PORT": "uart", **self.keys}
        sets = (word for key, value in pairs.items() for word in ("--set", f"{key}={value}"))
        return ("--config", self.preset, *sets)


# Board: its largest design.
DESIGNS = {
    "icebreaker": Design("icebreaker", {}, ("fmnist_mlp",)),  # dense layers only
    "ulx3s-85f": Design("ecp5-85", {
        "LANES": 32, "GROUPS": 2, "WB_LANES": 4, "RESIDUAL_WORDS": 2048, "ACTIVATION_WORDS": 8192, "PLANES_MAX": 3,
        "INPUT_PLANES": 3, "POOL_PADS": 0, "PORT_FORMATS": "integer", "ACC_W": 32, "MULT_W": 20, "PREMAX": 0,
        "WINDOW_PLANES": 3},
        ("fmnist_mlp", "fmnist_cnn", "kws-dscnn-mlperf", "cifar10-resnet8-mlperf, 0.02 nat"), clock=60),
    "tangnano20k": Design("gw2ar-18", {
        "WB_LANES": 1, "PLANES_MAX": 3, "SHIFT_MAX": 31, "POLICIES": "range", "PCU_COUNTERS": 0,
        "PORT_FORMATS": "integer", "WEIGHT_WORDS": 1024, "ACTIVATION_WORDS": 1024}, ("fmnist_mlp", "fmnist_cnn"), clock=54),
}

# Team hls4ml-FINN, MLPerf Tiny v0.7, open division; latency = 1 / throughput of the submitted results.
PUBLISHED = (
    ("IC, CNV-W1A1 (FINN)", "PYNQ-Z2", "1.51 ms", "84.5 %"), ("IC, CNV-W1A1 (FINN)", "Arty A7-100T", "1.52 ms", "84.5 %"),
    ("IC, RN07 (hls4ml)", "PYNQ-Z2", "27.3 ms", "83.5 %"), ("IC, RN07 (hls4ml)", "Arty A7-100T", "33.2 ms", "83.5 %"),
    ("KWS, W3A3 MLP (FINN)", "PYNQ-Z2", "17.5 us", "82.5 %"), ("KWS, W3A3 MLP (FINN)", "Arty A7-100T", "33.2 us", "82.5 %"))

INTRODUCTION = """# Boards

Written by `bench/boards.py`; raw results: `bench/boards.json` in the build folder. *Cycles come from simulation, the clock from
place and route; nothing here was measured on hardware.* Latency = cycles from input stored to last output written (mean of
{images} test images, every stored value compared with the bit-exact model) / clock of the bitstream.
Place and route for Gowin seems to leave delays of some wires out after routing: only the clock that was asked for is meant seriously there.
"""


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dpwa", help="executable; default BUILD/bin/dpwa, else dpwa of the PATH")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build", metavar="DIR")
    parser.add_argument("--only", nargs="+", choices=list(DESIGNS), metavar="BOARD",
                        help="measure these only: " + ", ".join(DESIGNS))
    parser.add_argument("--page-only", action="store_true", help="write the page from the stored results")
    return parser.parse_args()


def networks(bench, design):
    known = {**bench.networks, **bench.untuned}
    return [known[name] for name in design.networks if known[name].present()]


def simulate(bench, board, design, network):
    """Cycles of a network on a design, from a plan that was calibrated for it; or why it does not fit."""
    plan = bench.work / f"{board}-{network.name}-plan"
    out = bench.work / f"{board}-{network.name}"
    calibrate = ("calibrate", network.model, *runner.data_options(*network.calibration), *network.options,
                 *network.decision, *network.budget, *design.options(), "-o", plan)
    for arguments in (
            *(() if plan.exists() else (calibrate,)),
            ("generate", plan, *design.options(), "-o", out),
            ("simulate", out, "--data", network.test[0], *network.options, "-n", SIMULATED_IMAGES)):
        answer = bench.try_run(*arguments)
        if "error" in answer:
            return {"error": answer["error"]}
    return {key: answer[key] for key in ("images", "mismatches", "cycles_per_image")}


def route(bench, board, design):
    """The bitstream's report; one that the work folder has already is taken."""
    out = bench.work / board
    report = out / "bitstream" / board / "report.json"
    if report.exists():
        return json.loads(report.read_text())
    bench.run("generate", *design.options(), "-o", out)
    limit = ("--clock", design.clock) if design.clock else ()
    return bench.try_run("bitstream", out, "--board", board, *limit)


def measure(bench, board, design):
    return {"bitstream": route(bench, board, design),
            "networks": {network.name: simulate(bench, board, design, network) for network in networks(bench, design)}}


def configuration(design):
    return ", ".join([f"`{design.preset}`", *(f"{key}={value}" for key, value in design.keys.items())])


def routed_row(board, routed):
    text = [board, configuration(DESIGNS[board])]
    if "error" in routed:
        return [*text, f"not routed: {routed['error']}", *("" for _ in range(len(SITES) + 1))]
    sites = [f"{count(routed[s]['used'])} / {count(routed[s]['available'])}" if s in routed else "-" for s in SITES]
    return [*text, f"{routed['clock_hz'] / 1e6:g} MHz", f"{routed['reached_hz'] / 1e6:.1f} MHz", *sites]


def latency_rows(results):
    for board, result in results.items():
        routed = result["bitstream"]
        for network, run in result["networks"].items():
            if "error" in run:
                yield [board, network, "-", f"does not fit: {run['error']}"]
                continue
            clock = routed.get("clock_hz")
            latency = f"{1e3 * run['cycles_per_image'] / clock:.3f} ms" if clock else "-"
            same = "" if run["mismatches"] == 0 else f" ({run['mismatches']} values differ)"
            yield [board, network, count(run["cycles_per_image"]) + same, latency]


def page(results):
    return "\n".join([
        INTRODUCTION.format(images=SIMULATED_IMAGES),
        "## Placed and routed\n",
        markdown_table(["board", "configuration", "clock", "routed for up to", *SITES.values()],
                       [routed_row(board, result["bitstream"]) for board, result in results.items()], "llrrrrrr"),
        "## Latency per inference\n",
        markdown_table(["board", "network", "cycles", "latency"], list(latency_rows(results)), "llrl"),
        "## Published beside it\n",
        "Team hls4ml-FINN in MLPerf Tiny v0.7, open division, measured on hardware (arXiv 2206.11791; medians of the submitted\n"
        "result files, latency = 1 / throughput). Other networks than those above: the KWS one is an MLP of about a tenth of the\n"
        "MACs of DS-CNN, those of IC are a binary and a small ResNet.\n",
        markdown_table(["network", "board", "latency", "accuracy"], [list(row) for row in PUBLISHED], "llrr")])


def short(results):
    """The front page's: what runs, and how fast."""
    rows = [[board, f"{result['bitstream']['clock_hz'] / 1e6:g} MHz", *row[1:]]
            for board, result in results.items() if "clock_hz" in result["bitstream"]
            for row in latency_rows({board: result}) if row[2] != "-"]
    return markdown_table(["board", "routed clock", "network", "cycles, simulated", "latency"], rows, "lrlrr")


def main():
    arguments = parse_arguments()
    build = arguments.build.resolve()
    file = build / "bench" / "boards.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    def stored():
        results = json.loads(file.read_text()) if file.exists() else {}
        return {board: results[board] for board in DESIGNS if board in results}

    try:
        if not arguments.page_only:
            bench = runner.Bench(runner.find_dpwa(arguments.dpwa, arguments.build), build / "bench" / "boards", ROOT)
            for board in arguments.only or DESIGNS:
                result = measure(bench, board, DESIGNS[board])
                file.write_text(json.dumps({**stored(), board: result}, indent=1) + "\n")
        (ROOT / "docs/boards.md").write_text(page(stored()))
        replace_block(ROOT / "README.md", "bench/boards.py", lambda _: short(stored()))
    except runner.BenchError as error:
        sys.exit(f"boards: {error}")


if __name__ == "__main__":
    main()
