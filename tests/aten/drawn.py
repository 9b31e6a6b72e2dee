"""Random draws of shapes, layouts, dimensions and index contents, as JSON that both sides can run."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from random import Random
from typing import Final, TypeAlias, final

from tests.aten.calls import Json

__all__ = ["Arguments", "Draw", "sizes_of"]

Arguments: TypeAlias = "list[Json]"
_SIZES: Final = (0, 1, 1, 2, 2, 3, 4)


def sizes_of(tensor: Json) -> list[int]:
    """The sizes of an encoded tensor."""
    assert isinstance(tensor, dict)
    fields = tensor["t"]
    assert isinstance(fields, list)
    sizes = fields[0]
    assert isinstance(sizes, list)
    return [int(str(size)) for size in sizes]


def _ints(values: Sequence[int]) -> list[Json]:
    return list[Json](values)


@final
class Draw:
    """Draws with one source of randomness."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def chance(self, share: float) -> bool:
        """True in that share of draws."""
        return self.random.random() < share

    def pick(self, low: int, high: int) -> int:
        """A number between two bounds, both included."""
        return self.random.randint(low, high)

    def size(self) -> int:
        """A size from 0 to 4, 1 and 2 more often."""
        return self.random.choice(_SIZES)

    def shape(self, low: int = 0, high: int = 3) -> list[int]:
        """A shape of a number of dimensions between the bounds."""
        return [self.size() for _ in range(self.pick(low, high))]

    def dim(self, ndim: int, more: int = 0) -> int:
        """A dimension, counted from either end, now and then one that does not exist."""
        count = max(ndim + more, 1)
        return self.random.choice((count, -count - 1)) if self.chance(0.05) else self.pick(-count, count - 1)

    def narrowed(self, shape: Sequence[int]) -> list[int]:
        """A shape that broadcasts to another one, most of the time."""
        result = [1 if self.chance(0.3) else size for size in shape]
        if result and self.chance(0.08):
            result[self.pick(0, len(result) - 1)] = self.size()
        while result and self.chance(0.25):
            del result[0]
        return [self.size(), *result] if self.chance(0.1) else result

    def refactored(self, numel: int) -> list[int]:
        """A shape of that many elements, most of the time, perhaps with a -1."""
        result: list[int] = []
        if self.chance(0.15) or not numel:
            result = self.shape(1, 3)
            if not numel:
                result[self.pick(0, len(result) - 1)] = self.random.choice((0, -1))
            return result
        while numel > 1 and self.chance(0.8):
            result.append(self.random.choice([d for d in range(1, numel + 1) if numel % d == 0]))
            numel //= result[-1]
        result.append(numel)
        if self.chance(0.3):
            result.insert(self.pick(0, len(result)), 1)
        if self.chance(0.4):
            result[self.pick(0, len(result) - 1)] = -1
        return result

    def tensor(self, shape: Sequence[int], dtype: str = "float32") -> Json:
        """A tensor of that shape: contiguous, permuted, every second element, or expanded."""
        layout = self.random.random()
        order = list(range(len(shape)))
        step, offset = 1, 0
        if layout < 0.3:
            self.random.shuffle(order)
        elif layout < 0.45:
            step, offset = 2, 1
        strides, running = [0] * len(shape), step
        for dim in reversed(order):
            strides[dim] = running
            running *= max(shape[dim], 1)
        if 0.45 <= layout < 0.55:
            strides = [0 if self.chance(0.5) else stride for stride in strides]
        return {"t": [_ints(shape), _ints(strides), offset, dtype]}

    def channels_last(self, shape: Sequence[int]) -> Json:
        """A four-dimensional tensor, contiguous or with the channels innermost."""
        c, h, w = (max(size, 1) for size in shape[1:])
        strides = [h * w * c, 1, w * c, c] if self.chance(0.5) else [c * h * w, h * w, w, 1]
        return {"t": [_ints(shape), _ints(strides), 0, "float32"]}

    def any_tensor(self, low: int = 0, high: int = 3) -> Json:
        """A tensor of a number of dimensions between the bounds."""
        return self.tensor(self.shape(low, high))

    def index(self, shape: Sequence[int], bound: int) -> Json:
        """Positions below the bound; of an empty dimension there are none, so the index is empty too."""
        chosen = list(shape) if bound or 0 in shape else [0]
        values = [self.pick(0, max(bound - 1, 0)) for _ in range(prod(chosen))]
        return {"t": [_ints(chosen), _ints(_contiguous(chosen)), 0, "int64"], "v": _ints(values)}

    def mask(self, shape: Sequence[int]) -> Json:
        """A boolean tensor."""
        values: list[Json] = [self.chance(0.5) for _ in range(prod(shape))]
        return {"t": [_ints(shape), _ints(_contiguous(shape)), 0, "bool"], "v": values}

    def ints(self, low: int, high: int, count: int) -> Json:
        """A list of numbers."""
        return [self.pick(low, high) for _ in range(count)]


def _contiguous(shape: Sequence[int]) -> list[int]:
    strides: list[int] = []
    running = 1
    for size in reversed(shape):
        strides.insert(0, running)
        running *= max(size, 1)
    return strides
