"""BND: which symbols a node binds, at which path, and under which name (``unbacked_bindings``)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refimpl.fake_tensor import DType, FakeTensor
from refimpl.symbolic_shapes import (
    CallMethodKey,
    ConvertIntKey,
    DivideByKey,
    InnerTensorKey,
    Key,
    KeyPath,
    PathError,
    PendingUnbackedSymbolNotFound,
    RebindingInconsistentError,
    SequenceKey,
    ShapeEnv,
    SymInt,
    compute_unbacked_bindings,
    key_get,
    keystr,
    resolve_unbacked_bindings,
    wrap,
)
from refimpl.symbolic_shapes.profiles import TORCH_2_13
from refimpl.symbolic_shapes.reading import read_scalar
from refimpl.terms import Dim, IntTerm, Scalar, Symbol, eq, float_symbol, floor_div, ge, int_of_bool, ne, symbol, to_dim
from specs.clauses import Clause, checks
from tests.symbolic_shapes import test_bindings, test_key_path
from tests.symbolic_shapes.operators import FIRST_SIZE, name
from tests.symbolic_shapes.wrappers import Sized, Traceable, Wrapper

__all__ = ["BND_01", "BND_02", "BND_03", "BND_04", "BND_05", "BND_06", "BND_07", "BND_08"]

U = symbol("u0")
BND_01 = Clause(
    "BND-01",
    "A path is read key by key: element, method, inner tensor, quotient, integer form of a boolean.",
    "refimpl.symbolic_shapes.key_path:key_get",
    "bnd-plain-numbers-have-no-symbolic-quotient",
)
test_a_path_reads_and_prints_as_pytorch = checks(BND_01)(test_key_path.test_a_path_reads_and_prints_as_pytorch)


@st.composite
def places(draw: st.DrawFn) -> tuple[object, KeyPath, str, object]:
    """A value built around a leaf, the path to the leaf, its text, and what stands there."""
    leaf = draw(st.integers(0, 20))
    value: object = leaf
    keys: list[Key] = []
    text: list[str] = []
    expected: object = leaf
    if draw(st.booleans()):
        divisor = draw(st.integers(1, 4))
        keys, text, expected = [DivideByKey(divisor)], [f".__floordiv__({divisor})"], leaf // divisor
    for kind in draw(st.lists(st.sampled_from(("sequence", "size", "inner")), max_size=4)):
        if kind == "sequence":
            before, after = draw(st.integers(0, 2)), draw(st.integers(0, 2))
            value = [*range(before), value, *range(after)]
            value = value if draw(st.booleans()) else tuple(value)
            keys, text = [SequenceKey(before), *keys], [f"[{before}]", *text]
        elif kind == "size" and isinstance(value, int):
            value = FakeTensor((3, value), (1, 1), DType.float32)
            keys, text = [CallMethodKey("size"), SequenceKey(1), *keys], [".size()", "[1]", *text]
        elif kind == "inner":
            value = Wrapper(value)
            keys, text = [InnerTensorKey("inner"), *keys], [".inner", *text]
    return value, tuple(keys), "".join(text), expected


@checks(BND_01)
@given(place=places())
def test_a_path_leads_to_its_leaf(place: tuple[object, KeyPath, str, object]) -> None:
    value, path, text, expected = place
    assert key_get(value, path) == expected
    assert keystr(path) == text


@checks(BND_01)
def test_a_boolean_is_read_as_its_integer_form() -> None:
    found = key_get(ShapeEnv().create_unbacked_symbool(), (ConvertIntKey(),))
    assert isinstance(found, SymInt)
    assert found.raw is int_of_bool(eq(U, 1))
    assert key_get((False, True), (SequenceKey(1), ConvertIntKey())) == 1


@checks(BND_01)
def test_a_quotient_by_a_symbolic_number_is_symbolic() -> None:
    env = ShapeEnv()
    by = DivideByKey(SymInt(symbol("s0"), env))
    for value in (6, wrap(U * symbol("s0"), env), wrap(U, env)):
        found = key_get(value, (by,))
        assert isinstance(found, SymInt)
        whole = value.raw if isinstance(value, SymInt) else value
        assert isinstance(whole, (int, IntTerm))
        assert found.raw is floor_div(whole, symbol("s0"))
    assert keystr((by,)) == ".__floordiv__(s0)"
    assert (read_scalar(7, (DivideByKey(2),)), read_scalar(U, (by,))) == ((7, (2,)), (U, (symbol("s0"),)))


BND_02 = Clause(
    "BND-02",
    "A path that does not exist in a value is an error that says at which key it ends.",
    "refimpl.symbolic_shapes.key_path:key_get",
    "bnd-what-is-no-boolean-has-an-integer-form",
)
BND_03 = Clause(
    "BND-03",
    "Rebinding reads the number before its quotients, so that divisibility can be part of the step.",
    "refimpl.symbolic_shapes.reading:read_scalar",
    "bnd-divisors-are-read-backwards",
)
test_only_keys_are_keys = checks(BND_02)(test_key_path.test_only_keys_are_keys)
test_a_path_that_does_not_exist_says_where_it_ends = checks(BND_02)(
    test_key_path.test_a_path_that_does_not_exist_says_where_it_ends
)


@checks(BND_02)
@given(place=places(), data=st.data())
def test_a_path_that_goes_astray_says_where(place: tuple[object, KeyPath, str, object], data: st.DataObject) -> None:
    value, path, _, _ = place
    depth = data.draw(st.integers(0, len(path)))
    astray: tuple[Key, ...] = (InnerTensorKey("gone"), CallMethodKey("gone"), SequenceKey(99))
    wrong = data.draw(st.sampled_from(astray))
    with pytest.raises(PathError) as caught:
        key_get(value, (*path[:depth], wrong, *path[depth:]))
    assert (caught.value.path, caught.value.depth) == ((*path[:depth], wrong, *path[depth:]), depth)
    with pytest.raises(PathError):
        read_scalar(value, (*path[:depth], wrong))


@checks(BND_02)
@pytest.mark.parametrize(
    ("value", "path", "depth", "reason"),
    [
        ("text", (DivideByKey(2),), 0, "str cannot be divided"),
        ((1, 2), (SequenceKey(0), SequenceKey(0)), 1, "int is no sequence"),
        (([4],), (SequenceKey(0), SequenceKey(0), ConvertIntKey()), 2, "int is no boolean"),
        (5, (DivideByKey(0),), 0, "by zero"),
    ],
    ids=str,
)
def test_a_path_that_ends_says_why(value: object, path: KeyPath, depth: int, reason: str) -> None:
    with pytest.raises(PathError) as caught:
        key_get(value, path)
    error = caught.value
    assert (error.path, error.depth) == (path, depth)
    assert reason in error.reason
    assert str(error) == f"the path {keystr(path)} ends at {keystr(path[:depth]) or 'the result'}: {error.reason}"


@checks(BND_02, BND_03)
def test_what_is_no_number_says_so_where_it_is_read() -> None:
    no_numbers: list[tuple[object, KeyPath, int, str]] = [
        ((None,), (SequenceKey(0),), 1, "NoneType is no number"),
        ("text", (), 0, "str is no number"),
        ((3, 4), (SequenceKey(1), ConvertIntKey()), 1, "int is no boolean"),
        (3, (DivideByKey(True),), 0, "the divisor True is no integer"),
        (3, (DivideByKey(2.5),), 0, "the divisor 2.5 is no integer"),
        (U, (CallMethodKey("size"),), 0, "size"),
    ]
    for value, path, depth, reason in no_numbers:
        with pytest.raises(PathError) as caught:
            read_scalar(value, path)
        assert (caught.value.path, caught.value.depth) == (path, depth)
        assert reason in caught.value.reason


@checks(BND_03)
@given(
    divisors=st.lists(st.one_of(st.integers(1, 5), st.sampled_from((symbol("s0"), symbol("s1") + 1))), max_size=3),
    value=st.one_of(st.integers(0, 9), st.just(U)),
)
def test_a_number_and_its_divisors_are_read_apart(divisors: list[Dim], value: Dim) -> None:
    path: KeyPath = (CallMethodKey("size"), SequenceKey(1), *map(DivideByKey, divisors))
    assert read_scalar(FakeTensor((1, value), (1, 1), DType.float32), path) == (value, tuple(divisors))
    with pytest.raises(PathError):
        read_scalar(FakeTensor((1, value), (1, 1), DType.float32), (*path, DivideByKey(1.5)))


@checks(BND_03)
def test_only_numbers_are_read() -> None:
    assert read_scalar((eq(U, 1),), (SequenceKey(0), ConvertIntKey())) == (int_of_bool(eq(U, 1)), ())
    assert read_scalar(Sized(), (CallMethodKey("size"), SequenceKey(0))) == (U, ())
    tensor = FakeTensor((1, U), (1, 1), DType.float32)
    no_numbers: tuple[tuple[object, KeyPath], ...] = (
        (U, (ConvertIntKey(),)),
        ("text", (ConvertIntKey(),)),
        (tensor, ()),
        (tensor, (CallMethodKey("size"),)),
    )
    for value, path in no_numbers:
        with pytest.raises(PathError):
            read_scalar(value, path)


BND_04 = Clause(
    "BND-04",
    "After a node ran, each pending symbol is bound at the first place where it stands, sizes before strides.",
    "refimpl.symbolic_shapes.pending_paths:_search",
    "bnd-tensors-are-not-searched",
)
BND_05 = Clause(
    "BND-05",
    "A pending symbol is also found in a product with one number or backed symbol, and behind a boolean.",
    "refimpl.symbolic_shapes.pending_paths:_place",
    "bnd-any-plain-product-binds",
)
BND_06 = Clause(
    "BND-06",
    "A pending symbol that stands nowhere in the result is an error unless it may be ignored; peeking changes nothing.",
    "refimpl.symbolic_shapes.bindings:compute_unbacked_bindings",
    "bnd-what-may-be-ignored-must-be-found",
)
test_bindings_are_found_at_the_first_place_of_each_symbol = checks(BND_04, BND_05, BND_06)(
    test_bindings.test_bindings_are_found_at_the_first_place_of_each_symbol
)


@checks(BND_04)
@given(sizes=st.permutations((0, 1, 2)), strides=st.permutations((0, 1, 2, 3)), nested=st.booleans())
def test_pending_symbols_are_found_where_they_stand_first(sizes: list[int], strides: list[int], nested: bool) -> None:
    env = ShapeEnv()
    for _ in range(4):
        env.create_unbacked_symint()
    atoms = [symbol(f"u{index}") for index in range(4)]
    tensor = FakeTensor(
        tuple(atoms[i] for i in sizes), tuple(atoms[i] for i in strides[:3]), DType.float32, offset=atoms[3]
    )
    found = compute_unbacked_bindings(env, [5, (tensor,)] if nested else tensor)
    prefix = "[1][0]" if nested else ""
    expected = {f"u{number}": f"{prefix}.size()[{place}]" for place, number in enumerate(sizes)}
    in_strides = [place for place, number in enumerate(strides[:3]) if number == 3]
    expected["u3"] = f"{prefix}.stride()[{in_strides[0]}]" if in_strides else f"{prefix}.storage_offset()"
    assert found is not None
    assert {bound.name: keystr(path) for bound, path in found.items()} == expected
    assert env.pending_fresh_unbacked_symbols == []


@checks(BND_04)
def test_pending_symbols_are_found_in_the_inner_values_of_a_wrapper() -> None:
    env = ShapeEnv()
    one, other = (env.create_unbacked_symint() for _ in range(2))
    tensor = FakeTensor((symbol("u0"), symbol("u1")), (1, 1), DType.float32)
    found = compute_unbacked_bindings(env, (3, Traceable((one, other), Traceable(tensor, one))))
    assert found is not None
    assert [(bound.name, keystr(path)) for bound, path in found.items()] == [
        ("u0", "[1].second.second"),
        ("u1", "[1].second.first.size()[1]"),
    ]


@checks(BND_05)
@given(factor=st.integers(2, 9), backed=st.booleans())
def test_products_and_booleans_bind_through_their_keys(factor: int, backed: bool) -> None:
    env = ShapeEnv()
    env.add_backed(name("s0"), 5, 2, None)
    by: Dim = symbol("s0") if backed else factor
    product = symbol("u0") * by
    assert isinstance(product, IntTerm)
    number = env.create_unbacked_symint()
    assert isinstance(number, SymInt)
    found = compute_unbacked_bindings(env, (env.create_unbacked_symbool(), SymInt(product, env)))
    assert found is not None
    assert [(bound.name, keystr(path)) for bound, path in found.items()] == [
        ("u1", "[0].cast_symbool_to_symint_guardless()"),
        ("u0", f"[1].__floordiv__({by})"),
    ]


@checks(BND_05, BND_06)
def test_a_pending_symbol_stands_alone_or_in_a_plain_product() -> None:
    env = ShapeEnv()
    for backed in ("s0", "s1"):
        env.add_backed(name(backed), 5, 2, None)
    env.add_unbacked(name("u9"), 0, None)
    u, s, t, known = env.create_unbacked_symint(), symbol("s0"), symbol("s1"), symbol("u9")
    u10, z = symbol(str(u)), env.create_unbacked_symfloat()
    other = symbol(str(env.create_unbacked_symint()))
    places: list[tuple[Scalar, str | None]] = [
        (u10, ""),
        (z.raw, ""),
        (3 * u10, ".__floordiv__(3)"),
        (s * u10, ".__floordiv__(s0)"),
        (eq(u10, 1), ".cast_symbool_to_symint_guardless()"),
        *[(term, None) for term in (u10 + 1, 2 * s * u10, s * t * u10, known * u10, u10 * other, u10 // 2)],
        (u10 - known, None),
        *[(term, None) for term in (known, 7, u10 * u10, float_symbol("zuf9"))],
        *[(condition, None) for condition in (eq(u10, 2), ne(u10, 1), ge(u10, 1), eq(known, 1), eq(s * u10, 1))],
    ]
    for scalar, path in places:
        found = compute_unbacked_bindings(env, (None, "text", [wrap(scalar, env)]), peek=True)
        assert found is not None
        assert [keystr(at) for at in found.values()] == ([] if path is None else [f"[2][0]{path}"]), scalar


@checks(BND_06)
@given(ignorable=st.booleans(), peek=st.booleans())
def test_a_symbol_that_nobody_binds_is_an_error(ignorable: bool, peek: bool) -> None:
    env = ShapeEnv()
    env.create_unbacked_symint()
    if ignorable:
        env.symbols.ignorable[name("u0")] = None
    if ignorable or peek:
        assert compute_unbacked_bindings(env, 3, peek=peek) == {}
    else:
        with pytest.raises(PendingUnbackedSymbolNotFound, match=r"Pending unbacked symbols \{u0\} not in returned"):
            compute_unbacked_bindings(env, 3)
    assert env.pending_fresh_unbacked_symbols == ([name("u0")] if peek else [])
    assert compute_unbacked_bindings(None, 3, peek=peek) is None


BND_07 = Clause(
    "BND-07",
    "With an old value each found symbol is rebound to what stands at its path there.",
    "refimpl.symbolic_shapes.bindings:_equate",
    "bnd-quotients-by-the-old-value-are-turned-round",
)


@checks(BND_07)
@given(old=st.one_of(st.integers(0, 10), st.sampled_from((symbol("u9"), symbol("s0"), symbol("s0") + 1))))
def test_a_symbol_is_rebound_to_the_old_value(old: Dim) -> None:
    env = ShapeEnv()
    env.add_backed(name("s0"), 5, 2, None)
    env.add_unbacked(name("u9"), 0, 10)
    fresh = env.create_unbacked_symint()
    assert isinstance(fresh, SymInt)
    compute_unbacked_bindings(env, (4, fresh), (4, old if isinstance(old, int) else SymInt(old, env)))
    assert env.known(eq(to_dim(fresh.raw), old)) is True
    assert env.unbacked_renamings == ({name("u10"): name("u9")} if old is symbol("u9") else {})


@checks(BND_07)
@pytest.mark.parametrize("old", [8, 7, 2 * symbol("u9"), symbol("u9"), 2 * symbol("s0"), 2 * symbol("u0")], ids=str)
def test_a_symbol_in_a_product_is_rebound_to_the_quotient(old: Dim) -> None:
    env = ShapeEnv()
    env.add_backed(name("s0"), 5, 2, None)
    env.create_unbacked_symint()
    env.add_unbacked(name("u9"), 0, 10)
    if old == 7:
        with pytest.raises(RebindingInconsistentError, match="the division is not exact"):
            compute_unbacked_bindings(env, wrap(2 * U, env), wrap(old, env))
        return
    assert compute_unbacked_bindings(env, wrap(2 * U, env), wrap(old, env)) == {name("u0"): (DivideByKey(2),)}
    assert env.known(eq(2 * U, old)) is True


BND_08 = Clause(
    "BND-08",
    "``resolve_unbacked_bindings`` follows renamings to the end and loses no symbol and no path.",
    "refimpl.symbolic_shapes.bindings:resolve_unbacked_bindings",
    "bnd-renamed-names-are-taken-from-others",
)
test_resolution_follows_renamings_to_the_end_and_loses_nothing = checks(BND_08)(
    test_bindings.test_resolution_follows_renamings_to_the_end_and_loses_nothing
)
NAMES = tuple(name(f"u{index}") for index in range(6))


@checks(BND_08)
@given(
    links=st.dictionaries(st.integers(0, 4), st.integers(1, 5), max_size=5),
    bound=st.lists(st.integers(0, 5), unique=True, min_size=1, max_size=6),
)
def test_resolution_goes_to_the_end_and_loses_nothing(links: dict[int, int], bound: list[int]) -> None:
    env = ShapeEnv()
    forward = {NAMES[old]: NAMES[max(old + 1, new)] for old, new in links.items()}
    env.unbacked_renamings.update(forward)
    bindings: dict[Symbol, KeyPath] = {NAMES[index]: (SequenceKey(index),) for index in bound}
    resolved = resolve_unbacked_bindings(env, bindings)
    assert resolved is not None
    assert sorted(map(str, resolved.values())) == sorted(map(str, bindings.values())), "no path is lost"
    for end, path in resolved.items():
        start = next(old for old, own in bindings.items() if own == path)
        last = start
        while last in forward:
            last = forward[last]
        taken = [other for other in resolved if other is not end]
        assert end is last or (end is start and (last in taken or last in bindings)), "to the end unless taken"


@checks(BND_08)
def test_pytorch_goes_one_hop_and_loses_a_collision() -> None:
    renamings = {name("u1"): name("u2"), name("u2"): name("u3"), name("u4"): name("u3")}
    bindings: dict[Symbol, KeyPath] = {name("u1"): FIRST_SIZE, name("u4"): (), name("u2"): (SequenceKey(1),)}
    torch = ShapeEnv(profile=TORCH_2_13)
    torch.unbacked_renamings.update(renamings)
    assert resolve_unbacked_bindings(torch, bindings) == {name("u2"): FIRST_SIZE, name("u3"): (SequenceKey(1),)}
    assert resolve_unbacked_bindings(None, None) is None
