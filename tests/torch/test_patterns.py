"""Patterns: records that differ in names only have one, all others differ; spent names are left out, and no others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from random import Random
from typing import Final

import pytest

from refimpl.laws.step import Raised
from refimpl.terms import Sort, Symbol, symbol_atom
from refimpl.torch._calls import function
from refimpl.torch._past import Shortened
from refimpl.torch._patterns import Writer
from refimpl.torch._records import RawStep
from refimpl.torch._spent import Spent
from refimpl.torch.expressions import Unreadable, torch_symbol
from refimpl.torch.places import RawPlace
from refimpl.torch.shape_env import Capture, Copies, copies

pytestmark = pytest.mark.torch


def made(name: str, *parts: object) -> object:
    """An expression of that class; plain numbers among its parts become sympy's."""
    return function("sympy", name)(*[integer(part) if isinstance(part, int) else part for part in parts])


def integer(value: int) -> object:
    """PyTorch's integer."""
    return function("sympy", "Integer")(value)


def symbol(name: str) -> object:
    """PyTorch's symbol of that name."""
    made: Symbol = symbol_atom(name, Sort.FLOAT if name.startswith("zuf") else Sort.INT)
    return torch_symbol(made, positive=name.startswith("s"))


@dataclass(frozen=True)
class Interval:
    """The ends of a range."""

    lower: object
    upper: object


@dataclass(eq=False)
class Claim:
    """A guard or an assert."""

    expr: object


@dataclass(frozen=True)
class SequenceKey:
    """A key of a path, which prints as PyTorch's does."""

    idx: int

    def __str__(self) -> str:
        return f"[{self.idx}]"


@dataclass(frozen=True)
class DivideByKey:
    """A key that divides."""

    divisor: object


NOTHING: Final = Capture({}, {}, {}, {}, (), {}, frozenset(), frozenset(), (), ())


def rebound(old: str = "u0", fresh: str = "u1", backed: str = "s0") -> RawStep:
    """The step that renames one symbol to another, in an environment with a bit of everything."""
    o, f, b = symbol(old), symbol(fresh), symbol(backed)
    before = Capture(
        {b: integer(7)},
        {b: Interval(integer(2), integer(9)), o: Interval(integer(0), integer(9)), f: Interval(integer(0), integer(9))},
        {},
        {},
        (Claim(made("Ge", b, 3)),),
        {o: (Claim(made("Ge", o, 1)),)},
        frozenset((made("Mod", o, integer(2)),)),
        frozenset((f,)),
        (f,),
        (),
    )
    after = replace(before, replacements={f: o}, renamings={f: o}, pending=(), asserts={o: (Claim(made("Eq", o, 4)),)})
    return RawStep("item", "call_function", (RawPlace(o, (SequenceKey(0),), f),), before, after, None, ())


def pattern(step: RawStep) -> object:
    """The pattern of all of it."""
    return Writer().of_step(step, (step.before.capture(), step.after.capture()))


def test_records_that_differ_in_names_have_one_pattern() -> None:
    assert pattern(rebound()) == pattern(rebound("u7", "u3", "s91")) == pattern(rebound("u0", "u10", "s2"))
    assert len({pattern(rebound()), pattern(rebound("u7", "u3", "s91"))}) == 1
    writer, step = Writer(), rebound()
    told = (step.before.capture(), step.after.capture())
    assert writer.of_step(step, told) == writer.of_step(step, told)


def _changed() -> Mapping[str, RawStep]:
    """The step with one thing different."""
    step = rebound()
    before, after = step.before.capture(), step.after.capture()
    (place,) = step.places
    o, f, b = place.symbol, place.value, next(iter(before.hints))
    ranges = dict(before.ranges)
    return {
        "the sort of the fresh value": rebound(fresh="zuf1"),
        "an input's size in the place of the fresh one": rebound(fresh="s1"),
        "an unbacked contract": rebound(backed="u5"),
        "one name for two": rebound(fresh="u0"),
        "the value is the symbol itself": replace(step, places=(replace(place, value=o),)),
        "the value is a number": replace(step, places=(replace(place, value=3),)),
        "the value is a boolean": replace(step, places=(replace(place, value=True),)),
        "the value is one": replace(step, places=(replace(place, value=1),)),
        "the value is the float one": replace(step, places=(replace(place, value=1.0),)),
        "the path": replace(step, places=(replace(place, path=(SequenceKey(1),)),)),
        "a divisor": replace(step, places=(replace(place, path=(DivideByKey(2),)),)),
        "another divisor": replace(step, places=(replace(place, path=(DivideByKey(3),)),)),
        "a boolean as a number": replace(step, places=(replace(place, converted=True),)),
        "two places": replace(step, places=(place, place)),
        "no place": replace(step, places=()),
        "a placeholder": replace(step, op="placeholder"),
        "a node": replace(step, whole=True),
        "it raised": replace(step, raised=Raised("refused", "AssertionError", "no")),
        "it raised something else": replace(step, raised=Raised("other", "AssertionError", "no")),
        "a hint": replace(step, before=replace(before, hints={b: integer(8)})),
        "a range of the input": replace(
            step, after=replace(after, ranges={**ranges, b: Interval(integer(3), integer(9))})
        ),
        "a range": replace(step, before=replace(before, ranges={**ranges, o: Interval(integer(0), integer(8))})),
        "no range": replace(step, after=replace(after, ranges={b: ranges[b]})),
        "replaced backwards": replace(step, after=replace(after, replacements={o: f})),
        "not replaced": replace(step, after=replace(after, replacements={})),
        "renamed backwards": replace(step, after=replace(after, renamings={o: f})),
        "a guard": replace(step, after=replace(after, guards=(Claim(made("Gt", b, 3)),))),
        "no guard": replace(step, after=replace(after, guards=())),
        "an assert under another name": replace(step, after=replace(after, asserts={f: after.asserts[o]})),
        "an assert under none": replace(step, after=replace(after, asserts={None: after.asserts[o]})),
        "no assert": replace(step, after=replace(after, asserts={})),
        "a divisibility": replace(step, after=replace(after, divisible=frozenset((made("Mod", o, integer(3)),)))),
        "no divisibility": replace(step, after=replace(after, divisible=frozenset())),
        "another is size-like": replace(step, after=replace(after, size_like=frozenset((o,)))),
        "it stays pending": replace(step, after=replace(after, pending=(f,))),
        "it is ignorable": replace(step, after=replace(after, ignorable=(f,))),
    }


def test_whatever_else_differs_is_another_pattern() -> None:
    changed = _changed()
    patterns = {name: pattern(step) for name, step in changed.items()}
    assert len({pattern(rebound()), *patterns.values()}) == len(changed) + 1, patterns


def test_what_is_the_same_before_and_after_is_written_once_and_differs_from_what_is_only_alike() -> None:
    o, f = symbol("u0"), symbol("u1")
    one, other = Interval(integer(0), integer(9)), Interval(integer(0), integer(8))
    first, swapped = replace(NOTHING, ranges={o: one, f: other}), replace(NOTHING, ranges={o: other, f: one})
    step = rebound()
    same, different = Writer().of_step(step, (first, first)), Writer().of_step(step, (first, swapped))
    assert same != different


def test_a_value_that_cannot_be_read_has_no_pattern() -> None:
    step = rebound()
    with pytest.raises(Unreadable):
        pattern(replace(step, places=(replace(step.places[0], missing="KeyError: 3"),)))
    with pytest.raises(Unreadable):
        pattern(replace(step, places=(replace(step.places[0], value=object()),)))


def spent_world() -> tuple[Capture, dict[str, object]]:
    """Three names that stand for ``u0``, which says all that they say."""
    names = {name: symbol(name) for name in ("u0", "u1", "u2", "u3")}
    wide, narrow = Interval(integer(0), integer(9)), Interval(integer(1), integer(5))
    by = {names[name]: names["u0"] for name in ("u1", "u2", "u3")}
    ranges = {names["u0"]: narrow} | dict.fromkeys(by, wide)
    return replace(NOTHING, ranges=ranges, replacements=by, renamings=by, size_like=frozenset(by)), names


def left(*captures: Capture, mentioned: tuple[object, ...] = (), known_before: bool = True) -> list[str]:
    """The names that are left of the last capture."""
    kept = Spent().without(captures, mentioned, known_before=known_before)
    assert len({tuple(map(str, each.renamings)) for each in kept if each.renamings}) == 1
    assert kept[-1].ranges.keys() == {*kept[-1].renamings, *kept[-1].renamings.values()}
    assert kept[-1].size_like == kept[-1].renamings.keys()
    return list(map(str, kept[-1].ranges))


def test_of_the_names_that_are_spent_one_is_left() -> None:
    world, names = spent_world()
    assert left(world, world) == ["u0", "u1"]
    assert left(world, world, mentioned=(names["u2"],)) == ["u0", "u1", "u2"]


def test_a_name_that_says_something_is_not_spent() -> None:
    world, names = spent_world()
    u0, u1, u2, u3 = (names[name] for name in ("u0", "u1", "u2", "u3"))
    everything = ["u0", "u1", "u2", "u3"]

    def with_(name: object, interval: Interval) -> Capture:
        return replace(world, ranges={**world.ranges, name: interval})

    for low, high in ((2, 9), (0, 4)):
        assert left(world, with_(u2, Interval(integer(low), integer(high)))) == ["u0", "u1", "u2"]
        assert left(with_(u2, Interval(integer(low), integer(high))), world) == ["u0", "u1", "u2"]
    assert left(world, with_(u0, Interval(integer(0), integer(99)))) == everything
    for said in (
        replace(world, guards=(Claim(made("Ge", u2, 1)),)),
        replace(world, asserts={u2: ()}),
        replace(world, asserts={u0: (Claim(made("Ge", made("Add", u2, u0), 1)),)}),
        replace(world, divisible=frozenset((made("Mod", u2, integer(2)),))),
        replace(world, pending=(u2,)),
        replace(world, ignorable=(u2,)),
        replace(world, hints={u2: integer(3)}),
    ):
        assert left(world, said) == left(said, world) == ["u0", "u1", "u2"]
    other = {**world.renamings, u2: u1}
    for said in (replace(world, renamings=other), replace(world, replacements=other)):
        kept = Spent().without((said, world), ())
        assert u2 in kept[1].ranges
    assert u3 not in Spent().without((world, world), ())[0].ranges


def test_a_name_that_is_new_is_spent_only_where_that_is_asked_for() -> None:
    world, names = spent_world()
    u3 = names["u3"]

    def without(table: Mapping[object, object]) -> dict[object, object]:
        return {name: value for name, value in table.items() if name is not u3}

    earlier = replace(
        world,
        ranges=without(world.ranges),
        replacements=without(world.replacements),
        renamings=without(world.renamings),
        size_like=world.size_like - {u3},
    )
    assert [str(each) for each in Spent().without((earlier, world), ())[1].ranges] == ["u0", "u1", "u3"]
    assert left(earlier, world, known_before=False) == ["u0", "u1"]
    stood = replace(earlier, ranges={**earlier.ranges, u3: world.ranges[u3]})
    assert u3 in Spent().without((stood, world), (), known_before=False)[1].ranges


def _history(random: Random, length: int, disturbed: float = 0.3) -> Iterator[Capture]:
    """An environment in which runs leave names behind, and now and then something else happens."""
    u0, v0, limit = symbol("u0"), symbol("v0"), Interval(integer(0), integer(9))
    # The names that are left: nothing happens to them.
    by: dict[object, object] = {symbol("u100"): u0, symbol("u101"): v0}
    ranges = {u0: limit, v0: Interval(integer(1), integer(5))} | dict.fromkeys(by, Interval(integer(-9), integer(99)))
    world = replace(NOTHING, ranges=ranges, replacements=by, renamings=by, owner=7)
    for count in range(1, length + 1):
        name, stands_for = symbol(f"u{count}"), random.choice((u0, v0))
        world = replace(world, ranges={**world.ranges, name: limit})
        yield world
        more = {name: stands_for}
        sizes = world.size_like.union((name,) if random.random() < 0.3 else ())
        world = replace(
            world,
            replacements={**world.replacements, **more},
            renamings={**world.renamings, **more},
            size_like=sizes,
        )
        yield world
        if random.random() < disturbed:
            world = random.choice(list(_disturbed(world, random)))
            yield world


def _disturbed(world: Capture, random: Random) -> Iterator[Capture]:
    names = list(world.renamings)[2:]
    name, other = random.choice(names), random.choice((symbol("u0"), symbol("v0")))
    narrow = Interval(integer(random.randrange(2)), integer(random.randrange(4, 9)))
    claim = (Claim(made("Ge", name, other)),)
    yield replace(world, ranges={**world.ranges, name: narrow})
    yield replace(world, ranges={**world.ranges, symbol("u0"): narrow})
    yield replace(world, ranges={each: interval for each, interval in world.ranges.items() if each is not name})
    yield replace(world, replacements={**world.replacements, name: integer(3)})
    yield replace(world, replacements={**world.replacements, name: other}, renamings={**world.renamings, name: other})
    yield replace(world, renamings={each: by for each, by in world.renamings.items() if each is not name})
    yield replace(world, guards=(*world.guards, *claim))
    yield replace(world, asserts={**world.asserts, name: claim})
    yield replace(world, divisible=world.divisible | {made("Mod", name, integer(2))})
    yield replace(world, size_like=world.size_like ^ {name})
    yield replace(world, pending=(name,))
    yield replace(world, pending=())
    yield replace(world, ignorable=(name,))
    yield replace(world, hints={name: integer(3)})


def _shown(captures: tuple[Capture, ...]) -> object:
    """What is left, in order."""
    return [
        ([*each.ranges.items()], [*each.replacements.items()], [*each.renamings.items()], replace(each, owner=0))
        for each in captures
    ]


@pytest.mark.parametrize("seed", range(60))
def test_whoever_remembers_what_was_spent_leaves_the_same(seed: int) -> None:
    random, remembering = Random(seed), Spent()
    moments = list(_history(random, 25))
    shorter = 0
    for earlier, later in pairwise(moments):
        known_before = random.random() < 0.7
        mentioned = list(later.ranges)[random.randrange(4, len(later.ranges) + 1) :][:1]
        kept = remembering.without((earlier, later), mentioned, known_before=known_before)
        fresh = Spent().without((earlier, later), mentioned, known_before=known_before)
        assert _shown(kept) == _shown(fresh)
        shorter += len(kept[1].ranges) < len(later.ranges)
        if random.random() < 0.1:
            first, second = sorted(random.sample(range(len(moments)), 2))
            old = moments[first], moments[second]
            assert _shown(remembering.without(old, ())) == _shown(Spent().without(old, ()))
    assert shorter > 5


class Live:
    """An environment as PyTorch's stands there: dictionaries, lists and sets."""

    def __init__(self) -> None:
        self.become(NOTHING)

    def become(self, world: Capture) -> None:
        self.backed_var_to_val = dict(world.hints)
        self.var_to_range = dict(world.ranges)
        self.replacements = dict(world.replacements)
        self.unbacked_renamings = dict(world.renamings)
        self.guards = list(world.guards)
        self.deferred_runtime_asserts = {key: list(said) for key, said in world.asserts.items()}
        self.divisible = set(world.divisible)
        self.size_like = set(world.size_like)
        self.pending_fresh_unbacked_symbols = list(world.pending)
        self.ignorable_fresh_unbacked_symbols = list(world.ignorable)


@pytest.mark.parametrize("seed", range(40))
def test_a_live_environment_is_told_by_what_is_not_spent(seed: int) -> None:
    random, remembering, live = Random(seed), Spent(), Live()
    told = 0
    kept: list[tuple[Capture, Shortened | Copies]] = []
    for moment in _history(random, 95, 0.02):
        world = replace(moment, owner=id(live))
        live.become(world)
        short = remembering.look(live, "all")
        assert (copies(live) if short is None else short).capture() == world
        told += short is not None
        kept.append((world, copies(live) if short is None else short))
        if len(kept) > 1 and random.random() < 0.7:
            wholes, moments = zip(*kept[-2:], strict=True)
            mentioned = list(world.ranges)[random.randrange(4, len(world.ranges) + 1) :][:1]
            assert _shown(remembering.without(moments, mentioned)) == _shown(Spent().without(wholes, mentioned))
        if random.random() < 0.05:
            old, was = random.choice(kept)
            assert was.capture() == old
            assert _shown(remembering.without((was,), ())) == _shown(Spent().without((old,), ()))
    assert told > 20


@pytest.mark.parametrize("table", ["var_to_range", "replacements", "unbacked_renamings", "size_like"])
@pytest.mark.parametrize("fault", ["another", "gone", "gone and come back last"])
def test_what_happens_to_a_spent_name_is_seen_when_all_is_looked_at(table: str, fault: str) -> None:
    names = [symbol(f"u{count}") for count in range(60)]
    by = dict.fromkeys(names[1:], names[0])
    world = replace(
        NOTHING,
        ranges=dict.fromkeys(names, Interval(integer(0), integer(9))),
        replacements=by,
        renamings=by,
        size_like=frozenset(names[1:]),
    )
    live, spent = Live(), Spent()
    live.become(world)
    assert spent.look(live, "all") is None
    spent.without((copies(live), copies(live)), ())
    assert spent.look(live, "all") is not None
    changed: dict[object, object] | set[object] = getattr(live, table)
    if isinstance(changed, set):
        changed.remove(names[30])
        if fault != "gone":
            changed.add(symbol("u99"))
    elif fault == "another":
        changed[names[30]] = Interval(integer(0), integer(3)) if table == "var_to_range" else names[1]
    else:
        value = changed.pop(names[30])
        if fault == "gone and come back last":
            changed[names[30]] = value
    assert spent.look(live, "all") is None
