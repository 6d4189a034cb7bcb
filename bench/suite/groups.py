# SPDX-License-Identifier: Apache-2.0
"""The measurements, in groups: each takes a runner.Bench and returns what results.json keeps."""
import json
import os
import pathlib
import sys

from suite import bounds, depthwise, fits, policies, regression, runner, shifted, untuned

SIMULATED_IMAGES = 20
SPEED_IMAGES = 100
CYCLE_MODEL_IMAGES = 1000
FORMAT_IMAGES = 1000
FORMAT_RTL_IMAGES = 5
ROUTED_SEEDS = 2

# Of --pin: operands first, then weights alone.
FORMATS = ("int4", "int8", "int12", "int16", "fp16", "int2", "bf16", "fp8e4m3", "fp8e5m2", "mxint8", "mxfp8e4m3",
           "mxfp8e5m2", "mxfp6e2m3", "mxfp6e3m2", "mxfp4")

MIXED = ("mxfp8e4m3", "int8", "mxfp4", "int16", "fp8e5m2")  # node by node, over FP16

# What must not change a single stored value: keys over sim-4.
CONFIGURATIONS = {
    "1 lane": {"LANES": 1},
    "2 lanes": {"LANES": 2},
    "4 lanes": {},
    "4 lanes, 2 tiles per scan step": {"SCAN_TILES": 2},
    "4 lanes, iCE40 adders, 3 cuts": {"LUT_STYLE": "ice40", "LANE_CUTS": 3},
    "4 lanes of 8 products, no cuts": {"PRODUCTS": 8, "LANE_CUTS": 0},
    "4 lanes of 32 products, 1 cut": {"PRODUCTS": 32, "LANE_CUTS": 1},
    "4 lanes, pool after write-back": {"PREMAX": 0},
    "8 lanes, 2 write-back lanes": {"LANES": 8, "WB_LANES": 2},
    "16 lanes in 2 groups, 3 cuts": {"LANES": 16, "GROUPS": 2, "WB_LANES": 2, "LANE_CUTS": 3},
}

# What follows the lanes: pool on accumulators or after write-back, write-back lanes.
WRITE_BACK = {
    "PREMAX=0": {"PREMAX": 0},
    "PREMAX=1": {"PREMAX": 1},
    "PREMAX=1, WB_LANES=2": {"PREMAX": 1, "WB_LANES": 2},
}

# Network, keys, and what NNgen 1.3.4 needs on it: INT8 multipliers, cycles (README of mnist-yardstick).
AGAINST_NNGEN = [
    ("yardstick_mlp", {"LANES": 1}, 4, 40050),
    ("yardstick_mlp", {"LANES": 16, "WB_LANES": 4}, 64, 12090),
    ("yardstick_cnn", {"LANES": 2}, 9, 161226),
    ("yardstick_cnn", {"LANES": 8, "WB_LANES": 2}, 36, 57218),
]


def present(bench, *names):
    """The networks whose data is here, of `names` or of all that the project is tuned with."""
    known = {**bench.networks, **bench.untuned, **bench.regressions} if names else bench.networks
    return [n for n in known.values() if n.present() and (not names or n.name in names)]


def accuracy(bench):
    """Every test image through the golden model: the plan, and the baselines it is compared with."""
    results = {}
    for network in present(bench):
        plan = bench.plan(network)
        data, labels = network.test
        common = ("evaluate", plan, "--data", data, "--labels", labels, *network.options,
                  "--config", bench.toml(network.keys))
        results[network.name] = {name: bench.run(*common, *more) for name, more in (
            ("plan", ()), ("int8", ("--baseline", "int8")), ("static-mix", ("--baseline", "static-mix")))}
        points = json.loads((plan / "pareto.json").read_text())["dynamic"]
        results[network.name]["weight_bytes_over_int8"] = next(
            point["weight_bytes"]["over_int8"] for point in points if point["chosen"])
    return results


def write_back(bench):
    """Cycles at 4 lanes against what serves their results, from the cycle model."""
    results = {}
    for network in present(bench):
        results[network.name] = {
            name: bench.run("evaluate", bench.plan(network), "--data", network.test[0], *network.options,
                            "-n", CYCLE_MODEL_IMAGES, "--config", bench.toml({**network.keys, **keys}))
            for name, keys in WRITE_BACK.items()}
    return results


def nngen(bench):
    """Pinned INT8 by simulation in the shapes that NNgen was measured in, and the plan beside it."""
    results = []
    for name, keys, multipliers, cycles in AGAINST_NNGEN:
        for network in present(bench, name):
            results.append({
                "network": name, "lanes": keys["LANES"], "macs": bench.run("inspect", network.model)["macs"],
                "nngen_multipliers": multipliers, "nngen_cycles": cycles,
                "int8": bench.simulate(network, keys, SIMULATED_IMAGES, "int8"),
                "plan": bench.simulate(network, keys, SIMULATED_IMAGES)})
    return results


def rtl(bench):
    """Every stored value of every tensor against the golden model, in many configurations."""
    results = {}
    for network in present(bench, "fmnist_mlp", "fmnist_cnn", "fmnist_resnet"):
        results[network.name] = {}
        for number, (name, keys) in enumerate(CONFIGURATIONS.items()):
            output = bench.work / f"{network.name}-{number}.npy"
            answer = bench.simulate(network, keys, SIMULATED_IMAGES, output=output)
            answer["output_sha256"] = runner.digest(output)
            results[network.name][name] = answer
    return results


def is_wide_convolution(node):
    return node["operator"] == "Conv" and node["kernel"] == [3, 3] and node["input_shape"][2] >= 16


def busy(bench):
    """How busy the lanes are in the 3 x 3 convolutions with 16 input channels or more, at 4 lanes."""
    results = []
    for network in present(bench, "fmnist_cnn", "yardstick_cnn"):
        wide = {n["name"] for n in bench.run("inspect", network.model)["nodes"] if is_wide_convolution(n)}
        for baseline in (None, "int8"):
            for node in bench.simulate(network, {}, SIMULATED_IMAGES, baseline)["nodes"]:
                if node["name"] in wide:
                    results.append({"network": network.name, "plan": baseline or "plan", **node})
    return results


def formats(bench):
    """Every format of --pin: all or many test images through the golden model, a few through the RTL."""
    results = {}
    for network in present(bench, "fmnist_mlp", "fmnist_cnn"):
        data, labels = network.test
        nodes = [node["name"] for node in bench.run("inspect", network.model)["nodes"]]
        mixed = ["all=fp16"] + [f"{node}={MIXED[i % len(MIXED)]}" for i, node in enumerate(nodes)]
        choices = {"plan": [], **{name: [f"all={name}"] for name in FORMATS}, "mixed": mixed}
        results[network.name] = {}
        for name, chosen in choices.items():
            pins = [word for pin in chosen for word in ("--pin", pin)]
            count = () if name == "fp16" else ("-n", FORMAT_IMAGES)
            pinned = bench.work / "pinned"
            bench.run("generate", bench.plan(network), *pins, "-o", pinned)
            results[network.name][name] = {
                "golden": bench.run("evaluate", bench.plan(network), "--data", data, "--labels", labels,
                                    *network.options, *pins, *count),
                "rtl": bench.run("simulate", bench.design({}), "--plan", pinned / "plan", "--data", data,
                                 *network.options, "-n", FORMAT_RTL_IMAGES)}
    return results


def dot(bench):
    """FP16 dot products beside chains of FMAs: bench/fp16_dot.cc."""
    build = bench.work.parent.parent
    for command in (["cmake", "--build", build, "--target", "fp16_dot"], [build / "bench/fp16_dot"]):
        status, output, _, _ = bench.command(command)
        if status != 0:
            return {"error": f"{command[0]} failed"}
    return {"rows": json.loads(output)}


def lane(bench):
    """Areas and routing of the lane: bench/lanes/measure.py, unless it has been run in this build folder."""
    directory = bench.work.parent / "lanes"
    if not (directory / "lanes.json").exists():
        status, _, _, _ = bench.command([sys.executable, bench.root / "bench/lanes/measure.py", "--out", directory,
                                         "--route", ROUTED_SEEDS])
        if status != 0:
            return {"error": "bench/lanes/measure.py failed"}
    return json.loads((directory / "lanes.json").read_text())


def dense(bench):
    """fmnist_mlp on the preset up5k: weights stream from the dense tier while the lanes compute."""
    results = {}
    for network in present(bench, "fmnist_mlp"):
        for lanes in (2, 4):
            design = bench.work / "designs" / f"dense-{lanes}"
            bench.run("generate", bench.plan(network), "--config", "up5k", "--set", f"LANES={lanes}", "-o", design)
            results[str(lanes)] = bench.run("simulate", design, "--data", network.test[0], *network.options,
                                            "-n", SIMULATED_IMAGES)
    return results


def up5k(bench):
    """The whole design of the preset up5k at two lanes and at four: does it fit the device?"""
    results = {}
    for lanes in (2, 4):
        design = bench.work / "designs" / f"up5k-{lanes}"
        answer = bench.try_run("generate", "--config", "up5k", "--set", f"LANES={lanes}", "-o", design)
        if "error" not in answer:
            answer = bench.try_run("synth", design, "--target", "ice40")
        results[str(lanes)] = answer
    return results


def speed(bench):
    """How long the commands take, and how fast the Verilated design runs."""
    results = {}
    for network in present(bench, "fmnist_cnn"):
        simulation = bench.simulate(network, {}, SPEED_IMAGES)
        results = {
            "generate": bench.run("generate", bench.plan(network), "-o", bench.work / "speed-design"),
            "calibrate": bench.calibrate(network, bench.work / "speed-plan"),
            "simulated_cycles_per_second": simulation["simulated_cycles_per_second"]}
    return results


def node_bounds(bench):
    """Cycles of every node against its lower bound, at 4 and 16 lanes."""
    return bounds.measure(bench, present(bench))


def all_policies(bench):
    """Every policy of the precision control on machines of several shapes."""
    return policies.measure(bench, present(bench, "fmnist_cnn", "yardstick_cnn", "mnist-cnn-zoo"))


def shifted_data(bench):
    """Other brightness and noise than in the calibration data."""
    return shifted.measure(bench, present(bench, "fmnist_mlp", "fmnist_cnn"))


def untuned_networks(bench):
    """Networks that nothing was tuned for."""
    return untuned.measure(bench, present(bench, *bench.untuned))


def autoencoder(bench):
    """A network without classes."""
    return regression.measure(bench, present(bench, *bench.regressions))


def all_fits(bench):
    """What each network takes of two devices, and what it is refused for."""
    return fits.measure(bench, present(bench, *fits.NETWORKS))


def depthwise_networks(bench):
    """Depthwise nodes by one-hot weights and with tap windows."""
    return depthwise.measure(bench, present(bench, *depthwise.NETWORKS))


def conformance(bench):
    """The ONNX project's node tests; writes docs/conformance.md by the way."""
    data = runner.shared_data(bench.root) / "onnx-node-conformance"
    if not data.exists():
        return {}
    path = f"PATH={pathlib.Path(bench.dpwa).parent}:{os.environ['PATH']}"
    status, output, _, _ = bench.command(["env", path, bench.root / "bench/conformance", data, "--json",
                                          "--page", bench.root / "docs/conformance.md"])
    if status != 0:
        raise runner.BenchError(f"conformance: exit code {status}")
    return {key: len(names) for key, names in json.loads(output).items()}


GROUPS = {"accuracy": accuracy, "write-back": write_back, "nngen": nngen, "rtl": rtl, "dense": dense, "busy": busy,
          "policies": all_policies, "formats": formats, "dot": dot,
          "lane": lane, "up5k": up5k, "speed": speed, "shifted": shifted_data, "bounds": node_bounds,
          "untuned": untuned_networks, "regression": autoencoder, "fits": all_fits, "depthwise": depthwise_networks,
          "conformance": conformance}
