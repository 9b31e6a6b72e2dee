"""Splitting: an archive can't make us hold a billion views."""

from __future__ import annotations

import pytest

from refimpl.aten import overload
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor
from tests.aten.plain_context import PlainContext

HUGE = FakeTensor((10**12,), (1,), DType.float32)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("aten.split.Tensor", (HUGE, 1)),
        ("aten.unbind.int", (HUGE,)),
        ("aten.tensor_split.sections", (HUGE, 10**9)),
        ("aten.chunk.default", (HUGE, 10**9)),
    ],
)
def test_too_many_pieces_are_refused_at_once(name: str, arguments: tuple[object, ...]) -> None:
    with pytest.raises(RuntimeError, match=r"pieces are more than"):
        overload(name).run(PlainContext(), arguments, {})
