"""Paths: what they read, how they print, how they fail."""

from __future__ import annotations

import pytest

from refimpl.fake_tensor import DType, FakeTensor
from refimpl.symbolic_shapes import (
    CallMethodKey,
    ConvertIntKey,
    DivideByKey,
    InnerTensorKey,
    KeyPath,
    PathError,
    SequenceKey,
    ShapeEnv,
    SymInt,
    key_get,
    keystr,
)
from refimpl.symbolic_shapes.key_path import as_key
from refimpl.symbolic_shapes.reading import read_scalar
from refimpl.terms import eq, int_of_bool, symbol

U = symbol("u0")
TENSOR = FakeTensor((U, 4), (4, 1), DType.float32, offset=U * 2)


class _Wrapper:
    def __init__(self) -> None:
        self.inner = TENSOR


@pytest.mark.parametrize(
    ("value", "path", "text", "found"),
    [
        (TENSOR, (CallMethodKey("size"), SequenceKey(0)), ".size()[0]", U),
        (TENSOR, (CallMethodKey("stride"), SequenceKey(0)), ".stride()[0]", 4),
        (TENSOR, (CallMethodKey("storage_offset"), DivideByKey(2)), ".storage_offset().__floordiv__(2)", U),
        ((1, [TENSOR]), (SequenceKey(1), SequenceKey(0), CallMethodKey("size"), SequenceKey(1)), "[1][0].size()[1]", 4),
        (_Wrapper(), (InnerTensorKey("inner"), CallMethodKey("size"), SequenceKey(0)), ".inner.size()[0]", U),
        (True, (ConvertIntKey(),), ".cast_symbool_to_symint_guardless()", 1),
        (7, (DivideByKey(2),), ".__floordiv__(2)", 3),
    ],
)
def test_a_path_reads_and_prints_as_pytorch(value: object, path: KeyPath, text: str, found: object) -> None:
    assert keystr(path) == text
    assert key_get(value, path) == found


def test_a_symbolic_boolean_is_read_as_its_integer_form() -> None:
    env = ShapeEnv()
    found = key_get(env.create_unbacked_symbool(), (ConvertIntKey(),))
    assert isinstance(found, SymInt)
    assert found.raw is int_of_bool(eq(U, 1))


@pytest.mark.parametrize(
    ("value", "path", "where"),
    [
        (TENSOR, (CallMethodKey("size"), SequenceKey(2)), ".size()"),
        (TENSOR, (SequenceKey(0),), "the result"),
        ((1, 2), (SequenceKey(0), CallMethodKey("size")), "[0]"),
        ("text", (DivideByKey(2),), "the result"),
        (4, (DivideByKey(0),), "the result"),
        (3, (ConvertIntKey(),), "the result"),
        (TENSOR, (InnerTensorKey("inner"),), "the result"),
    ],
)
def test_a_path_that_does_not_exist_says_where_it_ends(value: object, path: KeyPath, where: str) -> None:
    with pytest.raises(PathError) as caught:
        key_get(value, path)
    assert f"ends at {where}:" in str(caught.value)
    assert caught.value.path == path


def test_reading_a_number_keeps_the_divisors_apart() -> None:
    assert read_scalar(TENSOR, (CallMethodKey("storage_offset"), DivideByKey(2))) == (U * 2, (2,))
    assert read_scalar((eq(U, 1),), (SequenceKey(0), ConvertIntKey())) == (int_of_bool(eq(U, 1)), ())
    unreadable: list[tuple[object, KeyPath]] = [
        (TENSOR, ()),
        ((TENSOR,), (SequenceKey(0),)),
        (U, (ConvertIntKey(),)),
        (U, (DivideByKey(1.5),)),
    ]
    for value, path in unreadable:
        with pytest.raises(PathError):
            read_scalar(value, path)


def test_only_keys_are_keys() -> None:
    assert as_key(SequenceKey(1)) == SequenceKey(1)
    with pytest.raises(TypeError, match="is no key"):
        as_key("size")
