"""Operators that eager kernels run and tracing refuses: their results need contents for which no symbol stands."""

from __future__ import annotations

from collections.abc import Sequence

from refimpl.aten._dims import wrap_dim
from refimpl.aten._in_place import scalar_type_name
from refimpl.aten._registry import shape
from refimpl.aten.recurrent import require_structure, states_of
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.errors import DataDependentOutputException, DynamicOutputShapeException
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import eq, ne

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


def _read_counts(ctx: Context, batch_sizes: FakeTensor) -> Value:
    """How many sequences go on at each step is asked, and that is refused. Raises GuardOnDataDependentSymNode."""
    at_step = ctx.fresh_int(0, None, ctx.quantity("batch at a step", batch_sizes))
    ctx.decide(eq(at_step, 1))
    raise RuntimeError("The tensor has a non-zero number of elements, but its data is not allocated yet.")


@shape("aten.gru.data", "aten.rnn_tanh.data", "aten.rnn_relu.data")
def packed_layers(
    ctx: Context,
    data: FakeTensor,
    batch_sizes: FakeTensor,
    hx: FakeTensor,
    params: Sequence[FakeTensor],
    has_biases: bool,
    num_layers: int,
    dropout: float,
    train: bool,
    bidirectional: bool,
) -> Value:
    """Recurrent layers on packed sequences."""
    if len(params) % (4 if has_biases else 2):
        raise RuntimeError("got an incorrect number of RNN parameters")
    require_structure(len(states_of(ctx, hx)), len(params), 4 if has_biases else 2, num_layers, bidirectional)
    _require_counts(batch_sizes)
    return _read_counts(ctx, batch_sizes)


def _require_counts(batch_sizes: FakeTensor) -> None:
    if batch_sizes.dtype is not DType.int64:
        raise RuntimeError(f"expected scalar type Long but found {scalar_type_name(batch_sizes.dtype)}")


@shape("aten.lstm.data")
def packed_lstm(
    ctx: Context,
    data: FakeTensor,
    batch_sizes: FakeTensor,
    hx: Sequence[FakeTensor],
    params: Sequence[FakeTensor],
    has_biases: bool,
    num_layers: int,
    dropout: float,
    train: bool,
    bidirectional: bool,
) -> Value:
    """An LSTM on packed sequences."""
    if len(hx) != 2:
        raise RuntimeError("lstm expects two hidden states")
    widths = [state.sizes[wrap_dim(2, state.ndim, scalar_has_one=False)] for state in hx]
    each = (4 if has_biases else 2) + ctx.decide(ne(*widths))
    for state in hx:
        require_structure(len(states_of(ctx, state)), len(params), each, num_layers, bidirectional)
    _require_counts(batch_sizes)
    return _read_counts(ctx, batch_sizes)
