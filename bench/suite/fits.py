# SPDX-License-Identifier: Apache-2.0
"""What each network takes of two devices, and what it is refused for: the layout and the cycle model, no RTL."""
from suite.runner import data_options

IMAGES = 100
CONFIGURATIONS = ("up5k", "ecp5-85")
NETWORKS = ("kws-dscnn-mlperf", "cifar10-resnet8-mlperf", "mnist-cnn-zoo", "acasxu-mlp", "fmnist_resnet", "fmnist_mlp",
            "fmnist_cnn", "fmnist_mobilenet", "fmnist_autoencoder")
KINDS = ("convolution", "pointwise", "depthwise", "dense")


def of_network(bench, network):
    """Answers of inspect, and of evaluate for every configuration."""
    result = {"inspect": bench.run("inspect", network.model), "configurations": {}}
    for name in CONFIGURATIONS:
        result["configurations"][name] = bench.run(
            "evaluate", bench.plan(network), *data_options(*network.test), *network.options, *network.decision,
            "-n", IMAGES, "--config", name)
    return result


def measure(bench, networks):
    """{network: {inspect, configurations: {configuration: answer of evaluate}}}"""
    return {network.name: of_network(bench, network) for network in networks}


def missing(run):
    """What the configuration has too little of: "KEY needed of available"."""
    return [f"{r['key']} {r['needed']:,} of {r['available']:,}" for r in run["requirements"] if not r["fits"]]
