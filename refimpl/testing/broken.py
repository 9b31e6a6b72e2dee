"""A law that an implementation breaks, as an assertion that failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import final

__all__ = ["LawBroken", "numbers"]


@final
class LawBroken(AssertionError):
    """An implementation breaks a law: which law, at which node, what is wrong, and numbers that show it.

    ``node`` is None for a rebinding step, which has none; ``witness`` is empty where no numbers are needed.
    """

    def __init__(
        self,
        law: str,
        message: str,
        *,
        node: str | None = None,
        witness: Mapping[str, int | float | bool] | None = None,
    ) -> None:
        self.law = law
        self.node = node
        self.message = message
        self.witness: dict[str, int | float | bool] = dict(sorted((witness or {}).items()))
        place = "" if node is None else f" at {node}"
        numbers = ", ".join(f"{name} = {value}" for name, value in self.witness.items())
        super().__init__(f"{law}{place}: {message}" + (f" ({numbers})" if numbers else ""))


def numbers(witness: Iterable[tuple[str, str]]) -> dict[str, int | float | bool]:
    """The numbers of a witness that is written as text."""
    found: dict[str, int | float | bool] = {}
    for name, text in witness:
        if text in ("true", "false"):
            found[name] = text == "true"
        else:
            found[name] = int(text) if text.lstrip("-").isdigit() else float(text)
    return found
