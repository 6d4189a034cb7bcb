#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""usage: summary.py DEMO_DIR: joins the commands' JSON objects into summary.json and prints them as one table."""
import json
import pathlib
import sys

TARGETS = ("ice40", "ecp5", "asic")


def ratio(part, whole):
    return f"{part / whole:.3f}" if part is not None and whole else "-"


def percent(fraction):
    return f"{100 * fraction:.2f} %" if fraction is not None else "-"


def count(number):
    return f"{number:,.0f}" if number is not None else "-"


def evaluate_lines(e):
    yield "accuracy", f"{percent(e['accuracy'])} (float {percent(e['float_accuracy'])}), {count(e['images'])} test images"
    yield "mean KL to the float network", f"{e['mean_kl']:.5f} nat; same class on {percent(e['agreement'])}"
    yield "planes per tile, mean", (f"activations {e['average_activation_planes']:.2f}, "
                                    f"weights {e['average_weight_planes']:.2f} (INT8: 2 and 2)")
    yield "beats per image", (f"{count(e['beats'])}: {ratio(e['beats'], e['beats_int8'])} of INT8, "
                              f"{ratio(e['beats'], e['beats_static_mix'])} of the best static mix")
    cycles = e.get("cycles_per_image")
    if cycles is not None:
        yield "cycles per image", (f"{count(cycles)}: {ratio(cycles, e['cycles_int8'])} of INT8, "
                                   f"{ratio(cycles, e['cycles_static_mix'])} of the best static mix")


def simulate_lines(s):
    yield "RTL against golden", f"{count(s['values_checked'])} values of {s['images']} images, {s['mismatches']} mismatches"
    yield "cycles per image, simulated", (f"{count(s['cycles_per_image'])} (predicted "
                                          f"{count(s['predicted_cycles_per_image'])}), transfers "
                                          f"{count(s['transfer_cycles_per_image'])}")
    yield "lanes", f"busy {percent(s['busy'])}, useful {percent(s['utilization'])}"
    yield "simulation speed", f"{count(s['simulated_cycles_per_second'])} cycles per second"


def synth_line(s):
    cells = s["cells"]
    name = f"area, {s['target']}"
    if s["target"] == "asic":
        bits = sum(memory["bits"] for memory in s["memories"] if memory["macro"])
        return name, f"{count(cells['area'])} um2 ({s['liberty']}) + {count(bits)} bits of memory macros"
    text = ", ".join(f"{key} {count(cells[key])}" for key in ("lut4", "ff", "carry", "bram", "dsp"))
    if "fit" in s:
        text += f"; {s['fit']['device']}: {'fits' if s['fit']['fits'] else 'does not fit'}"
    return name, text


def node_table(nodes):
    """Average planes that a node reads, and the widths of the tiles it stores."""
    yield f"{'node':<24}{'planes read':>12}   stored tiles with 0, 1, 2 ... planes"
    for node in nodes:
        widths = node["tile_widths"]
        total = sum(widths) or 1
        shares = "  ".join(f"{100 * n / total:5.1f} %" for n in widths)
        yield f"{node['name']:<24}{node['average_activation_planes']:>12.2f}   {shares}"


def main():
    demo = pathlib.Path(sys.argv[1])
    summary = {name: json.loads((demo / f"{name}.json").read_text())
               for name in ("calibrate", "evaluate", "generate", "simulate")}
    summary["synth"] = [json.loads((demo / f"synth-{target}.json").read_text()) for target in TARGETS]
    (demo / "summary.json").write_text(json.dumps(summary, indent=2) + "\n")

    print("\nDPWA on Fashion-MNIST, fmnist_cnn, 4 lanes\n")
    lines = [*evaluate_lines(summary["evaluate"]), *simulate_lines(summary["simulate"]),
             *(synth_line(s) for s in summary["synth"])]
    for name, text in lines:
        print(f"  {name:<30}{text}")
    nodes = summary["evaluate"].get("nodes", [])
    if nodes:
        print()
        for line in node_table(nodes):
            print("  " + line)
    print(f"\n  everything: {demo}/summary.json")


if __name__ == "__main__":
    main()
