"""Operators that eager kernels run and tracing refuses: their results need contents for which no symbol stands."""

from __future__ import annotations

from refimpl.aten._registry import shape
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.errors import DataDependentOutputException, DynamicOutputShapeException
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import eq

__all__: list[str] = []

# Which operator the error names: comparing is the part of a covariance that needs contents.
_OUTPUTS = {
    "allclose": "allclose",
    "corrcoef": "equal",
    "cov": "equal",
    "equal": "equal",
}
_SHAPES = ("linalg_lstsq", "unique_dim_consecutive")


def _without_output(name: str, named: str) -> None:
    def refused(ctx: Context, *arguments: object) -> Value:
        """A number or truth value of the contents."""
        raise DataDependentOutputException(f"aten.{named}.default")

    shape(f"aten.{name}.default")(refused)


def _without_shape(name: str) -> None:
    def refused(ctx: Context, *arguments: object) -> Value:
        """A result whose sizes are those of the contents."""
        raise DynamicOutputShapeException(f"aten.{name}.default")

    shape(f"aten.{name}.default")(refused)


for _name, _named in _OUTPUTS.items():
    _without_output(_name, _named)
for _name in _SHAPES:
    _without_shape(_name)


@shape("aten._pad_packed_sequence.default")
def pad_packed_sequence(ctx: Context, *arguments: object) -> Value:
    """Sequences of different lengths, padded: the lengths are read from memory that a fake tensor does not have."""
    raise RuntimeError("The tensor has a non-zero number of elements, but its data is not allocated yet.")


@shape("aten.lstm.data", "aten.gru.data", "aten.rnn_tanh.data", "aten.rnn_relu.data")
def packed_layers(ctx: Context, data: FakeTensor, batch_sizes: FakeTensor, *arguments: object) -> Value:
    """Recurrent layers on packed sequences, which ask how many sequences go on at each step; that is refused."""
    at_step = ctx.fresh_int(0, None, ctx.quantity("batch at a step", batch_sizes))
    ctx.decide(eq(at_step, 1))
    raise RuntimeError("The tensor has a non-zero number of elements, but its data is not allocated yet.")
