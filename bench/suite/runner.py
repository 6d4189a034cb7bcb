# SPDX-License-Identifier: Apache-2.0
"""Runs dpwa, keeps what it answers, and makes each plan and each design once."""
import dataclasses
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

FASHION = pathlib.Path("/usr/share/datasets/fashion-mnist")

# What a configuration needs (keys over sim-4) for plans of `calibrate --policy`.
POLICIES = {"range": {}, "static": {}, "variance": {"POLICIES": "range,static,variance"}}


class BenchError(Exception):
    """One line for the user."""


@dataclasses.dataclass(frozen=True)
class Network:
    """A network with its data; `options`: how raw values become inputs."""
    name: str
    model: pathlib.Path
    calibration: tuple  # data, labels or None
    test: tuple
    options: tuple = ()
    keys: dict = dataclasses.field(default_factory=dict)  # what it needs of every configuration
    decision: tuple = ()  # of calibrate
    budget: tuple = ()  # of calibrate
    unlabelled: pathlib.Path = None  # more test data, for the divergence and the decisions

    def present(self):
        return all(file.exists() for file in (self.model, *self.calibration, *self.test) if file)


def find_dpwa(given, build):
    """The executable that was asked for; else that of the build folder, else of the PATH."""
    built = build / "bin" / "dpwa"
    found = given or (built if built.exists() else shutil.which("dpwa"))
    if not found:
        raise BenchError(f"no dpwa: not in {built.parent}, not in the PATH; build it or give --dpwa")
    return pathlib.Path(found).resolve()


def digest(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


def data_options(data, labels):
    return ("--data", data, "--labels", labels) if labels else ("--data", data)


def shared_data(root):
    return pathlib.Path(os.environ.get("DPWA_SHARED", root.parent / "shared")) / "data"


def networks(root):
    """The networks that the project is tuned with, present or not."""
    yardstick = shared_data(root) / "mnist-yardstick"
    found = []
    for kind, keys in (("mlp", {}), ("cnn", {}), ("resnet", {"RESIDUAL_WORDS": 8192})):
        found.append(Network(
            f"fmnist_{kind}", root / f"examples/fashion_mnist/fmnist_{kind}.onnx",
            (FASHION / "train-images-idx3-ubyte.gz", FASHION / "train-labels-idx1-ubyte.gz"),
            (FASHION / "t10k-images-idx3-ubyte.gz", FASHION / "t10k-labels-idx1-ubyte.gz"),
            ("--scale", "0.00392156862745098"), keys))
    for kind in ("mlp", "cnn"):
        found.append(Network(f"yardstick_{kind}", yardstick / f"{kind}.onnx",
                             (yardstick / "calib_x.npy", yardstick / "calib_y.npy"),
                             (yardstick / "test_x.npy", yardstick / "test_y.npy")))
    return {network.name: network for network in found}


def untuned_networks(root):
    """Networks that nobody tuned anything for, present or not."""
    def network(folder, calibration_labels, test_labels, keys=None, decision=()):
        data = shared_data(root) / folder
        return Network(folder, data / "model.onnx",
                       (data / "calib_x.npy", data / "calib_y.npy" if calibration_labels else None),
                       (data / "test_x.npy", data / "test_y.npy" if test_labels else None), (), keys or {}, decision)

    fashion = networks(root)["fmnist_cnn"]
    cifar = network("cifar10-resnet8-mlperf", False, True, {"RESIDUAL_WORDS": 32768})
    cifar = dataclasses.replace(cifar, unlabelled=cifar.model.with_name("jpeg_x.npy"))
    acas = network("acasxu-mlp", False, False, {}, ("--decision", "argmin"))
    found = [dataclasses.replace(fashion, name="fmnist_mobilenet", model=fashion.model.with_name("fmnist_mobilenet.onnx")),
             network("kws-dscnn-mlperf", True, True, {}, ("--decision", "argmax")),
             cifar, dataclasses.replace(cifar, name=f"{cifar.name}, 0.02 nat", budget=("--budget-kl", "0.02")),
             network("mnist-cnn-zoo", False, True),
             acas, dataclasses.replace(acas, name=f"{acas.name}, 99.9 %", budget=("--budget-disagreement", "0.0005"))]
    return {network.name: network for network in found}


def regressions(root):
    """Networks without classes."""
    fashion = networks(root)["fmnist_mlp"]
    (calibration, _), (test, _) = fashion.calibration, fashion.test
    name = "fmnist_autoencoder"
    return {name: dataclasses.replace(fashion, name=name, model=fashion.model.with_name(f"{name}.onnx"),
                                      calibration=(calibration, None), test=(test, None))}


class Bench:
    """One run of the benchmarks in the folder `work`."""

    def __init__(self, dpwa, work, root):
        self.dpwa = dpwa
        self.work = work
        self.root = root
        self.cpu_seconds = 0.0
        self.networks = networks(root)
        self.untuned = untuned_networks(root)
        self.regressions = regressions(root)
        work.mkdir(parents=True, exist_ok=True)

    def command(self, arguments):
        """Runs a command: (exit code, stdout, CPU seconds with children, wall seconds). Its stderr goes to a log."""
        print("  " + " ".join(str(a) for a in arguments[:3]), file=sys.stderr, flush=True)
        start = time.monotonic()
        with open(self.work / "log.txt", "a", encoding="utf-8") as log:
            log.write("$ " + " ".join(map(str, arguments)) + "\n")
            log.flush()
            try:
                process = subprocess.Popen(list(map(str, arguments)), stdout=subprocess.PIPE, stderr=log, text=True)
            except OSError as error:
                raise BenchError(f"{arguments[0]}: {error.strerror}") from error
            output = process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        cpu = usage.ru_utime + usage.ru_stime
        self.cpu_seconds += cpu
        return process.returncode, output, cpu, time.monotonic() - start

    def try_run(self, *arguments):
        """The JSON answer of `dpwa arguments`, with cpu_seconds and wall_seconds; {"error": ...} when it refuses."""
        status, output, cpu, wall = self.command([self.dpwa, *arguments, "--json"])
        try:
            answer = json.loads(output)
        except json.JSONDecodeError as error:
            raise BenchError(f"dpwa {arguments[0]}: exit code {status} without an answer ({error})") from error
        return {**answer, "cpu_seconds": cpu, "wall_seconds": wall}

    def run(self, *arguments):
        answer = self.try_run(*arguments)
        if "error" in answer:
            raise BenchError(f"dpwa {arguments[0]}: {answer['error']}")
        return answer

    def calibrate(self, network, directory, *more):
        return self.run("calibrate", network.model, *data_options(*network.calibration), *network.options,
                        *network.decision, *network.budget, *more, "-o", directory)

    def plan(self, network, policy="range"):
        """Folder of the network's plan, made when it is asked for first."""
        directory = self.work / "plans" / (network.name if policy == "range" else f"{network.name}-{policy}")
        if not directory.exists():
            directory.parent.mkdir(parents=True, exist_ok=True)
            self.calibrate(network, directory, "--policy", policy, "--config", self.toml(POLICIES[policy]))
        return directory

    def toml(self, keys):
        """Configuration file with these keys over sim-4."""
        name = "_".join(f"{key.lower()}-{value}" for key, value in keys.items()) or "sim-4"
        file = self.work / "designs" / f"{name}.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items()))
        return file

    def design(self, keys):
        """Folder of the generated design of a configuration (keys over sim-4)."""
        toml = self.toml(keys)
        directory = toml.with_suffix("")
        self.run("generate", "--config", toml, "-o", directory)
        return directory

    def simulate(self, network, keys, images, baseline=None, output=None):
        """Test images through the RTL of a configuration, with the network's plan or one of its baselines."""
        plan = self.plan(network)
        plan = plan / "baselines" / baseline if baseline else plan
        more = ["--output", output] if output else []
        return self.run("simulate", self.design({**network.keys, **keys}), "--plan", plan, "--data", network.test[0],
                        *network.options, "-n", images, *more)
