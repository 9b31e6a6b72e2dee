"""Where things stand: DOM and what EMIT takes for computable, over every placement in a graph with sub-graphs.

The graph has a node before a ``cond``, one in each of its branches, one in the body of a wrapper that is run in line,
the two operators themselves, and a node at the end. Who binds, who uses, what is live and what allocates range over
all of it; the definitions are written with explicit regions, not with paths.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Final, TypeAlias

from proofs.engine.grouping import grouped
from proofs.engine.opaque import of
from proofs.engine.smt import Obligation, iff
from proofs.engine.theorem import Group, Theorem
from refimpl.laws import dom, emission
from refimpl.laws.observation import Contract, Observation, ObservedNode, Stated
from refimpl.symbolic_shapes.events import Binding, Definition
from refimpl.symbolic_shapes.key_path import CallMethodKey, KeyPath, SequenceKey
from refimpl.terms import BoolSymbol, Cond, Symbol, ge, symbol

__all__ = ["GROUP"]

S0, U0, U1, U7 = (symbol(name) for name in ("s0", "u0", "u1", "u7"))
_SIZE: Final[KeyPath] = (CallMethodKey("size"), SequenceKey(0))
# A node: its path, its operator, the region in which its value is known ("" is the program, "t" and "f" the branches).
_Node: TypeAlias = tuple[str, str, str]
_NODES: Final[tuple[_Node, ...]] = (
    ("first", "aten.nonzero.default", ""),
    ("cond/true_graph_0/inner", "aten.nonzero.default", "t"),
    ("cond/true_graph_0/after", "aten.nonzero.default", "t"),
    ("cond/false_graph_0/inner", "aten.nonzero.default", "f"),
    ("cond", "higher_order.cond", ""),
    ("wrap/body_0/inner", "aten.nonzero.default", ""),
    ("wrap", "higher_order.wrap_with_set_grad_enabled", ""),
    ("last", "aten.nonzero.default", ""),
)
_PATHS: Final = tuple(path for path, _, _ in _NODES)
_REGION: Final = {path: region for path, _, region in _NODES}


def _dominates(binder: str, user: str) -> bool:
    """The binder comes first or is the user, in the user's region or in the program around it."""
    before = _PATHS.index(binder) <= _PATHS.index(user)
    return before and _REGION[binder] in ("", _REGION[user])


def _observation(nodes: tuple[ObservedNode, ...], bindings: tuple[Binding, ...]) -> Observation:
    holders: dict[Symbol | BoolSymbol, str] = {of(U0): next((node.path for node in nodes if node.old == U0), _PATHS[0])}
    return Observation(
        contract=Contract((), {"s0": 8}, frozenset((of(S0),))),
        nodes=nodes,
        machine=(),
        facts=(),
        definitions=(),
        bindings=bindings,
        after=(),
        before=(),
        unbound=(),
        specializations=(),
        recorded_symbols=holders,
    )


def _plain(*, live: frozenset[str] = frozenset(_PATHS)) -> tuple[ObservedNode, ...]:
    return tuple(
        ObservedNode(path, operator, S0, S0, may_allocate=True, live=path in live) for path, operator, _ in _NODES
    )


def _bound(path: str) -> Binding:
    return Binding(path, of(U0), _SIZE, of(U7), U0)


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _every_placement() -> Iterator[Obligation]:
    """DOM finds nothing exactly if a site that may allocate there binds the symbol and dominates its use."""
    allocations: tuple[tuple[bool, tuple[str, ...] | None, bool], ...] = (
        # may allocate, at which places, whether that is where the symbol is bound
        (False, None, False), (True, None, True), (True, (".size()[0]",), True), (True, (".size()[1]",), False),
        (True, (), False),
    )  # fmt: skip
    for user, binder in product(_PATHS, (None, *_PATHS)):
        for may, places, fits in allocations:
            nodes = tuple(
                replace(
                    node,
                    old=U0 if node.path in (user, binder) else S0,
                    may_allocate=may if node.path == binder else True,
                    places=places if node.path == binder else None,
                )
                for node in _plain()
            )
            seen = _observation(nodes, () if binder is None else (_bound(binder),))
            found = dom.DOM.claims(seen).findings
            wanted = binder is not None and fits and _dominates(binder, user)
            name = f"bound at {binder}, used at {user}, {may} {places}"
            yield Obligation(name, (), (), iff(_truth(not found), _truth(wanted)))
        # What a placeholder binds may be used everywhere.
        nodes = tuple(replace(node, old=U0 if node.path == user else S0) for node in _plain())
        bound = Contract((), {"s0": 8}, frozenset((of(U0), of(S0))))
        found = dom.DOM.claims(replace(_observation(nodes, ()), contract=bound)).findings
        yield Obligation(f"bound by an input, used at {user}", (), (), _truth(not found))


def _lost(seen: Observation, condition: Cond) -> bool:
    marked = emission.with_emission(seen)
    return any(stated.condition is condition and stated.lost for stated in marked.after)


def _every_emission() -> Iterator[Obligation]:
    """A requirement is kept exactly if its operator enforces it or a live node that dominates it gives the symbol."""
    asked = ge(U0, 2)
    live_sets = (frozenset(_PATHS), frozenset(("first", "last", "cond/true_graph_0/inner")), frozenset(("cond",)))
    sources = ("assert", "deferred", "operator")
    for binder, at, holder, live in product((None, *_PATHS), _PATHS, (None, "first", "cond"), live_sets):
        nodes = tuple(replace(node, new=2 * U0 + S0 if node.path == holder else S0) for node in _plain(live=live))
        there = {path for path in (binder, holder) if path is not None and path in live}
        known = any(_dominates(path, at) for path in there)
        for source in sources:
            stated = Stated(at, asked, "assert") if source == "assert" else Stated(at, asked, "deferred")
            if source == "operator":
                stated = Stated(at, asked, "operator")
            seen = _observation(nodes, () if binder is None else (_bound(binder),))
            found = _lost(replace(seen, after=(stated,)), asked)
            wanted = source != "operator" and not known
            name = f"{source} at {at}, bound at {binder}, held at {holder}, {len(live)} live"
            yield Obligation(name, (), (), iff(_truth(found), _truth(wanted)))


def _resolved() -> Iterator[Obligation]:
    """A symbol that is defined counts as what defines it; an assert also needs what it is recorded of."""
    asked = ge(U1, 2)
    recorded = ge(U0, 3)
    for binder, at in product(_PATHS, _PATHS):
        seen = _observation(_plain(), (_bound(binder),))
        defined = replace(seen, definitions=(Definition("first", of(U1), (), 2 * U0 + S0),))
        wanted = not _dominates(binder, at)
        lost = _lost(replace(defined, after=(Stated(at, asked, "assert"),)), asked)
        yield Obligation(f"defined by {binder} at {at}", (), (), iff(_truth(lost), _truth(wanted)))
        said = ge(S0, 2)
        words = replace(seen, after=(Stated(at, said, "assert"),), before=(Stated(at, recorded, "assert"),))
        yield Obligation(f"recorded of {binder} at {at}", (), (), iff(_truth(_lost(words, said)), _truth(wanted)))


def _remaining() -> Iterator[Obligation]:
    """Of a deferred requirement that is lost the kernel's part is left as a requirement of the operator."""
    asked, kernel = ge(U0, 2), ge(U0, 1)
    for bound in (True, False):
        seen = _observation(_plain(), (_bound("first"),) if bound else ())
        marked = emission.with_emission(replace(seen, after=(Stated("last", asked, "deferred", enforced=kernel),)))
        kept = [stated.condition for stated in marked.after if stated.emitted]
        yield Obligation(f"bound {bound}", (), (), _truth(kept == ([asked] if bound else [kernel])))


_GRAPH: Final = "a graph of eight nodes with two branches and a wrapper, by enumeration of every placement"
_EMISSION: Final = "refimpl.laws.emission"

GROUP: Final = Group(
    "proofs/placing.py",
    "Where symbols are bound and computed",
    (
        Theorem(
            "law_dom_is_sound_and_honest",
            "DOM finds a fault exactly where no site that may allocate binds the symbol before its use and around it.",
            ("refimpl.laws.dom:DOM", "refimpl.laws.dom:may_bind", "refimpl.laws.dom:scope_of"),
            grouped(60, _every_placement),
            _GRAPH,
        ),
        Theorem(
            "requirements_are_emitted_exactly_where_they_can_be_computed",
            "A requirement is lost exactly if no kernel enforces it and no live node that dominates it gives a symbol.",
            (f"{_EMISSION}:with_emission", f"{_EMISSION}:may_bind", f"{_EMISSION}:scope_of"),
            grouped(200, _every_emission),
            _GRAPH,
        ),
        Theorem(
            "symbols_are_resolved_before_they_are_looked_for",
            "A defined symbol is computable where what defines it is, and an assert where what it is recorded of is.",
            (f"{_EMISSION}:elimination", f"{_EMISSION}:with_emission"),
            grouped(64, _resolved),
            _GRAPH,
        ),
        Theorem(
            "the_kernels_part_of_a_lost_requirement_remains",
            "Of a deferred requirement that is lost, what the kernel enforces by itself is left, and only that.",
            (f"{_EMISSION}:with_emission",),
            _remaining,
        ),
    ),
)
