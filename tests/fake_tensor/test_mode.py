"""The fake mode: what operators may ask and say, and which quantities are the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refimpl.aten._registry import lookup
from refimpl.fake_tensor import CPU, Context, DType, FakeTensor, FakeTensorMode, Quantity, Storage, current_mode
from refimpl.symbolic_shapes import (
    Fact,
    GuardOnDataDependentSymNode,
    Requirement,
    ShapeEnv,
    Specialization,
    SymBool,
    SymFloat,
    SymInt,
    UndecidedGuardError,
)
from refimpl.symbolic_shapes.bindings import rebind_node
from refimpl.symbolic_shapes.structures import is_list, is_tuple
from refimpl.terms import (
    IntTerm,
    Sort,
    eq,
    evaluate,
    ge,
    gt,
    le,
    lnot,
    lor,
    lt,
    symbol,
    symbol_atom,
    to_cond,
    to_dim,
    to_real,
)

S0 = symbol("s0")


def mode_of(*, congruence: str = "fresh", hint: int | None = 5) -> FakeTensorMode:
    """A mode that takes no guards, with one backed size."""
    env = ShapeEnv(guard_from_hints=False)
    env.add_backed(symbol_atom("s0", Sort.INT), hint, 2, None)
    return FakeTensorMode(env, congruence="memo" if congruence == "memo" else "fresh")


def mask(storage: Storage | None = None) -> FakeTensor:
    """A mask of a symbolic size."""
    return FakeTensor((S0,), (1,), DType.bool, storage=Storage() if storage is None else storage)


def test_the_mode_is_the_context_that_operators_expect() -> None:
    context: Context = mode_of()
    assert context.default_dtype is DType.float32


def test_entering_makes_a_mode_current_and_leaving_restores_the_other() -> None:
    outer, inner = mode_of(), mode_of()
    assert current_mode() is None
    with outer:
        with inner:
            assert current_mode() is inner
        assert current_mode() is outer
    assert current_mode() is None


def test_a_decision_must_be_known() -> None:
    mode = mode_of()
    u = to_dim(mode.fresh_int(0, 9, None))
    assert mode.decide(ge(u, 0)) is True
    assert mode.decide(gt(u, 9)) is False
    with pytest.raises(GuardOnDataDependentSymNode, match="u0 >= 4"):
        mode.decide(ge(u, 4))
    with pytest.raises(UndecidedGuardError, match="s0 >= 4"):
        mode.decide(ge(S0, 4))
    assert not any(isinstance(event, (Requirement, Specialization)) for event in mode.shape_env.log)


@pytest.mark.parametrize(("bound", "taken"), [(4, True), (6, False)])
def test_layout_is_taken_from_the_hints_and_listed_as_it_is_true_of_them(bound: int, taken: bool) -> None:
    mode = mode_of()
    assert mode.layout(ge(S0, bound)) is taken
    condition = ge(S0, bound) if taken else lt(S0, bound)
    assert mode.shape_env.log == [Specialization("", condition, "s0=5")]
    assert mode.known(condition) is True, "the same question has the same answer from now on"
    assert mode.layout(ge(S0, bound)) is taken
    assert len(mode.shape_env.log) == 1


def test_layout_without_hints_is_false_and_says_nothing() -> None:
    mode = mode_of()
    u = to_dim(mode.fresh_int(None, None, None))
    assert mode.layout(ge(u, 1)) is False
    assert mode.layout(lt(u, 1)) is False
    assert mode.shape_env.log == []


def test_a_requirement_is_raised_with_the_operators_own_error() -> None:
    mode = mode_of()
    with pytest.raises(IndexError, match="Dimension out of range"):
        mode.require(lt(S0, 2), "Dimension out of range", IndexError)
    mode.require(True, "never")
    mode.require(ge(S0, 3), "three")
    mode.defer(eq(S0, 4), lor(eq(S0, 4), eq(S0, 1)), "broadcast")
    assert mode.shape_env.log[1:] == [
        Requirement("", ge(S0, 3), ge(S0, 3), "three"),
        Requirement("", eq(S0, 4), lor(eq(S0, 4), eq(S0, 1)), "broadcast"),
    ]


def test_a_fresh_size_has_pytorchs_bounds_and_a_sharper_fact() -> None:
    mode = mode_of()
    u = to_dim(mode.fresh_int(0, S0 * 2, None))
    assert mode.known(le(u, 2**63 - 2)) is True
    assert mode.known(le(u, S0 * 2)) is None, "decisions see what PyTorch's see"
    assert Fact("", le(u, S0 * 2)) in mode.shape_env.log
    assert mode.shape_env.is_size_like(symbol_atom("u0", Sort.INT))


def test_an_item_is_no_size() -> None:
    mode = mode_of()
    mode.fresh_int(0, 255, mode.quantity("item", mask()))
    assert not mode.shape_env.is_size_like(symbol_atom("u0", Sort.INT))


@pytest.mark.parametrize("ends", [(None, None), (2, 9), (4, 4), (0, None), (None, 0), (-5, 9)])
@pytest.mark.parametrize("suffix", ["", "_for_size"])
def test_a_symbol_is_a_size_once_it_is_declared_one_within_bounds(
    ends: tuple[int | None, int | None], suffix: str
) -> None:
    mode = mode_of()
    item = to_dim(mode.fresh_int(None, None, mode.quantity("item", mask())))
    declare = lookup(f"aten.sym_constrain_range{suffix}.default")
    assert declare is not None
    declare(mode, item, *ends)
    assert mode.shape_env.is_size_like(symbol_atom("u0", Sort.INT)) is (suffix != "" and ends != (None, None))


def test_only_a_symbol_becomes_a_size_under_the_name_that_it_has() -> None:
    mode = mode_of()
    first, second = (to_dim(mode.fresh_int(None, None, None)) for _ in range(2))
    mode.declare_size(first + 1)
    mode.declare_size(7)
    assert not mode.shape_env.size_like
    mode.shape_env.fact(eq(first, second))
    mode.declare_size(first)
    mode.declare_size(second)
    (only,) = mode.shape_env.size_like
    assert mode.shape_env.resolve(first) is mode.shape_env.resolve(second)
    assert only not in mode.shape_env.replacements


def test_a_fresh_boolean_is_a_test_of_a_fresh_integer() -> None:
    mode = mode_of()
    u = symbol("u0")
    assert mode.fresh_bool(None) is eq(u, 1)
    assert mode.shape_env.log == [Fact("", ge(u, 0)), Fact("", le(u, 1))]


def test_the_same_view_of_the_same_storage_is_the_same_quantity() -> None:
    mode, x = mode_of(), mask()
    assert mode.quantity("nonzero", replace(x, requires_grad=True)) == mode.quantity("nonzero", x)


X = mask()
OTHERS = {
    "sizes": replace(X, sizes=(3,)),
    "strides": replace(X, strides=(2,)),
    "offset": replace(X, offset=1),
    "dtype": replace(X, dtype=DType.uint8),
    "storage": replace(X, storage=Storage()),
}


@pytest.mark.parametrize("case", sorted(OTHERS))
def test_another_view_is_another_quantity(case: str) -> None:
    mode = mode_of()
    assert mode.quantity("nonzero", OTHERS[case]) != mode.quantity("nonzero", X)


def test_kind_and_arguments_tell_quantities_apart() -> None:
    mode, x = mode_of(), mask()
    found = {mode.quantity("unique", x, True), mode.quantity("unique", x, False), mode.quantity("nonzero", x)}
    assert len(found) == 3


def test_a_write_makes_new_quantities_of_the_storage_and_of_no_other() -> None:
    mode, x, y = mode_of(), mask(), mask()
    before = mode.quantity("nonzero", x), mode.quantity("nonzero", y)
    mode.mutate(x.viewed((1,), (1,), 0))
    assert mode.quantity("nonzero", x) != before[0], "a write into a view is a write into the storage"
    assert mode.quantity("nonzero", y) == before[1]


def test_inputs_may_alias_each_other() -> None:
    mode = mode_of()
    x, y, inner = mask(Storage(is_input=True)), mask(Storage(is_input=True)), mask()
    before = mode.quantity("nonzero", y), mode.quantity("nonzero", inner)
    mode.mutate(x)
    assert mode.quantity("nonzero", y) != before[0]
    assert mode.quantity("nonzero", inner) == before[1], "a computed tensor aliases no input"


def test_two_uses_of_a_quantity_are_equal_by_a_fact() -> None:
    mode, x = mode_of(), mask()
    first = to_dim(mode.fresh_int(0, S0, mode.quantity("nonzero", x)))
    second = to_dim(mode.fresh_int(0, S0, mode.quantity("nonzero", x)))
    assert first is not second
    assert mode.shape_env.log[-1] == Fact("", eq(first, second))
    mode.mutate(x)
    third = to_dim(mode.fresh_int(0, S0, mode.quantity("nonzero", x)))
    assert mode.known(eq(first, second)) is True
    assert mode.known(eq(first, third)) is None


def test_with_a_memo_the_second_use_is_the_same_symbol() -> None:
    mode, x = mode_of(congruence="memo"), mask()
    quantity = mode.quantity("nonzero", x)
    assert mode.fresh_int(0, S0, quantity) is mode.fresh_int(0, S0, quantity)
    truth = mode.quantity("item", x)
    assert mode.fresh_bool(truth) is mode.fresh_bool(truth)
    real = mode.quantity("item", replace(x, dtype=DType.float32))
    assert mode.fresh_float(real) is mode.fresh_float(real)
    assert len(mode.shape_env.pending_fresh_unbacked_symbols) == 3


def test_a_memo_gives_the_old_name_of_a_symbol_that_was_bound() -> None:
    mode, x = mode_of(congruence="memo"), mask()
    env = mode.shape_env
    env.symbols.reserve_name("u0")
    quantity = mode.quantity("nonzero", x)
    rebind_node(env, {symbol_atom("u0", Sort.INT): ()}, mode.fresh_int(0, S0, quantity), 0)
    assert mode.fresh_int(0, S0, quantity) is symbol("u0")


def test_what_a_branch_counted_holds_outside_under_its_predicate() -> None:
    mode, x = mode_of(), mask()
    predicate = to_cond(mode.subgraphs.predicate(x))
    with mode.shape_env.under(predicate):
        inside = to_dim(mode.fresh_int(0, S0, mode.quantity("nonzero", x)))
        again = to_dim(mode.fresh_int(0, S0, mode.quantity("nonzero", x)))
        assert mode.shape_env.log[-1] == Fact("", eq(inside, again), (predicate,))
    outside = to_dim(mode.fresh_int(0, S0, mode.quantity("nonzero", x)))
    assert mode.shape_env.log[-1] == Fact("", lor(eq(again, outside), lnot(predicate)))
    assert mode.known(eq(inside, outside)) is None


def test_a_use_between_two_branches_is_equal_to_those_around_them() -> None:
    mode, x = mode_of(), mask()
    quantity = mode.quantity("nonzero", x)
    predicate = to_cond(mode.subgraphs.predicate(x))
    before = to_dim(mode.fresh_int(0, None, quantity))
    with mode.shape_env.under(predicate):
        mode.fresh_int(0, None, quantity)
    after = to_dim(mode.fresh_int(0, None, quantity))
    assert mode.known(eq(before, after)) is True, "a use in a branch does not hide the one before it"


def test_uses_in_both_branches_hold_each_under_its_own_predicate() -> None:
    mode, x = mode_of(), mask()
    quantity = mode.quantity("nonzero", x)
    predicate = to_cond(mode.subgraphs.predicate(x))
    found: list[int | IntTerm] = []
    for under in (predicate, lnot(predicate)):
        with mode.shape_env.under(under):
            found.append(mode.fresh_int(None, None, quantity))
    assert mode.shape_env.log == [], "the branches exclude each other"
    after = to_dim(mode.fresh_int(None, None, quantity))
    assert mode.shape_env.log == [
        Fact("", lor(eq(found[0], after), lnot(predicate))),
        Fact("", lor(eq(found[1], after), predicate)),
    ]


def test_a_predicate_is_new_after_a_write() -> None:
    mode, x = mode_of(), mask()
    first = mode.subgraphs.predicate(x)
    assert mode.subgraphs.predicate(x) is first
    mode.mutate(x)
    assert mode.subgraphs.predicate(x) is not first


def test_equal_floats_are_equal_as_values_nan_included() -> None:
    mode, x = mode_of(), replace(mask(), dtype=DType.float32)
    first, second = (mode.fresh_float(mode.quantity("item", x)) for _ in range(2))
    (fact,) = mode.shape_env.log
    assert isinstance(fact, Fact)
    nan = float("nan")
    names = [str(to_real(first)), str(to_real(second))]
    assert evaluate(fact.condition, dict(zip(names, (nan, nan), strict=True))) is True
    assert evaluate(fact.condition, dict(zip(names, (1.0, nan), strict=True))) is False
    assert evaluate(fact.condition, dict(zip(names, (1.5, 1.5), strict=True))) is True


def test_rolling_back_restores_versions_and_quantities() -> None:
    mode, x = mode_of(), mask(Storage(is_input=True))
    mode.fresh_int(0, None, mode.quantity("nonzero", x))
    point, before, length = mode.checkpoint(), mode.quantity("nonzero", x), len(mode.shape_env.log)
    mode.mutate(x)
    mode.fresh_int(0, None, mode.quantity("nonzero", x))
    mode.fresh_float(mode.quantity("item", x))
    mode.roll_back(point)
    assert mode.quantity("nonzero", x) == before
    assert len(mode.shape_env.log) == length
    again = to_dim(mode.fresh_int(0, None, mode.quantity("nonzero", x)))
    assert mode.shape_env.log[-1] == Fact("", eq(again, symbol("u0")))


def test_methods_of_a_fake_tensor_are_symbolic_within_a_mode() -> None:
    x = FakeTensor((S0, 4), (4, 1), DType.float32, offset=S0)
    assert x.size() == (S0, 4)
    assert x.storage_offset() is S0
    with mode_of():
        first, second = x.size()
        assert isinstance(first, SymInt)
        assert second == 4
        assert isinstance(x.storage_offset(), SymInt)
        assert x.stride() == (4, 1)
        assert (str(x.size(0)), x.size(-1), x.stride(0)) == ("s0", 4, 4)
        with pytest.raises(IndexError):
            x.size(2)
        assert [str(size) for size in x.shape] == ["s0", "4"]
    assert x.ndim == x.dim() == 2
    assert str(x.numel()) == "4*s0"


def test_wrapping_makes_terms_symbolic_and_leaves_tensors() -> None:
    mode, x = mode_of(), mask()
    u = to_dim(mode.fresh_int(None, None, None))
    wrapped = mode.wrap((x, [u, 3], ge(u, 2), mode.fresh_float(None), None, "text", True))
    assert is_tuple(wrapped)
    tensor, numbers, condition, real, *rest = wrapped
    assert tensor is x
    assert is_list(numbers)
    assert isinstance(numbers[0], SymInt)
    assert numbers[1] == 3
    assert isinstance(condition, SymBool)
    assert isinstance(real, SymFloat)
    assert rest == [None, "text", True]


def test_rewriting_a_tensor_keeps_its_storage() -> None:
    x = FakeTensor((S0, 4), (4, 1), DType.float32, offset=S0 * 2)

    def rewrite(dim: int | IntTerm) -> int | IntTerm:
        return 7 if dim is S0 else dim

    found = x.rewritten(rewrite)
    assert (found.sizes, found.offset) == ((7, 4), S0 * 2)
    assert found.storage is x.storage
    assert found.device is CPU
    assert x.rewritten(lambda dim: dim) is x


def test_quantities_are_values() -> None:
    assert Quantity("item", (1, 2)) == Quantity("item", (1, 2))
