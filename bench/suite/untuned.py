# SPDX-License-Identifier: Apache-2.0
"""Networks that nobody tuned anything for: what calibration makes of them, and the RTL on small and large machines."""
import dataclasses

from suite.runner import data_options

MACHINES = {"4 lanes": {}, "64 lanes in 4 groups": {"LANES": 64, "GROUPS": 4, "WB_LANES": 4}}


@dataclasses.dataclass(frozen=True)
class Target:
    """What a plan must show on test data. `agreement`: with the float network; `images`: through the RTL.
    `kl` and `agreement` are those of the unlabelled test data where there are any."""
    beats: float
    images: int
    kl: float = 0.012
    agreement: float = 0.0
    drop: float = 1.0


# acasxu-mlp: INT8 changes more decisions than may be, so the bound is 12 bits for both operands.
TARGETS = {
    "fmnist_mobilenet": Target(beats=0.75, images=10, drop=0.005),
    "kws-dscnn-mlperf": Target(beats=0.50, images=10, agreement=0.98, drop=0.01),
    "cifar10-resnet8-mlperf": Target(beats=0.76, images=3, agreement=0.95, drop=0.02),
    "cifar10-resnet8-mlperf, 0.02 nat": Target(beats=0.58, images=1, kl=0.04, drop=0.02),
    "mnist-cnn-zoo": Target(beats=0.20, images=20, drop=0.005),
    "acasxu-mlp": Target(beats=2.25, images=200, agreement=0.99, kl=1.0),
    "acasxu-mlp, 99.9 %": Target(beats=2.25, images=20, agreement=0.999, kl=1.0),
}


def of_network(bench, network):
    """Answers of inspect, evaluate on all test data, and simulate on every machine."""
    plan = bench.plan(network)
    options = (*network.options, *network.decision)
    golden = bench.run("evaluate", plan, *data_options(*network.test), *options)
    result = {"inspect": bench.run("inspect", network.model), "golden": golden, "machines": {}}
    if network.unlabelled:
        result["unlabelled"] = bench.run("evaluate", plan, *data_options(network.unlabelled, None), *options)
    for name, keys in MACHINES.items():
        result["machines"][name] = bench.simulate(network, keys, TARGETS[network.name].images)
    return result


def measure(bench, networks):
    """{network: {inspect, golden, machines: {machine: answer of simulate}}}"""
    return {network.name: of_network(bench, network) for network in networks}
