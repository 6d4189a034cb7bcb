# SPDX-License-Identifier: Apache-2.0
"""The tables behind the targets."""
from suite import bounds, depthwise, fits, policies, shifted, untuned
from suite.markdown import count, markdown_table, percent, ratio
from suite.numbers import drop

LARGEST_MODULES = 12
INT8_MAC_PER_LANE = 4  # sixteen 4-bit products are four of 8 bits


def accuracy_section(results):
    rows = []
    for name, evaluations in results.get("accuracy", {}).items():
        plan = evaluations["plan"]
        rows.append([name, count(plan["images"]), percent(plan["float_accuracy"]), percent(plan["accuracy"]),
                     percent(evaluations["int8"]["accuracy"]), percent(evaluations["static-mix"]["accuracy"]),
                     f"{plan['mean_kl']:.4f}",
                     f"{plan['average_activation_planes']:.2f} / {plan['average_weight_planes']:.2f}"])
    if not rows:
        return ""
    return ("The plan and the static mix are searched for the same budget of divergence.\n\n" +
            markdown_table(["network", "images", "float", "DPWA", "INT8", "static mix", "mean KL, nat", "planes a / w"],
                           rows, "lrrrrrrr"))


def cost_section(results):
    rows = []
    for name, evaluations in results.get("accuracy", {}).items():
        plan = evaluations["plan"]
        rows.append([name, count(plan["beats"]), ratio(plan["beats"] / plan["beats_int8"]),
                     ratio(plan["beats"] / plan["beats_static_mix"]), count(plan["cycles_per_image"]),
                     ratio(plan["cycles_per_image"] / plan["cycles_int8"]),
                     ratio(plan["cycles_per_image"] / plan["cycles_static_mix"])])
    if not rows:
        return ""
    return ("Mean per test image; cycles are those of `sim-4` (4 lanes, 1 write-back lane), from the cycle model. Fewer beats are not "
            "always fewer\ncycles: a job without beats still takes one issue slot, so a first layer with one tile per job gains "
            "nothing in time from tiles of width 0,\nbut pays for those of width 2. The search prices half beats, half cycles.\n\n" +
            markdown_table(["network", "beats", "/ INT8", "/ static mix", "cycles", "/ INT8", "/ static mix"], rows,
                           "lrrrrrr"))


def write_back_section(results):
    rows, header, images = [], ["network"], 0
    for name, runs in results.get("write-back", {}).items():
        row, header = [name], ["network"]
        for configuration, run in runs.items():
            images = run["images"]
            header += [f"{configuration}: cycles", "/ INT8", "/ static mix"]
            row += [count(run["cycles_per_image"]), ratio(run["cycles_per_image"] / run["cycles_int8"]),
                    ratio(run["cycles_per_image"] / run["cycles_static_mix"])]
        rows.append(row)
    if not rows:
        return ""
    return (f"Mean of {count(images)} test images on 4 lanes, the same plans. A write-back lane takes one value per cycle, "
            "which bounds a layer with few beats per\nvalue. Pooling on accumulators (PREMAX) writes back one value per pool "
            "window; a second write-back lane helps where no pool follows.\n\n" +
            markdown_table(header, rows, "l" + "r" * (len(header) - 1)))


def nngen_section(results):
    rows = []
    for r in results.get("nngen", []):
        multipliers = INT8_MAC_PER_LANE * r["lanes"]
        int8, plan = r["int8"]["cycles_per_image"], r["plan"]["cycles_per_image"]
        rows.append([r["network"], f"{r['lanes']} ({multipliers})", count(int8),
                     percent(r["macs"] / (multipliers * int8), 1), str(r["nngen_multipliers"]), count(r["nngen_cycles"]),
                     percent(r["macs"] / (r["nngen_multipliers"] * r["nngen_cycles"]), 1), ratio(int8 / r["nngen_cycles"]),
                     count(plan), ratio(plan / r["nngen_cycles"])])
    if not rows:
        return ""
    return ("Same networks, both simulated. A lane does four INT8 multiply-accumulates per cycle, so 1, 16, 2 and 8 lanes face NNgen's 4, 64, 9 and "
            "36 multipliers.\nThe gain at INT8 is utilisation alone, and the large factor at 16 lanes is weight residency: NNgen fetches "
            "each weight from external\nmemory for every inference, which bounds a fully connected network whatever the number of "
            "multipliers; here the weights were loaded into\nthe lanes' memories before and stay there.\n\n" +
            markdown_table(["network", "lanes (INT8 MAC / cycle)", "INT8 cycles", "useful", "NNgen multipliers", "cycles",
                            "useful", "INT8 / NNgen", "dynamic cycles", "/ NNgen"], rows, "lrrrrrrrrr"))


def rtl_section(results):
    rows = []
    for network, configurations in results.get("rtl", {}).items():
        for name, run in configurations.items():
            rows.append([network, name, count(run["values_checked"]), count(run["tiles_checked"]),
                         count(run["mismatches"]), count(run["cycles_per_image"]),
                         "equal" if all(n["prediction_exact"] for n in run["nodes"]) else "**differs**",
                         percent(run["busy"], 1), percent(run["utilization"], 1)])
    if not rows:
        return ""
    return ("All stored values and widths of all tensors. The first layer's packed input is counted as it is stored, window by "
            "window and with its\npadding, so the number of values depends on the products per lane.\n\n" +
            markdown_table(["network", "configuration", "values", "tile widths", "mismatches", "cycles / image", "predicted",
                            "busy", "useful"], rows, "llrrrrlrr"))


def dense_section(results):
    rows = [[lanes, count(run["values_checked"]), count(run["mismatches"]), count(run["cycles_per_image"]),
             count(run["predicted_cycles_per_image"]), count(run["refill_words"]), count(run["weight_stall_cycles"]),
             percent(run["busy"], 1)] for lanes, run in results.get("dense", {}).items()]
    if not rows:
        return ""
    return ("fmnist_mlp on `up5k`. The dense tier gives one plane word per cycle to all lanes together, and a fully connected "
            "layer uses each word\nonce; a value of its output takes the serial write-back as long as a short dot product. Both "
            "bound it, whatever the number of lanes.\n\n" +
            markdown_table(["LANES", "values", "mismatches", "cycles / image", "predicted", "words refilled",
                            "cycles waited", "busy"], rows, "rrrrrrrr"))


def policies_section(results):
    rows, machines = [], {}
    for network, cases in results.get("policies", {}).items():
        for policy, case in cases.items():
            golden, machines = case["golden"], case["machines"]
            changes = sum(node["counters"]["class_changes"] for node in machines["4 lanes"]["nodes"])
            rows.append([network, policy, f"{golden['mean_kl']:.4f}", ratio(golden["beats"] / golden["beats_int8"]),
                         f"{changes:.1f}", *(count(run["cycles_per_image"]) for run in machines.values()),
                         count(sum(run["mismatches"] for run in machines.values()))])
    if not rows:
        return ""
    return (f"`calibrate --policy`, {policies.IMAGES} test images on every machine. Variance stands here for every tensor that may have step "
            "classes, whether it pays\nor not (`--policy auto` takes it only where it does). All machines and the golden model make the same "
            "decisions, byte for byte; a node of\nseveral positions whose output has step classes is done by one lane group.\n\n" +
            markdown_table(["network", "policy", "mean KL, nat", "beats / INT8", "class changes / image",
                            *(f"cycles, {name}" for name in machines), "mismatches"], rows,
                           "llrrr" + "r" * (len(machines) + 1)))


def untuned_section(results):
    rows = []
    for name, measured in results.get("untuned", {}).items():
        inspect, golden = measured["inspect"], measured["golden"]
        runs = list(measured["machines"].values())
        rows.append([name, count(inspect["parameters"]), count(inspect["macs"]),
                     count(sum(node["weights"]["bytes"] for node in runs[0]["nodes"])), count(golden["images"]),
                     ratio(golden["beats"] / golden["beats_static_mix"]),
                     *(f"{count(run['cycles_per_image'])} / {count(run['worst_case_cycles'])}" for run in runs),
                     percent(runs[0]["busy"], 1), percent(runs[1]["busy"], 1)])
    if not rows:
        return ""
    return ("Other people's networks, and one of our own, that no rule of the search was formed with, calibrated with the defaults "
            "(but for the budget that a\nname ends in). Weight bytes: planes stored for 4 lanes. Cycles: mean of the images simulated / worst "
            "case.\n\n" +
            markdown_table(["network", "parameters", "MAC", "weight bytes", "test samples", "beats / static mix",
                            *(f"cycles, {name}" for name in untuned.MACHINES), *(f"busy, {name}" for name in untuned.MACHINES)],
                           rows, "lrrrrrrrrr"))


def fits_cycles(run):
    if not run["fits"]:
        return "does not fit: " + ", ".join(fits.missing(run))
    return f"{count(run['cycles_per_image'])} / {count(run['worst_case_cycles'])}"


def fits_row(name, configuration, measured):
    inspect, run = measured["inspect"], measured["configurations"][configuration]
    useful = {kind["kind"]: percent(kind["utilization"], 1) for kind in run["layer_kinds"]} if run["fits"] else {}
    return [name, count(inspect["parameters"]), count(inspect["macs"]), configuration, count(run["weight_bytes"]["fast"]),
            count(run["weight_bytes"]["dense"]), count(run["activation_bytes"]), fits_cycles(run),
            *(useful.get(kind, "") for kind in fits.KINDS)]


def fits_section(results):
    networks = results.get("fits", {})
    rows = [fits_row(name, configuration, networks[name]) for name in fits.NETWORKS if name in networks
            for configuration in fits.CONFIGURATIONS]
    if not rows:
        return ""
    return (f"One plan per network, calibrated with the defaults, laid out for two presets (`dpwa evaluate --config`, {fits.IMAGES} test samples, cycle model). "
            "Weight bytes: what the lanes'\nmemories hold, idle lanes of a short last group included. Activations: the most bytes alive at a time. Cycles: mean / "
            "worst case of any input; or every\nlimit that the plan exceeds, needed *of* available. Useful, by kind of layer: lane-beats that values and weights ask "
            "for / (lanes x cycles).\n\n" +
            markdown_table(["network", "parameters", "MAC", "configuration", "weights, fast tier", "dense tier", "activations",
                            "cycles", *(f"useful, {kind}" for kind in fits.KINDS)], rows, "lrrlrrrlrrrr"))


def formats_section(results):
    rows, images = [], 0
    for network, formats in results.get("formats", {}).items():
        int8 = formats["int8"]["golden"]["beats"]
        for name, run in formats.items():
            golden, rtl = run["golden"], run["rtl"]
            images = rtl["images"]
            rows.append([network, name, percent(golden["accuracy"]), f"{golden['mean_kl']:.1e}",
                         f"{golden['average_activation_planes']:.2f} / {golden['average_weight_planes']:.2f}",
                         ratio(golden["beats"] / int8), count(golden["images"]), count(rtl["values_checked"]),
                         count(rtl["mismatches"])])
    if not rows:
        return ""
    return ("`--pin all=FORMAT` (numerics.md N8, N9.4). INT4 to FP16 are formats of both operands, the same planes in every tile; the others are "
            "formats of\nthe weights alone, beside the plan's activations with run-time widths. Weight formats round to nearest, without error "
            f"compensation: a\nplan gets by with fewer planes. *mixed*: FP16, then MXFP8, INT8, MXFP4, INT16 and FP8 E5M2, node by node.\nRTL: {images} images each, every value.\n\n" +
            markdown_table(["network", "format", "accuracy", "mean KL, nat", "planes a / w", "beats / INT8", "images", "RTL values",
                            "mismatches"], rows, "llrrrrrrr"))


def dot_section(results):
    rows = [[count(r["k"]), f"{r['aligned']:.1e}", f"{r['fp16_chain']:.1e}", f"{r['fp32_chain']:.1e}",
             f"{r['mac_per_cycle_and_lane']:.2f}", f"{r['mac_per_cycle_and_lane_pinned']:.2f}",
             f"{count(r['saturated'])} of {count(r['dot_products'])}"] for r in results.get("dot", {}).get("rows", [])]
    if not rows:
        return ""
    return ("FP16 operands, aligned fixed-point arithmetic (numerics.md N8.4): relative RMS error against the exact dot product of the same "
            "binary16\nnumbers, standard Gaussian, a fully connected layer of 64 outputs on 4 lanes. Both windows come from other samples than those "
            "measured. An\nFP16 FMA chain rounds every sum to binary16; one that keeps its sum in binary32 is better than either. MAC per cycle "
            "and lane: with the\nwidth of each tile at run time, and with five planes in every tile (`--pin`).\n\n" +
            markdown_table(["K", "aligned", "FP16 FMA chain", "FP32 sum", "MAC / cycle / lane", "pinned", "saturated"], rows,
                           "rrrrrrr"))


def up5k_section(results):
    report = results.get("up5k", {}).get("2", {})
    if "modules" not in report:
        return ""
    largest = sorted(report["modules"], key=lambda module: -module["lut4"])[:LARGEST_MODULES]
    rows = [[f"`{m['name']}`", count(m["count"]), count(m["lut4"]), count(m["ff"]), count(m["bram"]), count(m["dsp"])]
            for m in largest]
    return (f"LANES=2, iCE40, the {LARGEST_MODULES} largest of {len(report['modules'])} modules; cells of all instances "
            "without their submodules.\n\n" +
            markdown_table(["module", "instances", "LUT4", "FF", "EBR", "DSP"], rows, "lrrrrr"))


def busy_section(results):
    rows = [[n["network"], n["plan"], f"`{n['name']}`", count(n["cycles_per_image"]), percent(n["busy"], 1),
             percent(n["utilization"], 1)] for n in results.get("busy", [])]
    if not rows:
        return ""
    return markdown_table(["network", "plan", "node", "cycles / image", "busy", "useful"], rows, "lllrrr")


def bounds_section(results):
    rows = []
    for run in results.get("bounds", []):
        for node in run["nodes"]:
            over = node["cycles"] / bounds.bound(node)
            why = ""
            if over > bounds.ALLOWED:
                why = f"{ratio(node['cycles'] / bounds.explained(node))} of {'empty jobs' if node['empty'] > 0 else 'scan'}"
            rows.append([run["network"], str(run["lanes"]), f"`{node['name']}`", count(node["cycles"]), count(node["beats"]),
                         count(node["drain"]), count(node["scan"]), ratio(over), why])
    if not rows:
        return ""
    return (f"Mean of {bounds.IMAGES} test images, from the cycle model. The bound of a node is the larger one of its beats and its drain slots, plus "
            f"{bounds.FILL} cycles of fetch and\npipeline; all weights are resident, so memory words come with the beats. Excess above "
            f"{100 * (bounds.ALLOWED - 1):.0f} % has two sources: *empty jobs* (a job without beats\nstill takes one issue slot) and "
            f"*scan* (SCAN_TILES = {bounds.SCAN_TILES} tiles per cycle, whatever their width; a run of a kernel row starts a new step,\nand jobs with more beats than "
            "steps take turns with jobs with fewer, so cycles lie between the larger one and the sum). The last column is cycles over\nbeats plus "
            "the slots of empty jobs, or over beats plus scan steps.\n\n" +
            markdown_table(["network", "lanes", "node", "cycles", "beats", "drain slots", "scan steps", "cycles / bound",
                            "excess"], rows, "lrlrrrrrl"))


def shifted_section(results):
    tables = []
    for network, shifts in results.get("shifted", {}).items():
        plans = list(next(iter(shifts.values())))
        header = ["images", "float", *(f"{p}: accuracy" for p in plans), *(f"{p}: agreement" for p in plans),
                  *(f"{p}: cycles" for p in plans)]
        rows = [[shift, percent(next(iter(answers.values()))["float_accuracy"], 1),
                 *(percent(a["accuracy"], 1) for a in answers.values()),
                 *(percent(a["agreement"], 1) for a in answers.values()),
                 *(count(a["cycles_per_image"]) for a in answers.values())] for shift, answers in shifts.items()]
        tables.append(f"{network}:\n\n" + markdown_table(header, rows, "l" + "r" * (len(header) - 1)))
    if not tables:
        return ""
    return (f"The first {count(shifted.IMAGES)} test images of Fashion-MNIST, brighter, darker (limited to white) or with Gaussian noise; plans as "
            "calibrated on\nunshifted images. Agreement: same class as the float network on the same images. "
            "[precision.md](precision.md) says what follows.\n\n" + "\n".join(tables))


def sections(results):
    """(title, text) of each section; an empty text when nothing was measured."""
    return [("Accuracy", accuracy_section(results)),
            ("Beats and cycles", cost_section(results)),
            ("Cycles and write-back", write_back_section(results)),
            ("INT8 against NNgen", nngen_section(results)),
            ("RTL against golden", rtl_section(results)),
            ("Weights from the dense tier", dense_section(results)),
            ("Lanes in 3 x 3 convolutions, 4 lanes", busy_section(results)),
            ("Policies", policies_section(results)),
            ("Networks that nothing was tuned for", untuned_section(results)),
            ("Networks on two devices", fits_section(results)),
            ("Depthwise nodes", depthwise.section(results)),
            ("Formats", formats_section(results)),
            ("FP16 dot products", dot_section(results)),
            ("Cycles of a node against its bound", bounds_section(results)),
            ("Shifted data", shifted_section(results)),
            ("Where the cells of up5k are", up5k_section(results)),
            ("Area of a lane", "[lane.md](lane.md): cells, baselines and tax on iCE40, ECP5 and ASIC.\n")]


def short(results, before):
    """The few numbers for the front page: accuracy and costs, then the RTL. `before`: the block as it is."""
    table_before, _, rtl_before = before.strip("\n").partition("\n\n")
    parts = (short_table(results) or table_before, short_rtl(results) or rtl_before)
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def short_table(results):
    rows = []
    for name, evaluations in results.get("accuracy", {}).items():
        plan = evaluations["plan"]
        rows.append([name, percent(plan["float_accuracy"]), percent(plan["accuracy"]),
                     f"{100 * drop(evaluations):.2f}", ratio(plan["beats"] / plan["beats_int8"]),
                     ratio(plan["beats"] / plan["beats_static_mix"]), ratio(plan["cycles_per_image"] / plan["cycles_int8"]),
                     ratio(plan["cycles_per_image"] / plan["cycles_static_mix"])])
    if not rows:
        return ""
    return markdown_table(["all test images", "float", "DPWA", "drop, points", "beats / INT8", "beats / static mix",
                           "cycles / INT8, 4 lanes", "cycles / static mix"], rows, "lrrrrrrr")


def short_rtl(results):
    runs = [run for configurations in results.get("rtl", {}).values() for run in configurations.values()]
    if not runs:
        return ""
    return (f"RTL against the bit-exact model: {sum(run['mismatches'] for run in runs)} mismatches in "
            f"{count(sum(run['values_checked'] for run in runs))} values, "
            f"{len(next(iter(results['rtl'].values())))} configurations.\n")
