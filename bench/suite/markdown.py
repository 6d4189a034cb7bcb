# SPDX-License-Identifier: Apache-2.0
"""Numbers, tables and generated blocks as text."""
from suite.runner import BenchError

END = "<!-- end generated -->\n"


def count(number):
    return f"{number:,.0f}"


def ratio(number):
    return f"{number:.3f}"


def percent(fraction, digits=2):
    return f"{100 * fraction:.{digits}f} %"


def markdown_table(header, rows, alignment):
    """`alignment`: l or r for each column."""
    rules = "|".join({"l": "---", "r": "---:"}[letter] for letter in alignment)
    lines = [f"| {' | '.join(header)} |", f"|{rules}|"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def replace_block(path, script, new):
    """Writes new(old) between the markers of what `script` generates in a page."""
    begin = f"<!-- begin generated: {script} -->\n"
    text = path.read_text()
    head, _, rest = text.partition(begin)
    block, end, tail = rest.partition(END)
    if text.count(begin) != 1 or not end:
        raise BenchError(f"{path}: the markers of the generated block are missing")
    path.write_text(f"{head}{begin}{new(block)}{END}{tail}")
