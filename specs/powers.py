"""TRM, continued: ranges of powers and shifts, of sets without members, and what is too large to be written."""

from __future__ import annotations

from typing import Final

import pytest

from refimpl.terms import UNBOUNDED, ValueRange
from specs.clauses import Clause, checks
from specs.terms import TRM_05

__all__ = ["TRM_35", "TRM_36"]

_TERMS = "refimpl.terms"
ENDS: Final = (None, *range(-4, 5))
RANGES: Final = [ValueRange(a, b) for a in ENDS for b in ENDS if a is None or b is None or a <= b]
FAR: Final = 8
"""Beyond the ends by so much, a missing end is seen in the results: powers of larger numbers are larger."""


def _members(of: ValueRange) -> range:
    return range(-FAR if of.low is None else of.low, (FAR if of.high is None else of.high) + 1)


TRM_35 = Clause(
    "TRM-35",
    "A power by one exponent has the smallest range, from its least to its greatest result, for bases of any sign; one"
    " by an exponent above 256, or of more than 1024 bits, is no end.",
    f"{_TERMS}.ranges:ValueRange._constant_power",
    "trm-even-powers-of-negatives-reach-zero",
)


@checks(TRM_35, TRM_05)
@pytest.mark.parametrize("exponent", range(5))
def test_a_power_by_one_exponent_has_the_smallest_range(exponent: int) -> None:
    for base in RANGES:
        results = [x**exponent for x in _members(base)]
        grows = exponent > 0 and (base.high is None or (base.low is None and exponent % 2 == 0))
        falls = exponent % 2 == 1 and base.low is None
        expected = ValueRange(None if falls else min(results), None if grows else max(results))
        assert base.power(ValueRange(exponent, exponent)) == expected, base


@checks(TRM_35, TRM_05)
def test_powers_of_minus_one_zero_and_one_are_known_whatever_the_exponent() -> None:
    assert ValueRange(-1, 1).power(ValueRange(256, 256)) == ValueRange(0, 1)
    assert ValueRange(-1, -1).power(ValueRange(255, 255)) == ValueRange(-1, -1)
    assert ValueRange(1, 1).power(ValueRange(2000, 2001)) == ValueRange(1, 1)
    assert ValueRange(0, 1).power(ValueRange(257, 2000)) == ValueRange(0, 1)
    assert ValueRange(0, 0).power(ValueRange(257, 257)).high == 1


@checks(TRM_35, TRM_05)
def test_powers_from_natural_bases_rise_with_base_and_exponent() -> None:
    for low in range(1, 4):
        for high in (None, low, low + 2):
            for least in range(4):
                for greatest in (None, least + 1, least + 3):
                    found = ValueRange(low, high).power(ValueRange(least, greatest))
                    end = None if high is None or greatest is None else high**greatest
                    assert (found.low, 1 if high == 1 else found.high) == (low**least, 1 if high == 1 else end)
    assert ValueRange(2, 3).power(ValueRange(None, 2)) == ValueRange(1, 9)
    assert ValueRange(2, 3).power(ValueRange(-5, -1)) == UNBOUNDED
    assert ValueRange(-2, 3).power(ValueRange(1, 2)) == UNBOUNDED


@checks(TRM_35, TRM_05)
def test_a_power_of_more_than_1024_bits_is_no_end() -> None:
    assert ValueRange(2, 4).power(ValueRange(256, 256)) == ValueRange(2**256, 4**256)
    assert ValueRange(2, 3).power(ValueRange(256, 257)) == ValueRange(2**256, None)
    assert ValueRange(2, 3).power(ValueRange(257, 300)) == ValueRange(1, None)
    assert ValueRange(8, 15).power(ValueRange(256, 256)) == ValueRange(8**256, 15**256), "of 4 times 256 bits"
    assert ValueRange(16, 16).power(ValueRange(204, 204)) == ValueRange(16**204, 16**204)
    assert ValueRange(16, 16).power(ValueRange(205, 205)) == UNBOUNDED
    assert ValueRange(16, 16).power(ValueRange(206, 206)) == ValueRange(0, None)
    assert ValueRange(-16, -16).power(ValueRange(206, 206)) == ValueRange(0, None)
    assert ValueRange(-16, 16).power(ValueRange(205, 205)) == UNBOUNDED


TRM_36 = Clause(
    "TRM-36",
    "A range without members is a part of every range and adds nothing to one; a range is a part of another if all its"
    " members are members there; it shows its ends as PyTorch does.",
    f"{_TERMS}.ranges:ValueRange.is_subset",
    "trm-empty-ranges-are-parts-of-none",
)


@checks(TRM_36)
def test_parts_and_unions_of_ranges_are_those_of_their_members() -> None:
    empty = ValueRange(5, 3)
    for one in RANGES:
        members = set(_members(one))
        assert empty.is_subset(one)
        assert not one.is_subset(empty)
        assert one.union(empty) == empty.union(one) == one
        for other in RANGES:
            unbounded = (one.low is None and other.low is not None) or (one.high is None and other.high is not None)
            assert one.is_subset(other) == (members <= set(_members(other)) and not unbounded)
    assert empty.is_subset(empty)
    assert empty.is_subset(ValueRange(0, 1))


@checks(TRM_36)
def test_ranges_show_their_ends_as_pytorch_does() -> None:
    shown = {(None, None): "VR[-int_oo, int_oo]", (None, 3): "VR[-int_oo, 3]", (-2, None): "VR[-2, int_oo]"}
    for (low, high), text in {**shown, (0, 7): "VR[0, 7]"}.items():
        assert str(ValueRange(low, high)) == text
