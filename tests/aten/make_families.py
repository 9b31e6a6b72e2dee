"""Writes ``refimpl/aten/families.txt``: which family registers which operator.

    python tests/aten/make_families.py > refimpl/aten/families.txt

An operator belongs to the family that its function is written in, else to the first one (in order of their names)
whose import registers it.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from refimpl.aten._families import families
from refimpl.aten._higher_order import higher_order_names
from refimpl.aten._registry import lookup, names

__all__ = ["table"]


def table() -> str:
    """The text of the file. Only a process that has imported no family yet can tell."""
    prefix = "refimpl.aten."
    found: dict[str, list[str]] = {family: [] for family in families()}
    known: set[str] = set()
    for family in families():
        import_module(prefix + family)
        operators = {*names(), *(f"higher_order.{name}" for name in higher_order_names())}
        for operator in sorted(operators - known):
            home = getattr(lookup(operator), "__module__", "").removeprefix(prefix)
            found[home if home in found else family].append(operator)
        known |= operators
    return "".join(" ".join((family, *sorted(operators))) + "\n" for family, operators in sorted(found.items()))


if __name__ == "__main__":
    sys.stdout.write(table())
