"""Bindings: found in values, resolved under today's names, honoured by rebinding."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from refimpl.fake_tensor import DType, FakeTensor
from refimpl.symbolic_shapes import (
    Binding,
    CallMethodKey,
    ConvertIntKey,
    Definition,
    DivideByKey,
    Fact,
    KeyPath,
    PathError,
    PendingUnbackedSymbolNotFound,
    RebindingInconsistentError,
    Requirement,
    SequenceKey,
    ShapeEnv,
    SymInt,
    compute_unbacked_bindings,
    keystr,
    rebind_unbacked,
    resolve_unbacked_bindings,
    wrap,
)
from refimpl.symbolic_shapes.profiles import TORCH_2_13
from refimpl.terms import IntTerm, Sort, Symbol, eq, ge, le, mod, symbol, symbol_atom


def name(text: str) -> Symbol:
    """The integer symbol of that name."""
    return symbol_atom(text, Sort.INT)


@dataclass
class BareNode:
    """What rebinding looks at in a node."""

    op: str
    meta: dict[str, object]


def node(bindings: dict[Symbol, KeyPath], op: str = "call_function") -> BareNode:
    """A node with these bindings."""
    return BareNode(op, {"unbacked_bindings": bindings})


FIRST_SIZE: KeyPath = (CallMethodKey("size"), SequenceKey(0))


def test_bindings_are_found_at_the_first_place_of_each_symbol() -> None:
    env = ShapeEnv()
    s = symbol("s0")
    env.add_backed(name("s0"), 5, 2, None)
    numbers = [env.create_unbacked_symint() for _ in range(5)]
    flag = env.create_unbacked_symbool()
    u = [symbol(f"u{i}") for i in range(5)]
    tensor = FakeTensor((u[0], u[1] * 3), (u[1], 1), DType.float32, offset=u[2] * s)
    found = compute_unbacked_bindings(env, (tensor, [numbers[3] * 2, numbers[3]], flag, numbers[4]))
    assert found is not None
    assert {k.name: keystr(path) for k, path in found.items()} == {
        "u0": "[0].size()[0]",
        "u1": "[0].size()[1].__floordiv__(3)",
        "u2": "[0].storage_offset().__floordiv__(s0)",
        "u3": "[1][0].__floordiv__(2)",
        "u5": "[2].cast_symbool_to_symint_guardless()",
        "u4": "[3]",
    }
    assert env.pending_fresh_unbacked_symbols == []
    assert compute_unbacked_bindings(env, tensor) is None
    env.create_unbacked_symint()
    some = ShapeEnv()
    found_one, *_ = (some.create_unbacked_symint() for _ in range(3))
    with pytest.raises(PendingUnbackedSymbolNotFound, match=r"Pending unbacked symbols \{u1, u2\} not in returned"):
        compute_unbacked_bindings(some, found_one)
    ignoring = ShapeEnv()
    first, *_ = (ignoring.create_unbacked_symint() for _ in range(3))
    ignoring.symbols.ignorable.update({name("u1"): None, name("u2"): None})
    assert compute_unbacked_bindings(ignoring, first) == {name("u0"): ()}
    assert (ignoring.pending_fresh_unbacked_symbols, ignoring.ignorable_fresh_unbacked_symbols) == ([], [])
    torch = ShapeEnv(profile=TORCH_2_13)
    torch.create_unbacked_symint()
    same = (wrap(symbol("u0"), torch), torch.create_unbacked_symfloat())
    assert compute_unbacked_bindings(torch, same, same) is not None, "the same values need not be made equal"
    assert (torch.replacements, torch.unbacked_renamings) == ({}, {})
    whole, real = torch.create_unbacked_symint(), torch.create_unbacked_symfloat()
    with pytest.raises(RebindingInconsistentError, match=r"u1 cannot be zuf1, the value at \[0\]: it is no int"):
        compute_unbacked_bindings(torch, (whole, real), (real, whole))
    half: IntTerm | int = symbol("u6") * (s // 2)
    assert compute_unbacked_bindings(env, wrap(half, env), peek=True) == {}, "a product with what is no symbol"


def test_a_pending_symbol_that_stands_nowhere_is_an_error_unless_ignorable() -> None:
    env = ShapeEnv()
    env.create_unbacked_symint()
    with pytest.raises(PendingUnbackedSymbolNotFound, match=r"Pending unbacked symbols \{u0\} not in returned outputs"):
        compute_unbacked_bindings(env, 3)
    env.create_unbacked_symint()
    env.symbols.ignorable[name("u1")] = None
    assert compute_unbacked_bindings(env, 3) == {}


def test_peeking_leaves_symbols_pending() -> None:
    env = ShapeEnv()
    u = env.create_unbacked_symint()
    assert compute_unbacked_bindings(env, u, peek=True) == {name("u0"): ()}
    assert env.pending_fresh_unbacked_symbols == [name("u0")]


@pytest.mark.parametrize("old", [7, "u9", "s0"])
def test_with_an_old_value_the_symbol_is_rebound_to_it(old: int | str) -> None:
    env = ShapeEnv()
    env.add_backed(name("s0"), 5, 2, None)
    env.add_unbacked(name("u9"), 0, 10)
    fresh = env.create_unbacked_symint()
    before = old if isinstance(old, int) else SymInt(symbol(old), env)
    compute_unbacked_bindings(env, fresh, before)
    assert isinstance(fresh, SymInt)
    assert env.known(eq(fresh.raw, old if isinstance(old, int) else symbol(old))) is True  # type: ignore[arg-type]  # an integer's term


def test_resolution_follows_renamings_to_the_end_and_loses_nothing() -> None:
    env = ShapeEnv()
    env.unbacked_renamings.update({name("u1"): name("u2"), name("u2"): name("u3"), name("u4"): name("u3")})
    bindings: dict[Symbol, KeyPath] = {name("u1"): FIRST_SIZE, name("u4"): (), name("u5"): ()}
    assert resolve_unbacked_bindings(env, bindings) == {name("u3"): FIRST_SIZE, name("u4"): (), name("u5"): ()}
    later: dict[Symbol, KeyPath] = {name("u1"): FIRST_SIZE, name("u3"): ()}
    assert resolve_unbacked_bindings(env, later) == later, "a name that the node itself binds later is taken"
    torch = ShapeEnv(profile=TORCH_2_13)
    torch.unbacked_renamings.update(env.unbacked_renamings)
    assert resolve_unbacked_bindings(torch, {name("u4"): FIRST_SIZE, name("u3"): ()}) == {name("u3"): ()}
    assert resolve_unbacked_bindings(torch, bindings) == {
        name("u2"): FIRST_SIZE,
        name("u3"): (),
        name("u5"): (),
    }, "PyTorch goes one hop"
    assert resolve_unbacked_bindings(None, None) is None
    with pytest.raises(AssertionError):
        resolve_unbacked_bindings(None, bindings)


def test_two_names_of_one_symbol_are_both_written_as_it() -> None:
    env = ShapeEnv()
    env.unbacked_renamings.update({name("u8"): name("u7"), name("u9"): name("u7")})
    fresh = env.create_unbacked_symint(), env.create_unbacked_symint()
    rebind_unbacked(env, node({name("u8"): (SequenceKey(0),), name("u9"): (SequenceKey(1),)}), fresh)
    assert [env.unbacked_renamings[name(each)] for each in ("u0", "u1")] == [name("u7"), name("u7")]


def test_a_fresh_symbol_takes_the_old_name_and_its_records_with_it() -> None:
    env = ShapeEnv()
    env.symbols.reserve([name("u0")])
    with env.at("nonzero"):
        fresh = env.create_unbacked_symint()
        assert isinstance(fresh, SymInt)
        rebind_unbacked(env, node({name("u0"): ()}), fresh)
    assert env.unbacked_renamings == {name("u1"): name("u0")}
    assert env.pending_fresh_unbacked_symbols == []
    assert env.log == [Binding("nonzero", name("u0"), (), name("u1"), symbol("u0"))]
    assert str(fresh) == "u0"
    assert env.symbols.origins[name("u0")] == "nonzero", "the origin passes to the representative"


def test_facts_of_the_node_are_written_in_old_names() -> None:
    env = ShapeEnv()
    env.symbols.reserve([name("u0")])
    fresh = env.create_unbacked_symint()
    env.fact(ge(symbol("u1"), 0))
    env.require(le(symbol("u1"), 5), "at most five")
    env.size_like[name("u1")] = None
    rebind_unbacked(env, node({name("u0"): ()}), fresh)
    assert env.known(le(symbol("u0"), 5)) is True
    assert env.is_size_like(name("u0"))
    assert [str(filed) for filed in env.deferred_runtime_asserts] == ["u0"]


def test_one_value_under_two_names_of_a_node_requires_their_equality() -> None:
    env = ShapeEnv()
    env.symbols.reserve([name("u1")])
    with env.at("index"):
        fresh = env.create_unbacked_symint()
        rebind_unbacked(env, node({name("u0"): (SequenceKey(0),), name("u1"): (SequenceKey(1),)}), (fresh, fresh))
    assert env.log == [
        Binding("index", name("u0"), (SequenceKey(0),), name("u2"), symbol("u0")),
        Binding("index", name("u1"), (SequenceKey(1),), name("u2"), symbol("u0")),
        Requirement(
            "index",
            eq(symbol("u0"), symbol("u1")),
            eq(symbol("u0"), symbol("u1")),
            "one value is bound to u0 and u1",
        ),
    ]
    assert env.known(eq(symbol("u0"), symbol("u1"))) is True


def test_two_values_under_one_name_are_kept_apart_and_equated() -> None:
    env = ShapeEnv()
    env.symbols.reserve([name("u0")])
    with env.at("first"):
        rebind_unbacked(env, node({name("u0"): ()}), env.create_unbacked_symint())
    with env.at("second"):
        rebind_unbacked(env, node({name("u0"): ()}), env.create_unbacked_symint())
    assert env.log[1:] == [
        Binding("second", name("u0"), (), name("u2"), symbol("u2")),
        Definition("second", name("u0"), (), symbol("u2")),
    ]
    assert env.known(eq(symbol("u0"), symbol("u2"))) is True


def test_a_value_that_is_not_fresh_defines_the_symbol() -> None:
    env = ShapeEnv()
    env.add_backed(name("s0"), 5, 2, None)
    value = SymInt(symbol("s0") + 1, env)  # type: ignore[arg-type]  # a polynomial
    with env.at("slice"):
        rebind_unbacked(env, node({name("u0"): ()}), value)
    assert env.log == [
        Binding("slice", name("u0"), (), None, symbol("s0") + 1),
        Definition("slice", name("u0"), (), symbol("s0") + 1),
    ]
    assert env.known(ge(symbol("u0"), 3)) is True


def test_the_side_condition_of_a_quotient_is_part_of_the_step_and_is_recorded() -> None:
    env = ShapeEnv()
    env.symbols.reserve([name("u0")])
    fresh = env.create_unbacked_symint()
    rebind_unbacked(env, node({name("u0"): (DivideByKey(2),)}), fresh)
    (binding, definition) = env.log
    assert isinstance(binding, Binding)
    assert binding.side == (eq(mod(symbol("u1"), 2), 0),)
    assert isinstance(definition, Definition)
    assert env.known(eq(symbol("u1"), symbol("u0") * 2)) is True
    assert not any(isinstance(event, (Fact, Requirement)) for event in env.log), "PATH must not rest on itself"


def test_a_boolean_binds_the_integer_behind_it() -> None:
    env = ShapeEnv()
    env.symbols.reserve([name("u0")])
    rebind_unbacked(env, node({name("u0"): (ConvertIntKey(),)}), env.create_unbacked_symbool())
    assert env.unbacked_renamings == {name("u1"): name("u0")}
    assert env.known(le(symbol("u0"), 1)) is True


def test_placeholders_bind_nothing() -> None:
    env = ShapeEnv()
    rebind_unbacked(env, node({name("u0"): ()}, "placeholder"), env.create_unbacked_symint())
    assert env.unbacked_renamings == {}
    rebind_unbacked(None, node({}), 3)
    with pytest.raises(AssertionError):
        rebind_unbacked(None, node({name("u0"): ()}), 3)


def test_a_failed_rebinding_leaves_the_environment_as_before() -> None:
    env = ShapeEnv()
    env.add_unbacked(name("u5"), 0, 3)
    fresh = env.create_unbacked_symint()
    before = (env.replacements, env.var_to_range, env.pending_fresh_unbacked_symbols, list(env.log))
    pairs: dict[Symbol, KeyPath] = {name("u0"): (SequenceKey(0),), name("u5"): (SequenceKey(1),)}
    with pytest.raises(RebindingInconsistentError, match=r"u5 cannot be 9, the value at \[1\].*u5 <= 3") as caught:
        rebind_unbacked(env, node(pairs), (fresh, 9))
    assert caught.value.core == (le(symbol("u5"), 3),)
    with pytest.raises(PathError):
        rebind_unbacked(env, node(pairs), (fresh,))
    assert (env.replacements, env.var_to_range, env.pending_fresh_unbacked_symbols, list(env.log)) == before
    assert env.unbacked_renamings == {}
