"""Guards are read as Python reads them, over the recorded sizes of the inputs; other text is kept with the reason."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refimpl.export import Guard, UnreadGuard, load
from refimpl.export.guards import read_guard
from refimpl.export.input_tree import InputTree, Step, read_input_tree
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import Scalar, evaluate, float_symbol, symbol
from tests.export.support import ARCHIVES

A, B, K, F = symbol("s0"), symbol("s1"), symbol("s2"), float_symbol("zuf0")
TENSOR = FakeTensor((A, 3, B), (3 * B, B, 1), DType.float32, offset=K)
POINT = {"s0": 6, "s1": 5, "s2": -4, "zuf0": 2.5}
"""The same inputs as plain numbers, for Python's own evaluation."""


def _lookup(path: Sequence[Step]) -> FakeTensor | Scalar | None:
    inputs: dict[tuple[Step, ...], FakeTensor | Scalar] = {("x",): TENSOR, ("k",): K, ("xs", 1, "a"): TENSOR, ("f",): F}
    inputs[("p", "left", 0)] = TENSOR
    return inputs.get(tuple(path))


def _value(text: str) -> object:
    guard = read_guard(text, _lookup)
    assert isinstance(guard, Guard), guard
    assert guard.text == text
    return evaluate(guard.condition, POINT)


NA, NB, NK = map(int, (6, 5, -4))
X, Y = "L['x'].size()[0]", "L['x'].size()[2]"


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        ("{a} == 6", NA == 6),
        ("{a} != {b}", NA != NB),
        ("{a} >= {b} and {b} > 4", NA >= NB and NB > 4),
        ("{a} < {b} or {k} < 0", NA < NB or NK < 0),
        ("not {a} < {b}", not NA < NB),
        ("not ({a} < {b}) and not {k} > 0", not (NA < NB) and not NK > 0),
        ("1 <= {b} < {a} <= 6", 1 <= NB < NA <= 6),
        ("1 <= {b} < {a} <= 5", 1 <= NB < NA <= 5),
        ("({a} // 4) != 1", (NA // 4) != 1),
        ("{k} // 3 == -2", NK // 3 == -2),
        ("{k} % 3 == 2", NK % 3 == 2),
        ("{a} - {b} - 1 == 0", NA - NB - 1 == 0),
        ("{a} - ({b} - 1) == 2", NA - (NB - 1) == 2),
        ("2 * {a} + {b} * {b} == 37", 2 * NA + NB * NB == 37),
        ("-{a} + 2 < {k}", -NA + 2 < NK),
        ("-{a} ** 2 == -36", -(NA**2) == -36),
        ("2 ** {b} == 32", 2**NB == 32),
        ("2 ** 3 ** 2 == 512", 2**3**2 == 512),
        ("(-1)*{a} <= (-3) + 2*{k}", (-1) * NA <= (-3) + 2 * NK),
        ("{a} / 4 == 1.5", NA / 4 == 1.5),
        ("{a} / 4 > {b} / 4", NA / 4 > NB / 4),
        ("max(1, {k}, {b}) == 5", max(1, NK, NB) == 5),
        ("min({a}, {b} + 3) >= 6", min(NA, NB + 3) >= 6),
        ("abs({k}) == 4", abs(NK) == 4),
        ("(1 if {a} > 3 else 2) == 1", (1 if NA > 3 else 2) == 1),
        ("({a} if {k} > 0 else {b} if {a} > 7 else {k}) == -4", (NA if NK > 0 else NB if NA > 7 else NK) == -4),
        ("{a} << 2 == 24", NA << 2 == 24),
        ("{a} >> 1 == 3", NA >> 1 == 3),
        ("{a} & 3 == 2", NA & 3 == 2),
        ("{a} | 1 == 7", NA | 1 == 7),
        ("{a} ^ 5 == 3", NA ^ 5 == 3),
        ("True", True),
        ("False or {a} == 6", False or NA == 6),
        ("{a} % ({b} % 3) == 0", NA % (NB % 3) == 0),
        ("math.trunc({a} / 4) == 1", math.trunc(NA / 4) == 1),
        ("math.floor({k} / 3) == -2", math.floor(NK / 3) == -2),
        ("math.ceil({a} / 4) == 2", math.ceil(NA / 4) == 2),
        ("round({a} / 4) == 2", round(NA / 4) == 2),
        ("float({a}) == 6.0", float(NA) == 6.0),
        ("1e1 > {a}", NA < 1e1),
        (".5 < {a}", NA > 0.5),
    ],
)
def test_a_guard_means_what_python_computes(pattern: str, value: bool) -> None:
    """The second column is the same text over plain numbers, computed by Python itself."""
    assert _value(pattern.format(a=X, b=Y, k="L['k']")) is value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("L['x'].size()[1] == 3", True),
        ("L['x'].shape[2] == 5", True),
        ("L['x'].stride()[0] == 15", True),
        ("L['x'].storage_offset() == -4", True),
        ('L["xs"][1]["a"].size()[0] == 6', True),
        ("Eq(L['k'], -4)", True),
        ("Ne(Mod(L['x'].size()[0], 4), 2)", False),
        ("FloorDiv(L['k'], 3) == -2", True),
        ("torch.sym_max(L['k'], 2) == 2", True),
        ("torch.sym_not(L['k'] > 0)", True),
        ("L['f'] > 2.0", True),
        ("L['p'].left[0].size()[0] == 6", True),
        ("IsNonOverlappingAndDenseIndicator(L['k'] + 10, 5, 1, L['x'].size()[0]) == 1", True),
        ("IsNonOverlappingAndDenseIndicator(L['k'] + 10, 5, 1, L['x'].size()[0] + 1) == 1", False),
    ],
)
def test_inputs_and_named_functions(text: str, value: bool) -> None:
    assert _value(text) is value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the end"),
        ("L['y'].size()[0] == 2", "is no input"),
        ("L['x'].size()[9] == 2", "dimensions"),
        ("L['x'].size()[-1] == 2", "expected ']'"),
        ("L['x'].numel() == 2", "no size"),
        ("L['x'] == 2", "expected '.'"),
        ("L[x].size()[0] == 2", "subscript"),
        ("L['k'] + 1", "no condition"),
        ("L['k'] == 1 2", "after the end"),
        ("L['k'] == (1", "expected ')'"),
        ("__import__('os').system('false')", "no known function"),
        ("(lambda: 1)()", "unexpected"),
        ("L['k'].__class__", "after the end"),
        ("L['k'] := 1", "unexpected"),
        ("L['k'] == 'a'", "no number"),
        ("L['k'] ** -1 == 0", "negative exponent"),
        ("[1][0] == 1", "no number"),
        ("L['k'] == 1 and (1, 2)", "expected ')'"),
        ("L['k'] == 1 if L['k'] else 2", "condition of 'if'"),
        ("G['x'] == 1", "no number"),
        ("L['k'] == " + "9" * 200, "digits"),
        ("(" * 5000 + "1" + ")" * 5000, "deep"),
        ("not " * 2000 + "True", "deep"),
        ("-" * 5000 + "1 == 1", "deep"),
        ("2 ** 2 ** 2 ** 2 ** 2 ** 2 == 1", "power"),
        ("L['k'] == " + "1 + " * 20_000 + "1", "characters"),
        ("math.gamma(1.0) == 1.0", "no known function"),
        ("f(1) == 1", "no known function"),
    ],
)
def test_text_outside_the_grammar_is_kept_with_the_reason(text: str, words: str) -> None:
    guard = read_guard(text, _lookup)
    assert isinstance(guard, UnreadGuard)
    assert words in guard.reason


@given(st.text(alphabet="L['xk].size()0123 +-*/%<>=!andornotif", max_size=80))
def test_no_text_raises(text: str) -> None:
    assert isinstance(read_guard(text, _lookup), Guard | UnreadGuard)


def test_every_guard_of_the_corpus_is_read_and_true_of_the_hints() -> None:
    """A guard was recorded because the example inputs satisfied it."""
    read = 0
    for path in ARCHIVES:
        program = load(path)
        for guard in program.guards:
            assert isinstance(guard, Guard), guard
            assert evaluate(guard.condition, program.hints) is True
            read += 1
    assert read > 10


NULL = '"null"'
LEAF = '{"type": null, "context": null, "children_spec": []}'


def _container(kind: str, context: str, *children: str) -> str:
    return f'{{"type": "{kind}", "context": {context}, "children_spec": [{", ".join(children)}]}}'


def _tree(names: Sequence[str], args: str, kwargs: str, fields: dict[str, list[str]] | None = None) -> InputTree:
    whole = _container("builtins.tuple", NULL, args, kwargs)
    tree = read_input_tree(f"[1, {whole}]", names, fields or {})
    assert isinstance(tree, InputTree), tree
    return tree


def test_nested_arguments_are_resolved_in_the_order_of_their_leaves() -> None:
    pair = _container("builtins.list", NULL, LEAF, LEAF)
    mapping = _container("builtins.dict", '"[\\"p\\", \\"q\\"]"', LEAF, pair)
    point = _container("collections.namedtuple", '"\\"m.Point\\""', LEAF, LEAF)
    args = _container("builtins.tuple", NULL, LEAF, mapping, point)
    kwargs = _container("builtins.dict", '"[\\"k\\"]"', LEAF)
    tree = _tree(["x", "m", "p", "k"], args, kwargs, {"m.Point": ["left", "right"]})
    assert tree.resolve(["x"]) == 0
    assert tree.resolve(["m", "p"]) == 1
    assert tree.resolve(["m", "q", 1]) == 3
    assert tree.resolve(["p", "right"]) == 5
    assert tree.resolve(["p", 0]) == 4
    assert tree.resolve(["k"]) == 6
    nowhere: list[list[Step]] = [["m"], ["y"], ["m", "r"], ["m", "q", 2], ["x", 0], []]
    assert [tree.resolve(path) for path in nowhere] == [None] * len(nowhere)


def test_strict_mode_names_the_leaves() -> None:
    args = _container("builtins.tuple", NULL, _container("builtins.list", NULL, LEAF, LEAF), LEAF)
    tree = _tree(["xs", "y"], args, _container("builtins.dict", '"[]"'))
    assert [tree.resolve(["flat_args", index]) for index in range(4)] == [0, 1, 2, None]
    assert tree.resolve(["flat_args"]) is None
    # An argument of that name is itself.
    assert _tree(["flat_args", "y"], args, _container("builtins.dict", '"[]"')).resolve(["flat_args", 2]) is None


def test_a_data_class_is_reached_by_its_fields() -> None:
    point = _container("Point", '"[[\\"left\\", \\"right\\"], [\\"absent\\"]]"', LEAF, LEAF)
    tree = _tree(["p"], _container("builtins.tuple", NULL, point), _container("builtins.dict", '"[]"'))
    assert [tree.resolve(["p", field]) for field in ("left", "right", "absent")] == [0, 1, None]


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_dense_and_non_overlapping(rank: int) -> None:
    """By sorting: the smallest stride is 1, each next one the last times its size, where sizes are not 1."""
    outcomes: Counter[bool] = Counter()
    for sizes in product((0, 1, 2, 3), repeat=rank):
        for strides in product((0, 1, 2, 3, 6), repeat=rank):
            expected, is_dense = 1, True
            for stride, size in sorted(zip(strides, sizes, strict=True), key=lambda pair: pair[0]):
                is_dense = is_dense and (size == 1 or stride == expected)
                expected *= 1 if size == 1 else size
            if rank == 1:
                is_dense = strides[0] == 1 or sizes[0] < 2
            text = f"IsNonOverlappingAndDenseIndicator({', '.join(map(str, (*sizes, *strides)))}) == 1"
            outcomes[is_dense] += 1
            assert _value(text) is is_dense, text
    assert min(outcomes.values()) > 5


def test_a_tensor_of_absurd_rank_is_not_reasoned_about() -> None:
    text = f"IsNonOverlappingAndDenseIndicator({', '.join([X] * 2000)}) == 1"
    started = time.perf_counter()
    assert isinstance(read_guard(text, _lookup), UnreadGuard)
    assert time.perf_counter() - started < 1


def test_variadic_arguments_are_found_under_their_numbered_names() -> None:
    args = _container("builtins.tuple", NULL, LEAF, LEAF)
    kwargs = _container("builtins.dict", '"[\\"extra\\"]"', LEAF)
    tree = _tree(["args_0", "args_1", "extra"], args, kwargs)
    assert tree.resolve(["args", 1]) == 1
    assert tree.resolve(["kwargs", "extra"]) == 2


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", None),
        ("[2, 1]", []),
        (f"[2, {LEAF}]", []),
        (f"[1, {LEAF}]", []),
        ("[" * 100_000, []),
        (f"[1, {_container('builtins.tuple', 'null', LEAF, LEAF)}]", []),
        (f"[1, {_container('builtins.tuple', 'null', _container('a', 'null', LEAF), _container('b', 'null'))}]", []),
    ],
)
def test_an_unreadable_tree_is_a_sentence(text: str, names: list[str] | None) -> None:
    assert isinstance(read_input_tree(text, names, {}), str)
