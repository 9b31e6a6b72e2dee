"""The files of shape functions, one a family: importing one registers its operators.

``families.txt`` says which family registers which operator, so that a program imports only those that it needs;
``tests/aten/make_families.py`` writes it. An operator that it lacks is found all the same, by importing every family.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from refimpl.aten._custom import ShapesError

__all__ = ["families", "index", "load", "load_entry_points", "load_family_of"]


@cache
def families() -> tuple[str, ...]:
    """The names of the family modules: every module of this package without a leading underscore, sorted."""
    import refimpl.aten

    return tuple(sorted(m.name for m in iter_modules(refimpl.aten.__path__) if not m.name.startswith("_")))


@cache
def index() -> dict[str, str]:
    """The family of each operator, by its full name (``aten.add.Tensor``, ``higher_order.cond``)."""
    text = Path(__file__).with_name("families.txt").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for line in text.splitlines():
        family, *operators = line.split()
        found.update(dict.fromkeys(operators, family))
    return found


def load_family_of(operator: str) -> None:
    """Import the family that registers the operator, if the index has it."""
    family = index().get(operator)
    if family is not None:
        import_module(f"refimpl.aten.{family}")


@cache
def load() -> None:
    """Import every family once."""
    for family in families():
        import_module(f"refimpl.aten.{family}")


@cache
def load_entry_points() -> None:
    """Import what installed packages offer under ``refimpl.shapes``: shape functions of custom operators.

    Raises ShapesError if one can't be imported, whatever it raises.
    """
    from importlib.metadata import entry_points

    for point in sorted(entry_points(group="refimpl.shapes"), key=lambda point: point.name):
        try:
            point.load()
        except Exception as error:
            # The module is another's; what is wrong there must not pass for an operator that nobody knows.
            reason = f"{type(error).__name__}: {error}"
            raise ShapesError(
                f"the entry point {point.name} of refimpl.shapes fails ({point.value}): {reason}"
            ) from error
