"""Small pieces of SMT-LIB text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, assert_never, final

__all__ = ["ExtendedReal", "conjunction", "integer", "quoted", "real"]


def quoted(name: str) -> str:
    """A symbol name as SMT-LIB writes it; what its quotes cannot hold is written in hexadecimal."""
    if name.isascii() and name.isprintable() and "|" not in name and "\\" not in name:
        return f"|{name}|"
    return f"|0x{name.encode('utf-8', 'surrogatepass').hex()}|"


def integer(value: int) -> str:
    """An integer literal."""
    return str(value) if value >= 0 else f"(- {-value})"


def real(value: float) -> str:
    """A finite float as the exact quotient that it is."""
    numerator, denominator = value.as_integer_ratio()
    text = f"(/ {abs(numerator)}.0 {denominator}.0)"
    return text if numerator >= 0 else f"(- {text})"


def conjunction(parts: Sequence[str]) -> str:
    """The conjunction without its trivial parts."""
    kept = list(dict.fromkeys(part for part in parts if part != "true"))
    match kept:
        case []:
            return "true"
        case [only]:
            return only
        case _:
            return f"(and {' '.join(kept)})"


@final
@dataclass(frozen=True, slots=True)
class ExtendedReal:
    """A float: is it NaN, which infinity (-1, 0, 1), and its exact value when finite; each as text."""

    nan: str
    infinite: str
    value: str
    defined: str = "true"

    def compare(self, op: Literal["lt", "le", "eq", "ne"], other: ExtendedReal) -> str:
        """IEEE comparison: NaN makes all but ``ne`` false, the infinities order as expected, ``-0.0 == 0.0``."""
        match op:
            case "eq":
                return self._ordered(other, self._equal(other))
            case "ne":
                return f"(not {self._ordered(other, self._equal(other))})"
            case "lt":
                return self._ordered(other, self._less(other))
            case "le":
                return self._ordered(other, f"(or {self._less(other)} {self._equal(other)})")
            case _:
                assert_never(op)

    def _ordered(self, other: ExtendedReal, text: str) -> str:
        return conjunction([*(f"(not {nan})" for nan in (self.nan, other.nan) if nan != "false"), text])

    def _equal(self, other: ExtendedReal) -> str:
        same = f"(= {self.infinite} {other.infinite})"
        return f"(and {same} (or (not (= {self.infinite} 0)) (= {self.value} {other.value})))"

    def _less(self, other: ExtendedReal) -> str:
        both = f"(and (= {self.infinite} 0) (= {other.infinite} 0) (< {self.value} {other.value}))"
        return f"(or (< {self.infinite} {other.infinite}) {both})"
