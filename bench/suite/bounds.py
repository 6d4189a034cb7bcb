# SPDX-License-Identifier: Apache-2.0
"""Cycles of every node against what no schedule of this machine could avoid, and where the rest goes."""
import math

IMAGES = 200
PRODUCTS = 16
FILL = 36  # descriptor fetch, first scan step, pipeline after the last beat: architecture.md, "Timing" 1 and 5
SCAN_TILES = 4
ALLOWED = 1.05
CONFIGURATIONS = {4: {}, 16: {"LANES": 16, "WB_LANES": 4}}
SLICES = 4  # lanes / write-back lanes, of both


def tiles_of_job(node, is_packed):
    """(runs, tiles of a run) that a job scans."""
    rows, columns = node["kernel"]
    channels = node["input_shape"][2]
    if is_packed:
        return 1, math.ceil(rows * columns * channels / PRODUCTS)
    return rows, columns * math.ceil(channels / PRODUCTS)


def node_bounds(node, measured, lanes, is_packed, empty_share):
    """One row: lower bounds and cycles per image. `empty_share`: tiles of the input without planes."""
    height, width, channels = node["output_shape"]
    drained = height * width * math.ceil(channels / lanes)
    window = node["pool"]["kernel"] if node["pool"] else [1, 1]
    jobs = drained * window[0] * window[1]
    runs, tiles = tiles_of_job(node, is_packed)
    return {"name": node["name"], "cycles": measured["cycles"], "beats": measured["lane_beats"] / lanes,
            "drain": drained * SLICES, "scan": jobs * runs * math.ceil(tiles / SCAN_TILES),
            "empty": jobs * empty_share if runs * tiles == 1 else 0}


def bound(row):
    return max(row["beats"], row["drain"]) + FILL


def explained(row):
    """Beats and what took turns with them: the issue slots of jobs without beats, else scan steps."""
    return row["beats"] + (row["empty"] or row["scan"]) + FILL


def share_without_planes(widths):
    return widths[0] / sum(widths)


def rows_of(nodes, answer, lanes):
    widths = answer["input_tile_widths"]
    for node, measured in zip(nodes, answer["nodes"]):
        is_packed = node is nodes[0] and node["input_shape"][2] < PRODUCTS
        yield node_bounds(node, measured, lanes, is_packed, share_without_planes(widths))
        widths = measured["tile_widths"]


def measure(bench, networks):
    """[{network, lanes, nodes}]"""
    results = []
    for network in networks:
        nodes = bench.run("inspect", network.model)["nodes"]
        for lanes, keys in CONFIGURATIONS.items():
            answer = bench.run("evaluate", bench.plan(network), "--data", network.test[0], *network.options,
                               "-n", IMAGES, "--config", bench.toml(keys))
            results.append({"network": network.name, "lanes": lanes, "nodes": list(rows_of(nodes, answer, lanes))})
    return results
