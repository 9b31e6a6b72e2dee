"""Facts of data-dependent operators against eager PyTorch: no run violates one, refusals are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refimpl.aten._overload import overload
from tests.aten.calls import Json, decode
from tests.aten.eager import Eager
from tests.aten.plain_context import FactViolated, PlainContext

_Call: TypeAlias = tuple[str, list[Json]]
_Counts: TypeAlias = list[int | float | bool]

_SIZES = st.sampled_from((0, 1, 1, 2, 2, 3, 4))


@st.composite
def tensors(
    draw: st.DrawFn, dtype: str | None = None, ndims: tuple[int, int] = (0, 3), sizes: list[int] | None = None
) -> Json:
    """A tensor with small contents (and NaN), with sizes of 0 and 1 among others."""
    kind = dtype or draw(st.sampled_from(("int64", "int32", "float32", "bool", "uint8")))
    shape = draw(st.lists(_SIZES, min_size=ndims[0], max_size=ndims[1])) if sizes is None else sizes
    values: dict[str, tuple[Json, ...]] = {"bool": (False, True), "float32": (0.0, 1.0, -1.0, "nan")}
    value = st.sampled_from(values.get(kind, (0, 1, 2, 3)))
    contents = draw(st.lists(value, min_size=prod(shape), max_size=prod(shape)))
    strides = [prod(max(size, 1) for size in shape[dim + 1 :]) for dim in range(len(shape))]
    return {"t": [list[Json](shape), list[Json](strides), 0, kind], "v": contents}


def _shape(tensor: Json) -> list[int]:
    assert isinstance(tensor, dict)
    inner = tensor["t"]
    assert isinstance(inner, list)
    assert isinstance(inner[0], list)
    return [int(str(size)) for size in inner[0]]


@st.composite
def calls(draw: st.DrawFn) -> _Call:
    """A call of a data-dependent operator; not all of them are valid."""
    yes = st.booleans()
    kind = draw(st.sampled_from(sorted(_MAKERS)))
    return kind, _MAKERS[kind](draw, yes)


_Maker: TypeAlias = Callable[[st.DrawFn, st.SearchStrategy[bool]], list[Json]]


def _alone(draw: st.DrawFn, yes: st.SearchStrategy[bool]) -> list[Json]:
    return [draw(tensors())]


def _masked(draw: st.DrawFn, yes: st.SearchStrategy[bool]) -> list[Json]:
    tensor = draw(tensors())
    shape = _shape(tensor)
    broadcast = [draw(st.sampled_from((size, 1))) for size in shape[draw(st.integers(0, len(shape))) :]]
    return [tensor, draw(tensors("bool", sizes=broadcast))]


def _dimension(draw: st.DrawFn, yes: st.SearchStrategy[bool]) -> list[Json]:
    return [draw(tensors(ndims=(1, 3))), draw(st.integers(-2, 1)), True, draw(yes), draw(yes)]


def _repeats(draw: st.DrawFn, yes: st.SearchStrategy[bool]) -> list[Json]:
    tensor = draw(tensors(ndims=(1, 2)))
    dim = draw(st.sampled_from((None, 0, -1)))
    length = prod(_shape(tensor)) if dim is None else _shape(tensor)[dim]
    sizes = draw(st.sampled_from(([length], [1], [], [length + 1])))
    return [tensor, draw(tensors("int64", sizes=sizes)), dim]


def _bins(draw: st.DrawFn, yes: st.SearchStrategy[bool]) -> list[Json]:
    tensor = draw(tensors("int64", ndims=(1, 1)))
    weights = draw(st.none() | tensors("float32", sizes=_shape(tensor)))
    return [tensor, weights, draw(st.sampled_from((0, 2, 6, -1)))]


def _split(draw: st.DrawFn, yes: st.SearchStrategy[bool]) -> list[Json]:
    positions = draw(tensors("int64", sizes=[draw(st.integers(0, 3))]))
    return [draw(tensors(ndims=(1, 2))), positions, draw(st.integers(-1, 0))]


_MAKERS: dict[str, _Maker] = {
    "aten.nonzero.default": _alone,
    "aten.argwhere.default": _alone,
    "aten.nonzero_numpy.default": _alone,
    "aten.where.default": _alone,
    "aten.item.default": _alone,
    "aten.masked_select.default": _masked,
    "aten._unique2.default": lambda draw, yes: [draw(tensors()), draw(yes), draw(yes), draw(yes)],
    "aten.unique_dim.default": _dimension,
    "aten.unique_consecutive.default": lambda draw, yes: [draw(tensors()), draw(yes), draw(yes), None],
    "aten.repeat_interleave.Tensor": lambda draw, yes: [draw(tensors("int64", ndims=(0, 2)))],
    "aten.repeat_interleave.self_Tensor": _repeats,
    "aten.bincount.default": _bins,
    "aten.combinations.default": lambda draw, yes: [draw(tensors(ndims=(0, 2))), draw(st.integers(-1, 3)), draw(yes)],
    "aten.tensor_split.tensor_indices_or_sections": _split,
}


def _sizes(value: Json) -> list[int]:
    return _shape(value)


def _items(value: Json) -> list[Json]:
    assert isinstance(value, list)
    return value


def counts_of(operator: str, args: list[Json], out: Json) -> _Counts:
    """What the run's result says about the data, in the order in which the shape function allocates it."""
    match operator.split(".")[1]:
        case "item":
            value = decode(out)
            assert isinstance(value, (bool, int, float))
            return [value]
        case "nonzero_numpy" | "where":
            return [_sizes(item)[0] for item in _items(out)[:1]]
        case "_unique2" | "unique_consecutive":
            return [_sizes(_items(out)[0])[0]]
        case "unique_dim":
            return [_sizes(_items(out)[0])[int(str(args[1]))]]
        case "repeat_interleave" if len(args) == 3:
            return [_sizes(out)[int(str(args[2] or 0))]]
        case "tensor_split":
            return list(_pieces(_items(out), int(str(args[2]))))
        case _:
            return [_sizes(out)[0]]


def _pieces(pieces: list[Json], dim: int) -> Iterator[int]:
    for index, piece in enumerate(pieces):
        yield _sizes(piece)[dim]
        if index:
            assert isinstance(piece, dict)
            inner = piece["t"]
            assert isinstance(inner, list)
            yield int(str(inner[2]))


@pytest.fixture(scope="module")
def eager() -> Iterator[Eager]:
    with Eager() as running:
        yield running


def _ours(operator: str, args: list[Json], counts: _Counts) -> str | None:
    """The refusal of our shape function, if it refuses. A violated fact fails the test."""
    try:
        overload(operator).run(PlainContext(counts), tuple(map(decode, args)), {})
    except FactViolated:
        raise
    except (RuntimeError, IndexError, NotImplementedError) as error:
        return str(error)
    return None


@pytest.mark.torch
@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(call=calls())
def test_no_eager_run_violates_a_fact_and_refusals_agree(eager: Eager, call: _Call) -> None:
    operator, args = call
    answer = eager.run({"op": operator, "args": args})
    if "out" in answer:
        assert _ours(operator, args, counts_of(operator, args, answer["out"])) is None
    else:
        assert _ours(operator, args, [0] * 9) is not None, answer["error"]


def test_a_false_fact_is_noticed() -> None:
    contents: list[Json] = [1] * 6
    tensor: Json = {"t": [[2, 3], [3, 1], 0, "int64"], "v": contents}
    with pytest.raises(FactViolated):
        _ours("aten.nonzero.default", [tensor], [7])
