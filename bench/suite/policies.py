# SPDX-License-Identifier: Apache-2.0
"""Every policy of the precision control on machines of several shapes: values, cycles and every decision."""
from suite.runner import POLICIES, digest

IMAGES = 10
MACHINES = {
    "1 lane": {"LANES": 1},
    "4 lanes": {},
    "8 lanes, 2 write-back lanes": {"LANES": 8, "WB_LANES": 2},
    "16 lanes in 2 groups": {"LANES": 16, "GROUPS": 2, "WB_LANES": 2},
}


def of_policy(bench, network, policy):
    """The answer of evaluate, and of every machine's simulation; both with the hash of their decisions."""
    plan, trace = bench.plan(network, policy), bench.work / "trace.csv"
    common = ("--data", network.test[0], *network.options, "-n", IMAGES, "--policy-trace", trace)
    golden = bench.run("evaluate", plan, *common, "--config", bench.toml(POLICIES["variance"]))
    golden["decisions"] = digest(trace)
    machines = {}
    for name, keys in MACHINES.items():
        design = bench.design({**network.keys, **POLICIES["variance"], **keys})
        machines[name] = bench.run("simulate", design, "--plan", plan, *common)
        machines[name]["decisions"] = digest(trace)
    return {"golden": golden, "machines": machines}


def measure(bench, networks):
    """{network: {policy: {golden, machines: {machine: answer of simulate}}}}"""
    return {network.name: {policy: of_policy(bench, network, policy) for policy in POLICIES} for network in networks}
