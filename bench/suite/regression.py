# SPDX-License-Identifier: Apache-2.0
"""A network without classes: an autoencoder, whose outputs are to be its inputs."""
import array
import gzip
import struct

SIMULATED_IMAGES = 5
PIXEL_MAX = 255
ERROR = 1.02  # most mean squared error, against the float network's


def write_targets(network, file):
    """The test images as float32 targets, a NumPy file."""
    with gzip.open(network.test[0]) as images:
        _, count, rows, columns = struct.unpack(">4I", images.read(16))
        values = array.array("f", (pixel / PIXEL_MAX for pixel in images.read()))
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({count}, {rows * columns}), }}".ljust(117) + "\n"
    file.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + values.tobytes())


def measure(bench, networks):
    """{network: {golden, rtl: answer of simulate}}"""
    results = {}
    for network in networks:
        targets = bench.work / f"{network.name}-targets.npy"
        write_targets(network, targets)
        results[network.name] = {
            "golden": bench.run("evaluate", bench.plan(network), "--data", network.test[0], "--labels", targets,
                                *network.options),
            "rtl": bench.simulate(network, {}, SIMULATED_IMAGES)}
    return results
