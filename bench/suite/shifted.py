# SPDX-License-Identifier: Apache-2.0
"""Test images as a camera in other light would give them: what each way of choosing precision makes of them."""
import gzip
import random
import struct

IMAGES = 1000
IDX_IMAGES, IDX_LABELS = 0x803, 0x801
PIXEL_MAX = 255
NOISE_SEED = 1

# Brightness: factor of every pixel, limited to white. Noise: Gaussian, standard deviation as a part of white.
SHIFTS = {
    "as they are": ("brightness", 1), "brightness x 0.1": ("brightness", 0.1), "brightness x 0.3": ("brightness", 0.3),
    "brightness x 2": ("brightness", 2), "brightness x 4": ("brightness", 4), "noise 0.2": ("noise", 0.2),
}
# What is compared: name -> policy of the plan, options of `dpwa evaluate`.
PLANS = {"range": ("range",), "variance": ("variance",), "INT8": ("range", "--baseline", "int8"),
         "static mix": ("range", "--baseline", "static-mix")}


def limited(value):
    return max(0, min(PIXEL_MAX, round(value)))


def brighter(pixels, factor):
    return pixels.translate(bytes(limited(pixel * factor) for pixel in range(PIXEL_MAX + 1)))


def noisy(pixels, deviation):
    gauss = random.Random(NOISE_SEED).gauss
    return bytes(limited(pixel + gauss(0, deviation * PIXEL_MAX)) for pixel in pixels)


def write_data(network, directory):
    """The first test images under every shift, and their labels: {shift: file}, file."""
    directory.mkdir(parents=True, exist_ok=True)
    with gzip.open(network.test[0]) as file:
        _, _, rows, columns = struct.unpack(">4I", file.read(16))
        pixels = file.read(IMAGES * rows * columns)
    files = {}
    for name, (kind, amount) in SHIFTS.items():
        files[name] = directory / f"{kind}-{amount}.idx"
        shifted = noisy(pixels, amount) if kind == "noise" else brighter(pixels, amount)
        files[name].write_bytes(struct.pack(">4I", IDX_IMAGES, IMAGES, rows, columns) + shifted)
    labels = directory / "labels.idx"
    with gzip.open(network.test[1]) as file:
        file.seek(8)
        labels.write_bytes(struct.pack(">2I", IDX_LABELS, IMAGES) + file.read(IMAGES))
    return files, labels


def measure(bench, networks):
    """{network: {shift: {plan: answer of evaluate}}}"""
    results = {}
    for network in networks:
        files, labels = write_data(network, bench.work / "shifted")
        results[network.name] = {
            shift: {name: bench.run("evaluate", bench.plan(network, policy), "--data", file, "--labels", labels,
                                    *network.options, *options) for name, (policy, *options) in PLANS.items()}
            for shift, file in files.items()}
    return results
