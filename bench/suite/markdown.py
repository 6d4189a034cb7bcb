# SPDX-License-Identifier: Apache-2.0
"""Numbers and tables as text."""


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
