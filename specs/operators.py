"""OPR: what data-dependent operators say of their results is true of every run, counted here in plain Python."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refimpl.aten._overload import overload
from refimpl.fake_tensor import DType, FakeTensor
from specs.clauses import Clause, checks
from tests.aten import test_slices
from tests.aten.plain_context import FactViolated, PlainContext

__all__ = ["OPR_01", "OPR_02", "OPR_03", "OPR_04", "OPR_05"]

_DATA = "refimpl.aten.data_dependent"
CONTENTS = st.lists(st.integers(0, 3), max_size=6)


def vector(contents: list[int], dtype: DType = DType.int64) -> FakeTensor:
    """A vector of as many elements."""
    return FakeTensor((len(contents),), (1,), dtype)


def said_of(operator: str, args: tuple[object, ...], count: int) -> None:
    """Run the shape function with that data-dependent count; raises FactViolated if it says otherwise."""
    overload(operator).run(PlainContext([count]), args, {})


OPR_01 = Clause(
    "OPR-01",
    "``nonzero`` and ``masked_select`` find between none and all elements.",
    f"{_DATA}:mask_count",
    "opr-masked-select-finds-something",
)


@checks(OPR_01)
@given(contents=CONTENTS)
def test_a_mask_selects_between_none_and_all(contents: list[int]) -> None:
    count = sum(value != 0 for value in contents)
    said_of("aten.nonzero.default", (vector(contents),), count)
    mask = vector(contents, DType.bool)
    said_of("aten.masked_select.default", (vector(contents), mask), count)
    if contents:
        for wrong in (-1, len(contents) + 1):
            with pytest.raises(FactViolated):
                said_of("aten.nonzero.default", (vector(contents),), wrong)


OPR_02 = Clause(
    "OPR-02",
    "``unique`` finds at most as many values as there are elements.",
    f"{_DATA}:unique2",
    "opr-some-value-occurs-twice",
)


@checks(OPR_02)
@given(contents=st.lists(st.integers(0, 9), max_size=6))
def test_distinct_values_are_at_most_all(contents: list[int]) -> None:
    said_of("aten._unique2.default", (vector(contents), True, False, False), len(set(contents)))
    if contents:
        with pytest.raises(FactViolated):
            said_of("aten._unique2.default", (vector(contents), True, False, False), len(contents) + 1)


OPR_03 = Clause(
    "OPR-03",
    "``repeat_interleave`` yields the sum of its repeats, ``bincount`` at least ``minlength`` bins.",
    f"{_DATA}:repeat_total",
    "opr-bins-may-be-fewer-than-asked",
)


@checks(OPR_03)
@given(contents=CONTENTS, minlength=st.integers(0, 5))
def test_repeats_and_bins_are_those_of_the_contents(contents: list[int], minlength: int) -> None:
    said_of("aten.repeat_interleave.Tensor", (vector(contents),), sum(contents))
    bins = max(max(contents, default=-1) + 1, minlength)
    said_of("aten.bincount.default", (vector(contents), None, minlength), bins)
    if minlength:
        with pytest.raises(FactViolated):
            said_of("aten.bincount.default", (vector(contents), None, minlength), minlength - 1)


OPR_04 = Clause(
    "OPR-04",
    "``combinations`` yields the binomial coefficient, with or without replacement.",
    f"{_DATA}:combinations",
    "opr-replacement-is-ignored",
)


@checks(OPR_04)
@given(length=st.integers(0, 5), r=st.integers(1, 3), replaced=st.booleans())
def test_combinations_are_counted(length: int, r: int, replaced: bool) -> None:
    count = math.comb(length + r - 1, r) if replaced and length + r > 0 else math.comb(length, r)
    said_of("aten.combinations.default", (vector([0] * length), r, replaced), count)
    with pytest.raises(FactViolated):
        said_of("aten.combinations.default", (vector([0] * length), r, replaced), count + 1)


OPR_05 = Clause(
    "OPR-05",
    "A slice has the length and the start that Python's has, for every sign of its bounds.",
    "refimpl.aten._slices:slice_length",
    "opr-slices-round-down",
)
test_length_and_start_are_those_of_python = checks(OPR_05)(test_slices.test_length_and_start_are_those_of_python)
test_the_facts_determine_a_fresh_length = checks(OPR_05)(test_slices.test_the_facts_determine_a_fresh_length_and_offset)
