# SPDX-License-Identifier: Apache-2.0
"""Depthwise networks by one-hot weights and with tap windows (WINDOW_PLANES), from the cycle model."""
from suite.markdown import count, markdown_table, ratio
from suite.runner import data_options

IMAGES = 100
NETWORKS = ("kws-dscnn-mlperf", "fmnist_mobilenet")
WINDOW_PLANES = 4
MACHINES = {
    "16 lanes": {"LANES": 16, "WB_LANES": 4},
    "32 lanes in 2 groups": {"LANES": 32, "GROUPS": 2, "WB_LANES": 4},
    "48 lanes in 3 groups": {"LANES": 48, "GROUPS": 3, "WB_LANES": 4},
    "64 lanes in 4 groups": {"LANES": 64, "GROUPS": 4, "WB_LANES": 4},
}


def of_network(bench, network):
    common = ("evaluate", bench.plan(network), *data_options(*network.test), *network.options, *network.decision, "-n", IMAGES)
    return {name: {planes: bench.run(*common, "--config", bench.toml({**keys, "WINDOW_PLANES": planes}))
                   for planes in (0, WINDOW_PLANES)} for name, keys in MACHINES.items()}


def measure(bench, networks):
    """{network: {machine: {WINDOW_PLANES: answer of evaluate}}}"""
    return {network.name: of_network(bench, network) for network in networks}


def depthwise_cycles(answer):
    return next(kind["cycles"] for kind in answer["layer_kinds"] if kind["kind"] == "depthwise")


def section(results):
    rows = []
    for network, machines in results.get("depthwise", {}).items():
        for machine, answers in machines.items():
            before, after = (answers[str(planes)] for planes in (0, WINDOW_PLANES))
            cycles = [answer["cycles_per_image"] for answer in (before, after)]
            alone = [depthwise_cycles(answer) for answer in (before, after)]
            rows.append([network, machine, *map(count, cycles), ratio(cycles[1] / cycles[0]), *map(count, alone),
                         ratio(alone[1] / alone[0])])
    if not rows:
        return ""
    return (f"Mean of {IMAGES} test samples, the same plans, from the cycle model, which equals simulation; the stored values are the same. "
            f"*Windows*: WINDOW_PLANES = {WINDOW_PLANES}\n(\"Tap windows\" in [architecture.md](architecture.md)).\n\n" +
            markdown_table(["network", "machine", "one-hot: cycles", "windows", "ratio", "one-hot: of depthwise nodes", "windows",
                            "ratio"], rows, "llrrrrrr"))
