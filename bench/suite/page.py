# SPDX-License-Identifier: Apache-2.0
"""docs/benchmarks.md and the table of README.md, made from the results alone."""
from suite import numbers, tables
from suite.markdown import replace_block

INTRODUCTION = """# Benchmarks

Written by `bench/benchmarks.py` (`make bench`); raw results: `bench/results.json` in the build folder. Targets stand beside what was
measured; *missed* is printed as missed. Times are CPU seconds, so one core's time, of an optimized build.

- *Beats*: sum over tiles and output channels of planes(activation) x planes(weight), padding taps excluded. *INT8*: the same engine
  pinned to two planes. *Static mix*: the same search with only run-time width and skipping off.
- *Cycles*: input stored to last output written. *Busy*: lane-beats issued / (lanes x cycles). *Useful*: the part of them that a channel's
  own planes and the values of its tiles ask for.
"""


def sections_of(page):
    """{title: text} of a page written before."""
    parts = ("\n" + page).split("\n## ")[1:]
    return {title: text.strip("\n") + "\n" for title, text in (part.split("\n", 1) for part in parts)}


def write(results, benchmarks, readme):
    """What `results` lack stays as the pages have it."""
    before = sections_of(benchmarks.read_text()) if benchmarks.exists() else {}
    sections = {"Targets": numbers.table(results, before.get("Targets", ""))}
    sections.update({title: text or before.get(title) for title, text in tables.sections(results)})
    written = [f"## {title}\n\n{text}" for title, text in sections.items() if text]
    replace_block(readme, "bench/benchmarks.py", lambda old: tables.short(results, old))
    benchmarks.write_text("\n".join([INTRODUCTION, *written]))
