# SPDX-License-Identifier: Apache-2.0
"""The targets of the project, each with what was measured."""
from suite.markdown import count, markdown_table, percent, ratio
from suite.regression import ERROR
from suite.untuned import TARGETS

NOT_RUN = "not run"

# Network -> most beats against INT8.
BEATS = {"fmnist_cnn": 0.255, "fmnist_resnet": 0.34, "fmnist_mlp": 0.22, "yardstick_mlp": 0.16, "yardstick_cnn": 0.14}
# Network -> most beats against the static mix, most divergence on test images in nat.
MIX = {"fmnist_cnn": 1.0, "fmnist_resnet": 0.85, "fmnist_mlp": 0.90, "yardstick_mlp": 0.8, "yardstick_cnn": 0.8}
DIVERGENCE = {"fmnist_cnn": 0.006, "fmnist_resnet": 0.006, "fmnist_mlp": 0.006, "yardstick_mlp": 0.012,
              "yardstick_cnn": 0.012}
WEIGHT_BYTES = 0.60
ACCURACY_DROP = 0.005
# (network, lanes) -> most cycles at pinned INT8.
INT8_CYCLES = {("yardstick_mlp", 1): 28000, ("yardstick_mlp", 16): 1900, ("yardstick_cnn", 2): 133000,
               ("yardstick_cnn", 8): 34000}
BUSY, USEFUL = 0.95, 0.90
FP16_KL = 1e-5
DOT_ERROR, DOT_MACS = 1e-4, 0.8
LANE_LUT4, LANE_MHZ = 525, 48
GENERATE_SECONDS, CALIBRATE_SECONDS = 1, 60
CYCLES_PER_SECOND = 200000


def verdict(met):
    return "met" if met else "**missed**"


def drop(evaluations):
    return evaluations["plan"]["float_accuracy"] - evaluations["plan"]["accuracy"]


def why_absent(group, results):
    return "data absent" if group in results else ""


def accuracy_rows(results):
    absent = why_absent("accuracy", results)
    for name in BEATS:
        evaluations = results.get("accuracy", {}).get(name)
        measured = plan_figures(name, evaluations) if evaluations else {}
        for what, target in plan_targets(name).items():
            text, met = measured.get(what, (absent, None))
            yield [f"{name}: {what}", target, text, NOT_RUN if met is None else verdict(met)]


def plan_targets(name):
    return {"accuracy drop, all test images": "<= 0.5 points",
            "beats against INT8": f"<= {BEATS[name]:g}",
            "beats against the static mix": f"<= {MIX[name]:g}",
            "divergence on test images": f"<= {DIVERGENCE[name]:g} nat",
            "bytes of weights against INT8": f"<= {WEIGHT_BYTES:.2f}"}


def plan_figures(name, evaluations):
    """What plan_targets() asks for: text, whether it is met."""
    plan = evaluations["plan"]
    lost, kl, mix_kl = drop(evaluations), plan["mean_kl"], evaluations["static-mix"]["mean_kl"]
    int8, mix = plan["beats"] / plan["beats_int8"], plan["beats"] / plan["beats_static_mix"]
    weights = evaluations["weight_bytes_over_int8"]
    return {"accuracy drop, all test images": (f"{100 * lost:.2f} points, {count(plan['images'])} images", lost <= ACCURACY_DROP),
            "beats against INT8": (ratio(int8), int8 <= BEATS[name]),
            "beats against the static mix": (f"{ratio(mix)}, at {kl:.4f} nat on test images (static mix {mix_kl:.4f})",
                                             mix <= MIX[name]),
            "divergence on test images": (f"{kl:.4f} nat", kl <= DIVERGENCE[name]),
            "bytes of weights against INT8": (ratio(weights), weights <= WEIGHT_BYTES)}


def nngen_rows(results):
    measured = {(r["network"], r["lanes"]): r for r in results.get("nngen", [])}
    for (name, lanes), most in INT8_CYCLES.items():
        row = [f"{name}, {lanes} lane{'s' * (lanes > 1)}: cycles at pinned INT8, simulated", f"<= {count(most)}"]
        if (name, lanes) not in measured:
            yield row + [why_absent("nngen", results), NOT_RUN]
            continue
        result = measured[name, lanes]
        cycles = result["int8"]["cycles_per_image"]
        yield row + [f"{count(cycles)} (NNgen {count(result['nngen_cycles'])}); dynamic "
                     f"{count(result['plan']['cycles_per_image'])}", verdict(cycles <= most)]


def rtl_rows(results):
    measured = results.get("rtl", {})
    runs = [run for configurations in measured.values() for run in configurations.values()]
    what = "RTL against golden: every value of every tensor, all widths and outputs"
    exact = "cycle model against simulation, every node of every image"
    if not runs:
        yield [what, "0 mismatches, identical outputs", "", NOT_RUN]
        yield [exact, "equal", "", NOT_RUN]
        return
    mismatches = sum(run["mismatches"] for run in runs)
    identical = all(len({run["output_sha256"] for run in c.values()}) == 1 for c in measured.values())
    yield [what, "0 mismatches, identical outputs",
           f"{mismatches} mismatches in {count(sum(run['values_checked'] for run in runs))} values, outputs "
           f"{'identical' if identical else 'differ'} ({len(next(iter(measured.values())))} configurations, "
           f"{len(measured)} networks, {runs[0]['images']} images)", verdict(mismatches == 0 and identical)]
    nodes = [node for run in runs for node in run["nodes"]]
    unequal = sum(not node["prediction_exact"] for node in nodes)
    yield [exact, "equal", f"{len(nodes) - unequal} of {len(nodes)} equal", verdict(unequal == 0)]


def policy_rows(results):
    row = ["every policy, machines of several shapes: values; decisions of the PCU; cycle model, every node of every image",
           "0 mismatches; same bytes; equal"]
    measured = results.get("policies", {})
    if not measured:
        yield row + [why_absent("policies", results), NOT_RUN]
        return
    cases = [case for cases in measured.values() for case in cases.values()]
    runs = [run for case in cases for run in case["machines"].values()]
    mismatches = sum(run["mismatches"] for run in runs)
    same = all(run["decisions"] == case["golden"]["decisions"] for case in cases for run in case["machines"].values())
    unequal = sum(not node["prediction_exact"] for run in runs for node in run["nodes"])
    yield row + [f"{mismatches} mismatches in {count(sum(run['values_checked'] for run in runs))} values; "
                 f"{'same bytes' if same else 'decisions differ'}; {unequal} nodes unequal ({len(measured)} networks, "
                 f"{len(cases[0]['machines'])} machines)", verdict(mismatches == 0 and same and unequal == 0)]


def untuned_rows(results):
    measured = results.get("untuned", {})
    for name, target in TARGETS.items():
        row = [f"{name}: beats against INT8; on test data nat, same decisions, accuracy drop; RTL",
               f"<= {target.beats:g}; <= {target.kl:g}, >= {percent(target.agreement, 1)}, <= {100 * target.drop:g} points; exact"]
        if name not in measured:
            yield row + [why_absent("untuned", results), NOT_RUN]
            continue
        golden, runs = measured[name]["golden"], measured[name]["machines"].values()
        judged = measured[name].get("unlabelled", golden)
        lost = (golden["float_accuracy"] or 0) - (golden["accuracy"] or 0)
        share, mismatches = golden["beats"] / golden["beats_int8"], sum(run["mismatches"] for run in runs)
        met = (share <= target.beats and judged["mean_kl"] <= target.kl and judged["agreement"] >= target.agreement and
               lost <= target.drop + 1e-9 and mismatches == 0)
        yield row + [f"{ratio(share)}; {judged['mean_kl']:.4f}, {percent(judged['agreement'], 1)}, {100 * lost:.2f} points; "
                     f"{mismatches} mismatches in {count(sum(run['values_checked'] for run in runs))} values", verdict(met)]


def regression_rows(results):
    measured = results.get("regression", {})
    row = ["fmnist_autoencoder: mean squared error on test images against the float network's; RTL", f"<= {ERROR:g}; exact"]
    if not measured:
        yield row + [why_absent("regression", results), NOT_RUN]
        return
    for result in measured.values():
        golden, rtl = result["golden"], result["rtl"]
        error = golden["mse"] / golden["float_mse"]
        yield row + [f"{ratio(error)} ({golden['mse']:.5f}, {count(golden['images'])} images), at "
                     f"{ratio(golden['beats'] / golden['beats_int8'])} of INT8's beats; {rtl['mismatches']} mismatches in "
                     f"{count(rtl['values_checked'])} values", verdict(error <= ERROR and rtl["mismatches"] == 0)]


def dense_rows(results):
    row = ["fmnist_mlp on up5k, weights streamed from the dense tier: values; cycles of every node",
           "0 mismatches; <= 2 % from the model"]
    runs = results.get("dense", {})
    if not runs:
        yield row + [why_absent("dense", results), NOT_RUN]
        return
    mismatches = sum(run["mismatches"] for run in runs.values())
    error = max(abs(node["predicted_cycles_per_image"] / node["cycles_per_image"] - 1)
                for run in runs.values() for node in run["nodes"])
    yield row + [f"{mismatches} mismatches; {percent(error)} at most (LANES = {', '.join(runs)})",
                 verdict(mismatches == 0 and error <= 0.02)]


def busy_rows(results):
    measured = results.get("busy", [])
    row = ["busy / useful lanes, 3 x 3 convolutions with >= 16 input channels, 4 lanes",
           f">= {100 * BUSY:.0f} % / >= {100 * USEFUL:.0f} %"]
    if not measured:
        yield row + ["", NOT_RUN]
        return
    least = min(node["busy"] for node in measured), min(node["utilization"] for node in measured)
    yield row + [f"{percent(least[0])} / {percent(least[1])} at least, in {len(measured)} cases",
                 verdict(least[0] >= BUSY and least[1] >= USEFUL)]


def format_rows(results):
    measured = results.get("formats", {})
    fp16 = ["fmnist_cnn, `--pin all=fp16`: RTL against golden; mean KL to float", f"0 mismatches; <= {FP16_KL:.0e}"]
    every = ["every format of `--pin`, fmnist_mlp and fmnist_cnn: RTL against golden", "0 mismatches"]
    if "fmnist_cnn" not in measured:
        yield from (row + [why_absent("formats", results), NOT_RUN] for row in (fp16, every))
        return
    run = measured["fmnist_cnn"]["fp16"]
    kl, mismatches = run["golden"]["mean_kl"], run["rtl"]["mismatches"]
    yield fp16 + [f"{mismatches} mismatches in {count(run['rtl']['values_checked'])} values; {kl:.1e}, "
                  f"{count(run['golden']['images'])} images", verdict(mismatches == 0 and kl <= FP16_KL)]
    runs = [one["rtl"] for formats in measured.values() for name, one in formats.items() if name != "plan"]
    mismatches = sum(one["mismatches"] for one in runs)
    yield every + [f"{mismatches} mismatches in {count(sum(one['values_checked'] for one in runs))} values, "
                   f"{len(measured['fmnist_cnn']) - 2} formats and a mixture", verdict(mismatches == 0)]


def dot_rows(results):
    row = ["dot products of Gaussian FP16 data, K = 16 .. 1,024: relative RMS error; FP16 MAC per cycle and lane",
           f"<= {DOT_ERROR:.0e}; >= {DOT_MACS}"]
    rows = results.get("dot", {}).get("rows")
    if not rows:
        yield row + [results.get("dot", {}).get("error", ""), NOT_RUN]
        return
    error = max(one["aligned"] for one in rows)
    rate = min(one["mac_per_cycle_and_lane"] for one in rows)
    chain = rows[0]["fp16_chain"], rows[-1]["fp16_chain"]
    yield row + [f"{error:.1e} (FP16 FMA chain {chain[0]:.1e} to {chain[1]:.1e}); {rate:.2f}",
                 verdict(error <= DOT_ERROR and rate >= DOT_MACS)]


def lane_rows(results):
    measured = results.get("lane", {})
    lut4 = ["MAC lane, iCE40 LUT4", f"<= {LANE_LUT4}"]
    mhz = ["4 lanes routed on UP5K", f">= {LANE_MHZ} MHz"]
    tax = ["tax against the best fixed INT8x4 / INT4x16"]
    if "targets" not in measured:
        yield from (row + [measured.get("error", ""), NOT_RUN] for row in (lut4, mhz, tax + ["reported"]))
        return
    cells = measured["targets"]["ice40"]["lane"]["lut4"]
    yield lut4 + [count(cells), verdict(cells <= LANE_LUT4)]
    if "up5k" in measured:
        best = measured["up5k"]["best_mhz"]
        yield mhz + [f"{best:.1f} MHz, best of {len(measured['up5k']['fmax_mhz'])} seeds", verdict(best >= LANE_MHZ)]
    else:
        yield mhz + ["", NOT_RUN]
    taxes = [f"{target} {t['tax']['int8x4']:+.1f} / {t['tax']['int4x16']:+.1f} %"
             for target, t in measured["targets"].items()]
    yield tax + ["reported", ", ".join(taxes), "reported"]


def up5k_rows(results):
    targets = {"2": "fits", "4": "aim: fits"}
    for lanes, target in targets.items():
        row = [f"whole up5k design, LANES={lanes}, nextpnr-ice40 --pack-only", target]
        measured = results.get("up5k", {}).get(lanes)
        if measured is None:
            yield row + ["", NOT_RUN]
        elif "error" in measured:
            yield row + [measured["error"], NOT_RUN]
        elif "fit" not in measured:
            yield row + ["nextpnr-ice40 not installed", NOT_RUN]
        else:
            fit = measured["fit"]
            yield row + [f"{fit_text(fit)}; synth {measured['cpu_seconds']:.0f} CPU s",
                         verdict(fit["fits"]) if lanes == "2" else ("met" if fit["fits"] else "aim missed")]


def fit_text(fit):
    """Needed / available of each kind of cell."""
    kinds = ("logic_cells", "block_rams", "sprams", "dsps")
    return ", ".join(f"{kind.replace('_', ' ')} {used_text(fit[kind])}" for kind in kinds if kind in fit)


def used_text(used):
    return f"{count(used['used'])} / {count(used['available'])}" if isinstance(used, dict) else count(used)


def speed_rows(results):
    measured = results.get("speed")
    rows = [["generate, fmnist_cnn", f"<= {GENERATE_SECONDS} s"],
            ["calibrate, fmnist_cnn, 512 images", f"<= {CALIBRATE_SECONDS} s on 2 cores"],
            ["Verilated speed, 4 lanes, one thread", f">= {count(CYCLES_PER_SECOND)} cycles per CPU second"]]
    if not measured:
        yield from (row + ["", NOT_RUN] for row in rows)
        return
    for row, key, most in ((rows[0], "generate", GENERATE_SECONDS), (rows[1], "calibrate", CALIBRATE_SECONDS)):
        seconds = measured[key]["cpu_seconds"]
        yield row + [f"{seconds:.2g} CPU s", verdict(seconds <= most)]
    cycles = measured["simulated_cycles_per_second"]
    yield rows[2] + [f"{float(f'{cycles:.2g}'):,.0f}", verdict(cycles >= CYCLES_PER_SECOND)]


def rows_before(text):
    """{first column: row} of a table of targets written before."""
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines() if line.startswith("| ")]
    return {row[0]: row for row in rows}


def table(results, before=""):
    """`before`: the table of the page; it keeps the rows that `results` say nothing about."""
    known = rows_before(before)
    kinds = (accuracy_rows, nngen_rows, rtl_rows, policy_rows, untuned_rows, regression_rows, dense_rows, busy_rows,
             format_rows, dot_rows, lane_rows, up5k_rows, speed_rows)
    rows = [row for rows_of in kinds for row in rows_of(results)]
    rows = [known.get(row[0], row) if row[-1] == NOT_RUN else row for row in rows]
    return markdown_table(["what", "target", "measured", ""], rows, "llll")
