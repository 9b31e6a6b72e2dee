"""Real archives: each is the same as itself, as its decomposition, and as one that records something else of it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

from refimpl.export import ArchiveError, load
from refimpl.relation import diff
from tests.variants.archive_json import Json, as_list, as_object, as_text, read, top_graph, write
from tests.variants.operators import Variant
from tests.variants.test_variants import ALL, ARCHIVES

CORPUS: Final = Path(__file__).parents[1] / "corpus" / "archives"
DECOMPOSED: Final = {
    path: origin
    for path in sorted(CORPUS.rglob("*.core.pt2"))
    if (origin := path.with_name(path.name.replace(".core", ""))).exists()
}
OPPOSITE: Final[Mapping[str, str]] = {"weakened": "strengthened", "strengthened": "weakened"}

# What the blind run never reads, so that it changes nothing: records of computed values, ranges, names, other words.
UNREAD: Final = frozenset(
    ("dtype", "stride", "offset", "negated", "low", "high", "widen", "unused", "rename", "swap", "mirror")
)
# An assert that stands twice is asked once.
AGAIN: Final = frozenset(("repeat", "redundant"))


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("archive", sorted(CORPUS.rglob("*.pt2")), ids=_name)
def test_an_archive_is_the_same_as_itself(archive: Path) -> None:
    report = diff(load(archive), load(archive))
    assert (report.verdict, report.relation, report.guessed) == ("same", "equivalent", ())


@pytest.mark.parametrize("archive", DECOMPOSED, ids=_name)
def test_an_archive_is_the_same_as_its_decomposition(archive: Path) -> None:
    report = diff(load(DECOMPOSED[archive]), load(archive))
    assert report.verdict == "same", report.differences


def test_there_are_decompositions() -> None:
    assert len(DECOMPOSED) > 10


def _variants(archive: Path) -> Iterator[Variant]:
    """Of each operator one variant, the same in every run."""
    model = read(archive)
    for operator in ALL:
        found = list(operator(model))
        if found:
            yield random.Random(f"{archive.name} {found[0].operator}").choice(found)


@pytest.mark.parametrize("archive", ARCHIVES, ids=_name)
def test_variants_relate_as_what_was_changed_says(archive: Path, tmp_path: Path) -> None:
    old = load(archive)
    for variant in _variants(archive):
        try:
            new = load(write(variant.model, archive, tmp_path / "variant.pt2"))
        except ArchiveError:
            continue
        report, reverse = diff(old, new), diff(new, old)
        said = f"{variant.operator} {variant.place}: {report.differences}"
        assert reverse.relation == OPPOSITE.get(report.relation, report.relation), said
        assert reverse.verdict == report.verdict, said
        # What rests on a value of which nothing is known, because no name can be written for it, is not known either.
        if not any("nothing is known of it" in each.message for each in report.differences):
            assert report.verdict != "unknown", said
        if variant.operator in UNREAD | AGAIN:
            assert report.verdict == "same", said
        if variant.operator == "constant" and not variant.place.startswith("eq"):
            assert report.relation in ("strengthened", "equivalent"), said
        if variant.operator in ("drop", "silent"):
            assert report.relation in ("weakened", "equivalent"), said
        if variant.operator == "wrong call":
            assert report.relation == "strengthened", said


@pytest.mark.parametrize("recorded", [3, "Max(Symbol('u0', integer=True), Integer(1))"])
@pytest.mark.parametrize(
    ("name", "node"),
    [("datadep/softmax_u.core", "index"), ("datadep/unique_full", "getitem_3"), ("real/repeat", "repeat_interleave")],
)
def test_what_is_recorded_where_a_size_is_allocated_is_not_read(
    name: str, node: str, recorded: Json, tmp_path: Path
) -> None:
    """A later node may then be the first that is recorded with the symbol: it is still the size allocated there."""
    archive = CORPUS / f"{name}.pt2"
    model = read(archive)
    tensor = as_object(as_object(top_graph(model)["tensor_values"])[node])
    size: Json = {"as_int": 3} if recorded == 3 else {"as_expr": {"expr_str": recorded, "hint": None}}
    as_list(tensor["sizes"])[0] = size
    report = diff(load(archive), load(write(model, archive, tmp_path / "recorded.pt2")))
    assert (report.verdict, report.relation, report.guessed) == ("same", "equivalent", ()), report.differences


def test_what_rests_on_a_node_of_which_nothing_is_known_is_not_known(tmp_path: Path) -> None:
    """The recorded number fits no name: that is for ``check`` to say, and the outputs do not differ for it."""
    archive = CORPUS / "datadep" / "python_slicing_negative.pt2"
    model = read(archive)
    value = as_object(as_object(as_object(top_graph(model)["sym_int_values"])["item"])["as_expr"])
    text = as_text(value["expr_str"])
    value["expr_str"] = f"Add({text}, Mod({text}, Integer(2)))"
    report = diff(load(archive), load(write(model, archive, tmp_path / "recorded.pt2")))
    assert (report.verdict, report.relation) == ("unknown", "unknown")
    assert "nothing is known of output 0 of the new program" in [row.message for row in report.differences]
