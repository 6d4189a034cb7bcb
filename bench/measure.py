#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Measures the suite and writes the numbers into the documentation.

usage: bench/measure.py BUILD_DIR

Calibrates and evaluates each network on all its test samples, simulates it on several configurations, and writes
BUILD_DIR/bench/results.json, docs/benchmarks.md and the table between the markers of README.md. Nothing of these is
written by hand. Networks whose data is not on this machine are left out, and the table says so.
"""
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
FASHION = pathlib.Path("/usr/share/datasets/fashion-mnist")
YARDSTICK = pathlib.Path(os.environ.get("DPWA_SHARED", ROOT.parent / "shared")) / "data" / "mnist-yardstick"
PIXELS = ["--scale", "0.00392156862745098"]
BEGIN = "<!-- begin generated: bench/measure.py -->"
END = "<!-- end generated -->"

# Name, model, calibration data and labels, test data and labels, extra options of the data.
NETWORKS = [
    *((f"fmnist_{name}", ROOT / f"examples/fashion_mnist/fmnist_{name}.onnx",
       FASHION / "train-images-idx3-ubyte.gz", FASHION / "train-labels-idx1-ubyte.gz",
       FASHION / "t10k-images-idx3-ubyte.gz", FASHION / "t10k-labels-idx1-ubyte.gz", PIXELS) for name in ("mlp", "cnn")),
    *((f"yardstick {name}", YARDSTICK / f"{name}.onnx", YARDSTICK / "calib_x.npy", YARDSTICK / "calib_y.npy",
       YARDSTICK / "test_x.npy", YARDSTICK / "test_y.npy", []) for name in ("mlp", "cnn")),
]

# Name and keys over the defaults (sim-4): what must not change a single stored value.
CONFIGURATIONS = [
    ("1 lane", {"LANES": 1, "WB_LANES": 1}),
    ("2 lanes", {"LANES": 2, "WB_LANES": 1}),
    ("4 lanes", {"LANES": 4, "WB_LANES": 1}),
    ("4 lanes, no cuts", {"LANES": 4, "WB_LANES": 1, "LANE_CUTS": 0}),
    ("8 lanes, 8 products", {"LANES": 8, "WB_LANES": 2, "PRODUCTS": 8}),
    ("8 lanes", {"LANES": 8, "WB_LANES": 2}),
    ("16 lanes, 2 groups", {"LANES": 16, "GROUPS": 2, "WB_LANES": 2}),
]
SIMULATED_IMAGES = 20


class Bench:
    """Runs dpwa, keeps every answer."""

    def __init__(self, build):
        self.dpwa = build / "bin" / "dpwa"
        self.directory = build / "bench"
        self.directory.mkdir(parents=True, exist_ok=True)

    def run(self, *arguments):
        command = [str(self.dpwa), *map(str, arguments), "--json"]
        print("==", " ".join(command[1:]), file=sys.stderr, flush=True)
        result = subprocess.run(command, stdout=subprocess.PIPE, check=False)
        answer = json.loads(result.stdout)
        if "error" in answer:
            raise SystemExit(f"measure: {answer['error']}")
        return answer

    def network(self, name, model, data, labels, test, test_labels, options):
        plan = self.directory / (name.replace(" ", "-") + ".plan")
        calibrate = self.run("calibrate", model, "--data", data, "--labels", labels, *options, "-o", plan)
        evaluate = self.run("evaluate", plan, "--data", test, "--labels", test_labels, *options)
        simulations = [self.simulate(plan, test, options, *configuration) for configuration in CONFIGURATIONS]
        return {"name": name, "calibrate": calibrate, "evaluate": evaluate, "simulate": simulations}

    def simulate(self, plan, test, options, name, keys):
        slug = name.replace(" ", "-").replace(",", "")
        toml = self.directory / f"{slug}.toml"
        toml.write_text("".join(f"{key} = {value}\n" for key, value in keys.items()))
        design = self.directory / f"{plan.stem}.{slug}"
        self.run("generate", plan, "--config", toml, "-o", design)
        return {"configuration": name, **self.run("simulate", design, "--data", test, *options, "-n", SIMULATED_IMAGES)}


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|---|" + "---:|" * (len(header) - 1)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def accuracy_table(networks):
    rows = []
    for network in networks:
        e = network["evaluate"]
        rows.append([network["name"], f"{100 * e['float_accuracy']:.2f} %", f"{100 * e['accuracy']:.2f} %",
                     f"{e['mean_kl']:.4f}", f"{e['average_activation_planes']:.2f} / {e['average_weight_planes']:.2f}",
                     f"{e['beats'] / e['beats_int8']:.3f}", f"{e['beats'] / e['beats_static_mix']:.3f}",
                     f"{network['calibrate']['seconds']:.0f} s"])
    return table(["network (all test images)", "float", "DPWA", "mean KL, nat", "planes a / w", "beats / INT8",
                  "beats / static mix", "calibration"], rows)


def simulation_table(networks):
    rows = []
    for network in networks:
        for s in network["simulate"]:
            rows.append([f"{network['name']}, {s['configuration']}", f"{s['values_checked']:,}", str(s["mismatches"]),
                         f"{s['cycles_per_image']:,.0f}", f"{s['predicted_cycles_per_image']:,.0f}",
                         f"{100 * s['busy']:.1f} %", f"{100 * s['utilization']:.1f} %",
                         f"{s['simulated_cycles_per_second']:,.0f}"])
    return table([f"RTL against golden, {SIMULATED_IMAGES} images", "values", "mismatches", "cycles / image", "predicted",
                  "busy", "useful", "simulated cycles / s"], rows)


def replace_block(path, text):
    """Replaces what stands between the markers."""
    whole = path.read_text()
    before, rest = whole.split(BEGIN)
    path.write_text(f"{before}{BEGIN}\n{text}{END}{rest.split(END)[1]}")


def main():
    bench = Bench(pathlib.Path(sys.argv[1]).resolve())
    present = [n for n in NETWORKS if n[1].exists() and n[4].exists()]
    missing = [n[0] for n in NETWORKS if n not in present]
    networks = [bench.network(*n) for n in present]
    (bench.directory / "results.json").write_text(json.dumps(networks, indent=2) + "\n")
    accuracy = accuracy_table(networks)
    left_out = f"\nLeft out, data not on this machine: {', '.join(missing)}.\n" if missing else ""
    (ROOT / "docs" / "benchmarks.md").write_text(
        "# Benchmarks\n\nWritten by `bench/measure.py` (`make bench`). Area of the lane: [lane.md](lane.md).\n\n"
        f"{accuracy}\n{simulation_table(networks)}{left_out}")
    replace_block(ROOT / "README.md", accuracy)


if __name__ == "__main__":
    main()
