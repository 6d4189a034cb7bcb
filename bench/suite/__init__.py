# SPDX-License-Identifier: Apache-2.0
"""Parts of bench/benchmarks.py: runner (commands, networks), groups (measurements), page (tables)."""
