"""The judge: identical, renamed, proved, different or unknown, and what each level allows."""

from __future__ import annotations

import pytest

from refimpl.conformance.differences import Differs, Open
from tests.conformance.planted import judged, vector


def returned(compare: object = None, /, **environment: object) -> dict[str, object]:
    """An outcome with this environment."""
    found: dict[str, object] = {"outcome": "returned", "result": {"environment": environment}}
    return found if compare is None else {**found, "compare": compare}


def between(low: int | None, high: int | None) -> dict[str, object]:
    """A range."""
    return {"low": None if low is None else str(low), "high": None if high is None else str(high)}


RANGE = {"u0": between(2, 10)}


@pytest.mark.parametrize(
    ("want", "got", "verdict", "how"),
    [
        # The same to the letter, whatever says it.
        (returned(ranges=RANGE), returned(ranges=RANGE), "pass", "identical"),
        (returned(ranges=RANGE), returned(known=[["ge", "u0", "2"], ["le", "u0", "10"]]), "pass", "identical"),
        # Equal by theory: integers between 1 and 11, both excluded; twice u0 between 3 and 21.
        (returned(ranges=RANGE), returned(known=[["gt", ["mul", "2", "u0"], "2"], ["lt", "u0", "11"]]), "pass", None),
        (
            returned(ranges=RANGE),
            returned(known=[["ge", ["mul", "2", "u0"], "3"], ["le", ["mul", "2", "u0"], "21"]]),
            "pass",
            None,
        ),
        (returned(replacements={"u1": "u0"}), returned(known=[["eq", "u0", "u1"]]), "pass", None),
        (
            returned(known=[["eq", ["mod", "u0", "2"], "0"]]),
            returned(known=[["eq", ["mul", "2", ["floordiv", "u0", "2"]], "u0"]]),
            "pass",
            "proved",
        ),
        # One value too many, one too few.
        (returned(ranges=RANGE), returned(ranges={"u0": between(1, 10)}), "fail", None),
        (returned(ranges=RANGE), returned(ranges={"u0": between(2, 9)}), "fail", None),
        (returned(ranges=RANGE), returned(), "fail", None),
        (returned(), returned(known=[False]), "fail", None),
        (returned(known=[["ge", "u0", "1"], ["le", "u0", "0"]]), returned(known=[False]), "pass", None),
    ],
)
def test_environments_are_compared_as_sets_of_solutions(
    want: dict[str, object], got: dict[str, object], verdict: str, how: str | None
) -> None:
    judgement = judged(vector(want), got)
    assert judgement.verdict == verdict, judgement
    if how is not None:
        assert judgement.how == how


def test_a_difference_comes_with_the_smallest_witness() -> None:
    judgement = judged(vector(returned(ranges=RANGE)), returned(ranges={"u0": between(-7, 10)}))
    assert isinstance(judgement.difference, Differs)
    assert (judgement.difference.where, dict(judgement.difference.witness)) == ("environment.constraints", {"u0": "0"})
    assert judgement.message == "environment.constraints: got nothing implies it, want u0 >= 2"
    strong = judged(vector(returned(ranges=RANGE)), returned(ranges={"u0": between(3, 10)}))
    assert isinstance(strong.difference, Differs)
    assert dict(strong.difference.witness) == {"u0": "2"}
    assert strong.message == "environment.constraints: got u0 >= 3, want it does not follow"


def test_what_the_solver_cannot_decide_is_unknown_never_a_pass() -> None:
    # No three cubes with this sum are known to a solver within one unit of work.
    cubes = ["add", *(["mul", name, name, name] for name in ("u0", "u1", "u2"))]
    given = {"symbols": dict.fromkeys(("u0", "u1", "u2"), "int")}
    hard = vector(returned(["constraints"]), given=given)
    judgement = judged(hard, returned(known=[["ne", cubes, "114"]]), budget=1)
    assert judgement.verdict == "unknown"
    assert isinstance(judgement.difference, Open)


def test_fresh_symbols_are_compared_up_to_their_names() -> None:
    want = {
        **returned(["pending", "renamings"], pending=["u8"], renamings={"u7": "u0"}),
        "symbols": {"u7": "int", "u8": "int"},
    }
    got = {**returned(pending=["u5"], renamings={"u4": "u0"}), "symbols": {"u4": "int", "u5": "int"}}
    judgement = judged(vector(want), got)
    assert (judgement.verdict, judgement.how) == ("pass", "renamed")
    swapped = {**returned(pending=["u8"], renamings={"u7": "u1"}), "symbols": want["symbols"]}
    assert judged(vector(want), swapped).verdict == "fail"


def test_two_fresh_symbols_never_become_one() -> None:
    want = {**returned(["pending"], pending=["u8"]), "symbols": {"u8": "int"}}
    got = {**returned(pending=["u5", "u8"]), "symbols": {"u5": "int", "u8": "int"}}
    assert judged(vector(want), got).verdict == "fail"


def test_symbols_of_the_answer_alone_may_exist_but_must_not_narrow() -> None:
    want = vector(returned(["constraints"], ranges=RANGE))
    own = {"symbols": {"u9": "int"}}
    assert judged(want, {**returned(ranges={**RANGE, "u9": between(0, 5)}), **own}).verdict == "pass"
    assert judged(want, {**returned(ranges={"u9": between(2, 10)}, replacements={"u9": "u0"}), **own}).verdict == "pass"
    tied = {**returned(ranges=RANGE, known=[["ge", "u0", "u9"]]), **own}
    assert judged(want, tied).verdict == "unknown"
    empty = {**returned(ranges={**RANGE, "u9": between(6, 5)}), **own}
    assert judged(want, empty).verdict == "fail"


@pytest.mark.parametrize(
    ("aspect", "one", "other"),
    [
        ("pending", {"pending": ["u1"]}, {}),
        ("ignorable", {"ignorable": ["u1"]}, {}),
        ("size_like", {"size_like": ["u0"]}, {"size_like": ["u1"]}),
        ("renamings", {"renamings": {"u1": "u0"}}, {}),
        ("replacements", {"replacements": {"u1": "u0"}}, {"replacements": {"u0": "u1"}}),
        ("replacements", {"replacements": {"u1": "u0"}}, {"replacements": {"u1": ["add", "u0", "1"]}}),
        ("guards", {"guards": [["ge", "u0", "5"]]}, {"guards": [["ge", "u0", "6"]]}),
        ("guards", {"guards": [["ge", "u0", "5"]]}, {"guards": [["ge", "u0", "4"]]}),
        ("asserts", {"asserts": [{"under": "u0", "conditions": [["ge", "u0", "5"]]}]}, {}),
        (
            "asserts",
            {"asserts": [{"under": "u0", "conditions": [["ge", "u0", "5"]]}]},
            {"asserts": [{"under": "u1", "conditions": [["ge", "u0", "5"]]}]},
        ),
        ("hints", {"hints": {"u0": "3"}}, {"hints": {"u0": "4"}}),
        ("constraints", {"known": [["ge", "u0", "5"]]}, {"known": [["ge", "u0", "4"]]}),
    ],
)
def test_each_aspect_is_compared_where_the_vector_says_so(
    aspect: str, one: dict[str, object], other: dict[str, object]
) -> None:
    want = vector(returned([aspect], **one))
    assert judged(want, returned(**one)).verdict == "pass"
    judgement = judged(want, returned(**other))
    assert judgement.verdict == "fail"
    assert isinstance(judgement.difference, Differs)
    assert judgement.difference.where.startswith(f"environment.{aspect}")
    elsewhere = "hints" if aspect != "hints" else "ignorable"
    # Nothing is compared that the vector does not name; what a law says of it is another matter.
    unasked = judged(vector(returned([elsewhere], **one)), returned(**{**other, **_only(one, elsewhere)}))
    assert unasked.difference is None
    assert unasked.verdict == ("fail" if unasked.broken else "pass")


def _only(state: dict[str, object], aspect: str) -> dict[str, object]:
    return {name: value for name, value in state.items() if name == aspect}


def test_size_likeness_is_that_of_what_stands_for_a_symbol() -> None:
    want = vector(returned(["size_like"], size_like=["u0"]))
    both = returned(size_like=["u0", "u1"], replacements={"u1": "u0"})
    assert judged(want, both).verdict == "pass"
    assert judged(want, returned(size_like=["u0"], replacements={"u0": "3"})).verdict == "fail"


def test_a_circle_in_an_answer_is_a_difference_and_no_crash() -> None:
    want = vector(returned(["renamings", "size_like", "replacements"]))
    circle = returned(renamings={"u0": "u1", "u1": "u0"}, size_like=["u0"], replacements={"u0": "u1", "u1": "u0"})
    assert judged(want, circle).verdict == "fail"


def raised(kind: str, **more: object) -> dict[str, object]:
    """A rejection."""
    return {"outcome": "raised", "kind": kind, **more}


@pytest.mark.parametrize(
    ("want", "got", "verdict", "where"),
    [
        (raised("path"), raised("path", message="any", node="n"), "pass", ""),
        (raised("path"), raised("inconsistent"), "fail", "outcome"),
        (raised("path"), returned(), "fail", "outcome"),
        (returned(), raised("path", node="n"), "fail", "node n"),
        (raised("path", message="the path"), raised("path", message="the path ends"), "pass", ""),
        (raised("path", message="the path"), raised("path", message="a path"), "fail", "outcome.message"),
        (raised("path", node="n"), raised("path", node="m"), "fail", "outcome.node"),
        (raised("path", environment={"pending": ["u1"]}), raised("path", environment={}), "fail", "environment"),
        (raised("path", environment={"pending": ["u1"]}), raised("path"), "fail", "environment"),
    ],
)
def test_rejections_are_compared_by_kind_and_by_what_the_vector_says(
    want: dict[str, object], got: dict[str, object], verdict: str, where: str
) -> None:
    judgement = judged(vector(want), got)
    assert judgement.verdict == verdict
    if verdict == "fail":
        assert judgement.difference is not None
        assert judgement.difference.where.startswith(where)


def test_a_may_is_done_as_expected_or_refused_but_never_otherwise() -> None:
    may = vector(returned(ranges=RANGE), level={"may": "nobody needs it"})
    assert judged(may, returned(ranges=RANGE)).how == "identical"
    assert judged(may, raised("refused")).how == "allowed"
    assert judged(may, {"outcome": "declined", "feature": "rebinding"}).verdict == "declined"
    assert judged(may, returned()).verdict == "fail"


def test_one_of_several_outcomes_is_right() -> None:
    several = vector([returned(ranges=RANGE), raised("inconsistent")], level={"one_of": ["kept", "refused"]})
    assert judged(several, returned(ranges=RANGE)).verdict == "pass"
    assert judged(several, raised("inconsistent")).verdict == "pass"
    judgement = judged(several, raised("path"))
    assert judgement.verdict == "fail"
    assert judgement.message.startswith("none of the allowed outcomes (kept; refused): ")


@pytest.mark.parametrize(
    ("feature", "has", "verdict", "message"),
    [
        ("rebinding", frozenset[str](), "declined", "declined for want of rebinding"),
        ("rebinding", frozenset({"rebinding"}), "fail", "which it said that it has"),
        ("floats", frozenset({"rebinding"}), "fail", "which the case does not need"),
    ],
)
def test_declining_is_right_only_for_want_of_what_the_case_needs(
    feature: str, has: frozenset[str], verdict: str, message: str
) -> None:
    judgement = judged(vector(returned()), {"outcome": "declined", "feature": feature}, features=has)
    assert judgement.verdict == verdict
    assert message in judgement.message
