#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Measures everything that the documentation promises; writes docs/benchmarks.md and the table in README.md.

usage: bench/benchmarks.py [--dpwa FILE] [--build DIR] [--only GROUP ...] [--page-only]

Raw results go to DIR/bench/results.json, one entry per group (suite/groups.py), and the pages are made from that file
alone. --only measures some groups again and keeps the results of the others; --page-only measures nothing.
Times are CPU seconds of a command and its children: other work on the machine hardly changes them.
Networks whose data is not on this machine (yardstick: $DPWA_SHARED, else ../shared beside the checkout) are left out,
and the pages say so.
"""
import argparse
import json
import pathlib
import shutil
import sys

sys.dont_write_bytecode = True

from suite import groups, page, runner  # noqa: E402, after the line above

ROOT = pathlib.Path(__file__).resolve().parents[1]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dpwa", help="executable; default BUILD/bin/dpwa, else dpwa of the PATH")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build", metavar="DIR")
    parser.add_argument("--only", nargs="+", choices=list(groups.GROUPS), metavar="GROUP",
                        help="measure these only: " + ", ".join(groups.GROUPS))
    parser.add_argument("--page-only", action="store_true", help="write the pages from the stored results")
    return parser.parse_args()


def measure(arguments, results_file):
    """Runs the groups asked for; after each the results file holds what is known so far."""
    names = arguments.only or list(groups.GROUPS)
    work = results_file.parent / "work"
    if not arguments.only:
        shutil.rmtree(work, ignore_errors=True)
    results = json.loads(results_file.read_text()) if arguments.only and results_file.exists() else {}
    bench = runner.Bench(runner.find_dpwa(arguments.dpwa, arguments.build), work, ROOT)
    for name in names:
        print(f"== {name}", file=sys.stderr, flush=True)
        before = bench.cpu_seconds
        results[name] = groups.GROUPS[name](bench)
        print(f"== {name}: {bench.cpu_seconds - before:.0f} CPU seconds", file=sys.stderr, flush=True)
        results_file.write_text(json.dumps(results, indent=1) + "\n")


def main():
    arguments = parse_arguments()
    results_file = arguments.build.resolve() / "bench" / "results.json"
    results_file.parent.mkdir(parents=True, exist_ok=True)
    try:
        if not arguments.page_only:
            measure(arguments, results_file)
        if not results_file.exists():
            raise runner.BenchError(f"{results_file}: no results to write pages from")
        results = json.loads(results_file.read_text())
        page.write(results, ROOT / "docs/benchmarks.md", ROOT / "README.md")
    except runner.BenchError as error:
        sys.exit(f"benchmarks: {error}")


if __name__ == "__main__":
    main()
