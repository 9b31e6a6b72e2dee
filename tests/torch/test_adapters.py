"""Terms, environments, paths and graphs go to a live PyTorch and come back the same."""

from __future__ import annotations

import runpy
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given

from refimpl.fx import GraphModule
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import (
    Cond,
    Dim,
    FloatRange,
    Number,
    Scalar,
    Sort,
    Undefined,
    ValueRange,
    ceil_to_int,
    eq,
    evaluate,
    float_add,
    float_le,
    float_mul,
    float_symbol,
    float_true_div,
    float_unary,
    floor_to_int,
    ge,
    int_of_bool,
    int_true_div,
    le,
    mod,
    power,
    symbol,
    symbol_atom,
    to_float,
    to_text,
    trunc_to_int,
)
from refimpl.testing import conditions, terms, valuations
from refimpl.torch.expressions import Unreadable, from_torch_expression, from_torch_symbol, to_torch_expression
from refimpl.torch.graphs import from_torch_graph_module, to_torch_graph_module
from refimpl.torch.live_env import live_environment
from refimpl.torch.places import read_places
from refimpl.torch.shape_env import read_state

pytestmark = pytest.mark.torch

RECORDED = Path(__file__).parent / "scripts" / "recorded_graph.py"
u0, u1, s0 = symbol("u0"), symbol("u1"), symbol("s0")
U0, U1, S0 = (symbol_atom(name, Sort.INT) for name in ("u0", "u1", "s0"))
Z0 = symbol_atom("zuf0", Sort.FLOAT)


def _value(term: Scalar, valuation: Mapping[str, Number]) -> Number | None:
    try:
        return evaluate(term, valuation)
    except Undefined:
        return None


@given(terms(max_depth=2, total=True), valuations())
def test_a_term_comes_back_with_the_same_values(term: Dim, valuation: dict[str, Number]) -> None:
    back = from_torch_expression(to_torch_expression(term))
    assert _value(back, valuation) == _value(term, valuation), to_text(term)


@given(conditions(total=True), valuations())
def test_a_condition_comes_back_with_the_same_values(condition: Cond, valuation: dict[str, Number]) -> None:
    back = from_torch_expression(to_torch_expression(condition))
    assert _value(back, valuation) is _value(condition, valuation), to_text(condition)


ZUF = float_symbol("zuf0")
FLOATS: tuple[Scalar, ...] = (
    ZUF,
    to_float(u0),
    int_true_div(u0, 3),
    float_true_div(ZUF, 2.0),
    float_mul(2.0, ZUF),
    float_add(ZUF, 0.5),
    float_unary("sqrt", ZUF),
    float_unary("log2", to_float(u0)),
    trunc_to_int(float_mul(ZUF, 1.5)),
    floor_to_int(ZUF),
    ceil_to_int(ZUF),
    float_le(ZUF, 2.5),
    int_of_bool(eq(u0, 1)),
    power(u0, u1),
    2.5,
)


@pytest.mark.parametrize("term", FLOATS, ids=str)
def test_a_float_term_comes_back_itself(term: Scalar) -> None:
    assert from_torch_expression(to_torch_expression(term)) is term or term == 2.5


def test_what_has_no_counterpart_says_so() -> None:
    live = runpy.run_path(str(RECORDED))
    with pytest.raises(Unreadable, match="zeta"):
        from_torch_expression(live["unknown_function"])
    with pytest.raises(Unreadable, match="no symbol"):
        from_torch_symbol(live["unknown_function"])


STATE = ShapeEnvState(
    hints={S0: 7},
    ranges={S0: ValueRange(2, None), U0: ValueRange(0, 9), U1: ValueRange(), Z0: FloatRange(0.0, 1.5)},
    replacements={U1: u0},
    renamings={U1: U0},
    guards=(ge(s0, 3),),
    asserts={U0: (le(u0 * 2, s0), float_le(ZUF, 1.0)), None: (le(s0, 10),)},
    known=(eq(mod(s0, 2), 0),),
    size_like=frozenset({U0}),
    pending=(U1,),
    ignorable=(U1,),
)


def test_a_state_becomes_a_live_environment_that_holds_it() -> None:
    live = live_environment(STATE)
    assert read_state(live.env) == STATE


def test_a_fresh_symbol_of_a_live_environment_is_new() -> None:
    live = live_environment(STATE)
    fresh = getattr(live.env, "create_unbacked_symint")()  # noqa: B009 - the environment is PyTorch's
    assert str(fresh) == "u2"


def test_reading_a_state_changes_nothing_and_a_later_change_does_not_reach_it() -> None:
    live = live_environment(STATE)
    versions = [getattr(live.env, name) for name in ("_version_counter", "_replacements_version_counter")]
    before = read_state(live.env)
    assert versions == [getattr(live.env, name) for name in ("_version_counter", "_replacements_version_counter")]
    getattr(live.env, "create_unbacked_symint")()  # noqa: B009 - see above
    assert before == STATE
    assert read_state(live.env) != STATE


def test_a_recorded_graph_comes_back_the_same_with_its_bindings() -> None:
    recorded = runpy.run_path(str(RECORDED))
    theirs = recorded["recorded"]
    ours = from_torch_graph_module(theirs)
    live = live_environment(read_state(recorded["env"]))
    mode = recorded["FakeTensorMode"](shape_env=live.env)
    back = cast("GraphModule", to_torch_graph_module(ours, live, mode))  # it has the same attributes
    assert str(back.graph) == str(theirs.graph)
    assert _bindings(back) == _bindings(theirs) != {}


def _bindings(module: GraphModule) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in module.graph.nodes:
        if "unbacked_bindings" in node.meta:
            found[node.name] = str(node.meta["unbacked_bindings"])
    return found


def test_places_are_what_stands_at_the_recorded_paths() -> None:
    for node in runpy.run_path(str(RECORDED))["recorded"].graph.nodes:
        bindings = node.meta.get("unbacked_bindings")
        if bindings:
            (place,) = read_places(bindings, node.meta["val"])
            assert str(place.value) == str(place.symbol)


def test_a_program_holds_on_to_its_numbers() -> None:
    live = live_environment(STATE)
    term, other = symbol("u0") + 1, symbol("u0") + 2
    assert live.integer(term) is live.integer(term)
    assert live.integer(term) is not live.integer(other)
    assert live.boolean(ge(term, 3)) is live.boolean(ge(term, 3))
    made = live.integer(term)
    live.adopt(symbol_atom("u0", Sort.INT), live.symbol(symbol_atom("u9", Sort.INT)))
    assert live.integer(term) is not made
