"""Broken variants of real archives are refuted by a law that fits, harmless ones stay equivalent."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

import pytest

from refimpl.export import load
from refimpl.laws import ProgramReport, check
from tests.oracle.brute import Record
from tests.oracle.prefix import prefix_symbols, prefix_value
from tests.variants.archive_json import read, write
from tests.variants.call_operators import CALL_OPERATORS
from tests.variants.operators import OPERATORS, Operator, Variant
from tests.variants.scalar_operators import SCALAR_OPERATORS
from tests.variants.variants import asserts, merged, narrowed, without_asserts

ALL: Final = (*OPERATORS, *SCALAR_OPERATORS, *CALL_OPERATORS)
CORPUS: Final = Path(__file__).parents[1] / "corpus" / "archives"
ARCHIVES: Final = sorted(
    path for family in ("datadep", "exportdb", "real", "ops") for path in CORPUS.glob(f"{family}/*")
)
NAMES: Final = {path: f"{path.parent.name}/{path.stem}" for path in ARCHIVES}

# What an operator of variants calls broken and is not: each for a reason that can be read off the program.
HARMLESS: Final[Mapping[tuple[str, str, str], str]] = {
    ("drop", "*/buffer_item*", "u0"): "new_zeros refuses a negative size",
    ("drop", "*/item_int*", "u0"): "zeros refuses a negative size",
    ("drop", "*/item_min_max*", "u?"): "zeros refuses a negative smaller one of both",
    ("drop", "*/moe_split_sizes*", "u[123]"): "split_with_sizes refuses negative sizes",
    ("drop", "*/split_with_sizes_tolist*", "u?"): "split_with_sizes refuses negative sizes, and their sum is 9",
    ("drop", "*/topk_u*", "u0"): "topk refuses k < 0 and k > n",
    ("drop", "real/to_list*", "u?"): "split_with_sizes refuses negative sizes",
    ("constant", "*/check_bounds_both_and*", "eq*"): "u0 is odd and not 5: neither 5 nor 6",
    ("constant", "*/view_u*", "*"): "a number from 1 to 23 that divides 24 is at most 12",
    ("high", "*/view_u*", "u0"): "a number from 1 to 23 that divides 24 is at most 12",
    ("constant", "*/reshape_unbacked*", "ge*"): "that u0 != 0 is asserted too",
    ("low", "*/reshape_unbacked*", "u0"): "that u0 != 0 is asserted too",
}


def _reason(variant: Variant, archive: Path) -> str | None:
    # What operators say themselves is lost neither with an assert nor with what it asks.
    like = "drop" if variant.operator == "silent" else variant.operator
    for (operator, name, place), reason in HARMLESS.items():
        if operator == like and fnmatch(NAMES[archive], name) and fnmatch(variant.place, place):
            return reason
    return None


def _chosen(archive: Path, operator: Operator) -> Iterator[Variant]:
    """One variant of an operator, the same in every run."""
    found = list(operator(read(archive)))
    if found:
        yield random.Random(f"{NAMES[archive]} {found[0].operator}").choice(found)


@pytest.mark.parametrize("archive", ARCHIVES, ids=NAMES.get)
def test_a_variant_of_each_kind_has_its_verdict(archive: Path, tmp_path: Path) -> None:
    for variant in [variant for operator in ALL for variant in _chosen(archive, operator)]:
        report = check(load(write(variant.model, archive, tmp_path / "variant.pt2")))
        about = f"{variant.operator} at {variant.place}"
        if variant.is_broken and _reason(variant, archive) is None:
            assert report.verdict == "broken", about
            assert {row.law for row in report.refuted} & variant.laws, about
            _check_witness(variant, report, archive)
        else:
            assert (report.verdict, report.relation) == ("equivalent", "equivalent"), about


def _check_witness(variant: Variant, report: ProgramReport, archive: Path) -> None:
    """By plain arithmetic: a lost bound is violated while every assert that is left, and the contract, hold."""
    if variant.operator not in ("low", "high", "drop"):
        return
    record = Record(variant.model)
    for row in report.refuted:
        if row.law != "LINK" or row.witness is None:
            continue
        values = {name: int(text) for name, text in row.witness if text.lstrip("-").isdigit()}
        low, high = record.ranges[variant.place]
        if variant.place not in values or not (row.message or "").startswith(variant.place):
            continue
        inside = (low is None or low <= values[variant.place]) and (high is None or values[variant.place] <= high)
        assert not inside, (NAMES[archive], row)
        for text in record.asserts:
            if prefix_symbols(text) <= values.keys():
                assert prefix_value(text, values), (NAMES[archive], text, values)


def test_there_are_many_variants_of_many_archives() -> None:
    kinds = Counter(
        variant.operator for archive in ARCHIVES for operator in ALL for variant in _chosen(archive, operator)
    )
    assert len(ARCHIVES) >= 55
    assert len(kinds) == len(ALL) + 1
    assert sum(kinds.values()) >= 400


@pytest.mark.parametrize(
    "name", ["datadep/as_strided_u", "datadep/item_int", "datadep/custom_count", "real/nonzero_check"]
)
def test_an_untouched_copy_is_equivalent(name: str, tmp_path: Path) -> None:
    archive = CORPUS / f"{name}.pt2"
    assert check(load(write(read(archive), archive, tmp_path / "copy.pt2"))).verdict == "equivalent"


def test_the_lost_bounds_of_items_have_minimal_witnesses(tmp_path: Path) -> None:
    """1 <= k <= s0 is asserted; without the asserts 0 is the smallest that is out of the recorded range."""
    archive = CORPUS / "real/item_bounds.pt2"
    model = read(archive)
    report = check(load(write(without_asserts(model, *asserts(model)), archive, tmp_path / "lost.pt2")))
    assert (report.verdict, report.relation) == ("broken", "weakened")
    rows = [row for row in report.refuted if row.law == "LINK" and row.witness is not None]
    assert any(dict(row.witness or ()).get("u0") == "0" for row in rows)


def test_two_masks_under_one_name_and_one_mask_under_one_name(tmp_path: Path) -> None:
    """``strict_two_nonzeros_same_mask`` counts one mask twice: merging its names is harmless, elsewhere it is not."""
    archive = CORPUS / "datadep/strict_two_nonzeros_same_mask.pt2"
    model = read(archive)
    own = sorted(key for key in Record(model).ranges if key.startswith("u"))
    for name in own[1:]:
        report = check(load(write(merged(model, name, own[0]), archive, tmp_path / "merged.pt2")))
        assert report.verdict == "equivalent"


def test_a_range_that_nothing_establishes_at_all(tmp_path: Path) -> None:
    """No count is negative: a recorded range of negative numbers has no run (CONSIST)."""
    archive = CORPUS / "real/nonzero_check.pt2"
    model = read(archive)
    report = check(load(write(narrowed(model, "u0", low=-9, high=-1), archive, tmp_path / "none.pt2")))
    assert report.verdict == "broken"
    assert "CONSIST" in {row.law for row in report.refuted}
