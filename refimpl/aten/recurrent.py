"""Recurrent layers over a batch of sequences."""

from __future__ import annotations

from collections.abc import Sequence

from refimpl.aten._registry import shape
from refimpl.aten._windows import in_format, sizes_text
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import Dim, eq, gt, lor

__all__: list[str] = []


def _require_batch(ctx: Context, hidden: FakeTensor, batch: Dim, unchecked: bool) -> None:
    """The gates of a step are added in place, which broadcasts a batch of one; tracing assumes equality."""
    have = hidden.sizes[1]
    if have is not batch:
        equal = eq(have, batch)
        message = f"Expected hidden size with batch {batch}, got {sizes_text(hidden.sizes)}"
        ctx.defer(equal, True if unchecked else lor(equal, eq(batch, 1)), message)


def _require_weights(
    ctx: Context,
    params: Sequence[FakeTensor],
    num_layers: int,
    directions: int,
    features: Dim,
    width: Dim,
    unchecked: bool,
) -> None:
    """Each layer's weights take what the layer below gives; the kernel of the LSTM does not look."""
    each = len(params) // (num_layers * directions) if num_layers else 0
    for index in range(0, each * num_layers * directions, each or 1):
        inputs = features if index < each * directions else width * directions
        for weight, have in ((params[index], inputs), (params[index + 1], width)):
            fits = eq(have, weight.sizes[1])
            ctx.defer(
                fits,
                True if unchecked else fits,
                f"mat1 and mat2 shapes cannot be multiplied: {have} features, weight of {sizes_text(weight.sizes)}",
            )


def _run(
    ctx: Context,
    input: FakeTensor,
    hidden: FakeTensor,
    params: Sequence[FakeTensor],
    num_layers: int,
    bidirectional: bool,
    batch_first: bool,
    *,
    unchecked: bool = False,
) -> tuple[FakeTensor, FakeTensor]:
    """The outputs of all steps and the last hidden state."""
    if input.ndim != 3 or hidden.ndim != 3:
        raise RuntimeError(f"Expected three dimensions, got {sizes_text(input.sizes)} and {sizes_text(hidden.sizes)}")
    steps, batch = (input.sizes[1], input.sizes[0]) if batch_first else (input.sizes[0], input.sizes[1])
    directions = 2 if bidirectional else 1
    features, width = input.sizes[2], hidden.sizes[2]
    ctx.require(gt(steps, 0), "Expected sequence length to be larger than 0 in RNN")
    ctx.require(eq(hidden.sizes[0], num_layers * directions), f"Expected {num_layers * directions} hidden states")
    _require_weights(ctx, params, num_layers, directions, features, width, unchecked)
    _require_batch(ctx, hidden, batch, unchecked)
    output = in_format(ctx, input, (steps, batch, width * directions), "contiguous_format")
    if batch_first:
        (s, b, w), (x, y, z) = output.sizes, output.strides
        output = output.viewed((b, s, w), (y, x, z), 0)
    return output, _state(ctx, input, num_layers * directions, batch, width)


def _state(ctx: Context, input: FakeTensor, layers: int, batch: Dim, width: Dim) -> FakeTensor:
    return in_format(ctx, input, (layers, batch, width), "contiguous_format")


@shape("aten.rnn_tanh.input", "aten.rnn_relu.input", "aten.gru.input")
def rnn(
    ctx: Context,
    input: FakeTensor,
    hx: FakeTensor,
    params: Sequence[FakeTensor],
    has_biases: bool,
    num_layers: int,
    dropout: float,
    train: bool,
    bidirectional: bool,
    batch_first: bool,
) -> tuple[FakeTensor, ...]:
    """The outputs of all steps and the last hidden state of each layer and direction."""
    return _run(ctx, input, hx, params, num_layers, bidirectional, batch_first)


@shape("aten.lstm.input")
def lstm(
    ctx: Context,
    input: FakeTensor,
    hx: Sequence[FakeTensor],
    params: Sequence[FakeTensor],
    has_biases: bool,
    num_layers: int,
    dropout: float,
    train: bool,
    bidirectional: bool,
    batch_first: bool,
) -> tuple[FakeTensor, ...]:
    """The outputs of all steps, the last hidden and the last cell state; a projection makes the hidden one narrower."""
    if len(hx) != 2:
        raise RuntimeError("lstm expects two hidden states")
    hidden, cell = hx
    output, last = _run(ctx, input, hidden, params, num_layers, bidirectional, batch_first, unchecked=True)
    return output, last, _state(ctx, input, num_layers * (2 if bidirectional else 1), last.sizes[1], cell.sizes[2])


def _cell(ctx: Context, input: FakeTensor, hidden: FakeTensor, w_ih: FakeTensor, w_hh: FakeTensor) -> FakeTensor:
    ctx.require(
        eq(input.sizes[-1], w_ih.sizes[1]),
        f"input has inconsistent input_size: got {input.sizes[-1]} expected {w_ih.sizes[1]}",
    )
    ctx.require(
        eq(hidden.sizes[-1], w_hh.sizes[1]),
        f"hidden has inconsistent hidden_size: got {hidden.sizes[-1]}, expected {w_hh.sizes[1]}",
    )
    ctx.require(
        eq(input.sizes[0], hidden.sizes[0]),
        f"Input batch size {input.sizes[0]} doesn't match hidden batch size {hidden.sizes[0]}",
    )
    return in_format(ctx, hidden, hidden.sizes, "contiguous_format")


@shape("aten.rnn_tanh_cell.default", "aten.rnn_relu_cell.default", "aten.gru_cell.default")
def rnn_cell(
    ctx: Context,
    input: FakeTensor,
    hx: FakeTensor,
    w_ih: FakeTensor,
    w_hh: FakeTensor,
    b_ih: FakeTensor | None,
    b_hh: FakeTensor | None,
) -> FakeTensor:
    """The next hidden state."""
    return _cell(ctx, input, hx, w_ih, w_hh)


@shape("aten.lstm_cell.default")
def lstm_cell(
    ctx: Context,
    input: FakeTensor,
    hx: Sequence[FakeTensor],
    w_ih: FakeTensor,
    w_hh: FakeTensor,
    b_ih: FakeTensor | None,
    b_hh: FakeTensor | None,
) -> tuple[FakeTensor, ...]:
    """The next hidden and the next cell state."""
    if len(hx) != 2:
        raise RuntimeError("lstm_cell expects two hidden states")
    return _cell(ctx, input, hx[0], w_ih, w_hh), in_format(ctx, hx[1], hx[1].sizes, "contiguous_format")
