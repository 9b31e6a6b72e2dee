"""Recurrent layers over a batch of sequences."""

from __future__ import annotations

from collections.abc import Sequence

from refimpl.aten._broadcast import broadcast_sizes, expand
from refimpl.aten._dims import wrap_dim
from refimpl.aten._elementwise import elementwise
from refimpl.aten._in_place import cxx_type, scalar_type_name
from refimpl.aten._promotion import promote_types
from refimpl.aten._registry import shape
from refimpl.aten._views import transpose
from refimpl.aten._windows import in_format, sizes_text
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import Dim, eq, gt, lor, ne

__all__: list[str] = []


def _require_batch(ctx: Context, hidden: FakeTensor, batch: Dim, unchecked: bool) -> None:
    """The gates of a step are added in place, which broadcasts a batch of one; tracing assumes equality."""
    have = hidden.sizes[1]
    if have is not batch:
        equal = eq(have, batch)
        message = (
            f"The size of tensor a ({have}) must match the size of tensor b ({batch}) at non-singleton dimension 0"
        )
        ctx.defer(equal, True if unchecked else lor(equal, eq(batch, 1)), message)


def _require_structure(hidden: FakeTensor, count: int, each: int, num_layers: int, bidirectional: bool) -> None:
    """As many hidden states and groups of weights as layers and directions. Raises RuntimeError."""
    if count % each:
        raise RuntimeError("got an incorrect number of RNN parameters")
    states, units = hidden.sizes[0], num_layers * (2 if bidirectional else 1)
    if bidirectional and (count // each % 2 or (isinstance(states, int) and states % 2)):
        raise RuntimeError("Odd number of params or hiddens given to a bidirectional RNN")
    if isinstance(states, int) and states != units:
        raise RuntimeError("Expected more hidden states in stacked_rnn")
    if count // each != units:
        raise RuntimeError("Expected more weights in stacked_rnn")


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


def _require_gates(
    ctx: Context, input: FakeTensor, params: Sequence[FakeTensor], each: int, gates: int, batch: Dim, width: Dim
) -> None:
    """The weights of each layer and direction give the gates of the hidden width, to which biases are added."""
    wanted = gates * width
    for index in range(0, len(params), each):
        for weight, bias in zip(
            params[index : index + 2], params[index + 2 : index + each] or (None, None), strict=True
        ):
            _require_matrix(weight)
            _require_one_dtype(input, weight, bias)
            rows = weight.sizes[0]
            if bias is not None:
                expand(ctx, bias, (batch, rows))
            fits = eq(rows, wanted)
            message = f"The size of tensor a ({rows}) must match the size of tensor b ({wanted})"
            enforced = lor(fits, eq(rows, 1)) if gates == 1 else fits
            ctx.defer(fits, enforced, f"{message} at non-singleton dimension 1")


def _require_matrix(weight: FakeTensor) -> None:
    wrap_dim(1, weight.ndim, scalar_has_one=False)
    if weight.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {weight.ndim}D")


def _require_one_dtype(input: FakeTensor, weight: FakeTensor, bias: FakeTensor | None) -> None:
    if input.dtype is not weight.dtype:
        if bias is None:
            raise RuntimeError(
                f"expected m1 and m2 to have the same dtype, but got: {cxx_type(input)} != {cxx_type(weight)}"
            )
        raise RuntimeError(
            f"mat1 and mat2 must have the same dtype, but got {scalar_type_name(input.dtype)} and "
            f"{scalar_type_name(weight.dtype)}"
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
    wrap_dim(1, input.ndim, scalar_has_one=False)
    if input.ndim != 3 or hidden.ndim != 3:
        raise RuntimeError(f"Expected three dimensions, got {sizes_text(input.sizes)} and {sizes_text(hidden.sizes)}")
    steps, batch = (input.sizes[1], input.sizes[0]) if batch_first else (input.sizes[0], input.sizes[1])
    directions = 2 if bidirectional else 1
    features, width = input.sizes[2], hidden.sizes[2]
    ctx.require(gt(steps, 0), "Expected sequence length to be larger than 0 in RNN")
    ctx.require(eq(hidden.sizes[0], num_layers * directions), "Expected more hidden states in stacked_rnn")
    _require_weights(ctx, params, num_layers, directions, features, width, unchecked)
    _require_batch(ctx, hidden, batch, unchecked)
    output = in_format(ctx, input, (steps, batch, width * directions), "contiguous_format")
    if batch_first:
        (s, b, w), (x, y, z) = output.sizes, output.strides
        output = output.viewed((b, s, w), (y, x, z), 0)
    return output, _state(ctx, input, num_layers * directions, batch, width)


def _state(ctx: Context, input: FakeTensor, layers: int, batch: Dim, width: Dim) -> FakeTensor:
    return in_format(ctx, input, (layers, batch, width), "contiguous_format")


def _declare(name: str, gates: int) -> None:
    """A layer whose weights give that many gates, and its cell."""

    @shape(f"aten.{name}.input")
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
        each = 4 if has_biases else 2
        if input.ndim == hx.ndim == 3:
            _require_structure(hx, len(params), each, num_layers, bidirectional)
        result = _run(ctx, input, hx, params, num_layers, bidirectional, batch_first)
        _require_gates(ctx, input, params, each, gates, input.sizes[0 if batch_first else 1], hx.sizes[2])
        return result

    @shape(f"aten.{name}_cell.default")
    def cell(
        ctx: Context,
        input: FakeTensor,
        hx: FakeTensor,
        w_ih: FakeTensor,
        w_hh: FakeTensor,
        b_ih: FakeTensor | None,
        b_hh: FakeTensor | None,
    ) -> FakeTensor:
        """The next hidden state."""
        _require_cell(ctx, input, (hx,), ((w_ih, b_ih), (w_hh, b_hh)), gates)
        made = in_format(ctx, hx, hx.sizes, "contiguous_format")
        # With three gates the old state takes part in the last sum.
        return elementwise(ctx, (hx, made), hx.dtype) if gates == 3 else made


for _name, _gates in (("rnn_tanh", 1), ("rnn_relu", 1), ("gru", 3)):
    _declare(_name, _gates)


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


def _require_cell(
    ctx: Context,
    input: FakeTensor,
    states: Sequence[FakeTensor],
    weights: tuple[tuple[FakeTensor, FakeTensor | None], tuple[FakeTensor, FakeTensor | None]],
    gates: int,
) -> None:
    """Weights, input and states fit together, in the order in which the kernel looks."""
    for weight, _ in reversed(weights):
        wrap_dim(1, weight.ndim, scalar_has_one=False)
    features, width = weights[0][0].sizes[1], weights[1][0].sizes[1]
    for name, (weight, _) in zip(("weight_ih", "weight_hh"), weights, strict=True):
        have, want = weight.sizes[0], gates * width
        ctx.require(eq(have, want), f"{name} first dim must be {gates} * hidden_size = {want}, but got {have}")
    wrap_dim(1, input.ndim, scalar_has_one=False)
    ctx.require(
        eq(input.sizes[1], features), f"input has inconsistent input_size: got {input.sizes[1]} expected {features}"
    )
    for number, state in enumerate(states):
        batch, others = input.sizes[0], state.sizes[0] if state.ndim else 1
        ctx.require(eq(batch, others), f"Input batch size {batch} doesn't match hidden{number} batch size {others}")
        wrap_dim(1, state.ndim, scalar_has_one=False)
        have = state.sizes[1]
        ctx.require(eq(have, width), f"hidden{number} has inconsistent hidden_size: got {have}, expected {width}")
    hidden = states[0]
    if max(input.ndim, hidden.ndim) > 2:
        # Products of more dimensions are no gates that fit each other.
        raise RuntimeError("The size of tensor a" if gates == 3 else "output with shape of the gates doesn't match")
    for source, (weight, bias) in zip((input, hidden), weights, strict=True):
        if weight.ndim > 2:
            raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {weight.ndim}D")
        if bias is not None and source.dtype is not weight.dtype:
            names = scalar_type_name(source.dtype), scalar_type_name(weight.dtype)
            raise RuntimeError(f"self and mat2 must have the same dtype, but got {names[0]} and {names[1]}")
        _require_one_dtype(source, weight, bias)
        if bias is not None:
            expand(ctx, bias, (input.sizes[0], weight.sizes[0]))


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
    _require_cell(ctx, input, hx, ((w_ih, b_ih), (w_hh, b_hh)), 4)
    hidden, cell = hx
    dtype = promote_types(hidden.dtype, cell.dtype)
    if cell.ndim != hidden.ndim:
        broadcast_sizes(ctx, cell.sizes, hidden.sizes)
    return (
        in_format(ctx, hidden, hidden.sizes, "contiguous_format", dtype),
        in_format(ctx, hidden, cell.sizes, "contiguous_format", dtype),
    )


@shape("aten._pack_padded_sequence.default")
def pack_padded_sequence(
    ctx: Context, input: FakeTensor, lengths: FakeTensor, batch_first: bool
) -> tuple[FakeTensor, ...]:
    """The elements in order of time, and how many sequences go on at each.

    Source: PyTorch's fake tensors, which take the first two sizes the other way round, keep the second of them where
    the eager kernel has the sum of the lengths, and give the counts the dtype of the input.
    """
    if lengths.ndim != 1 or lengths.dtype is not DType.int64:
        kind = f"{lengths.ndim}D {lengths.device} {scalar_type_name(lengths.dtype)}"
        raise RuntimeError(f"'lengths' argument should be a 1D CPU int64 tensor, but got {kind} tensor")
    wrap_dim(1, input.ndim)
    batch, *rest = (input if batch_first else transpose(input, 0, 1)).sizes
    message = f"Expected `len(lengths)` to be equal to batch_size, but got {lengths.sizes[0]} (batch_size={batch})"
    ctx.require(eq(lengths.sizes[0], batch), message)
    ctx.require(ne(input.numel(), 0), "Cannot pack empty tensors.")
    sizes = tuple(rest)
    steps = ctx.fresh_int(0, None, ctx.quantity("steps", lengths))
    return in_format(ctx, input, sizes, "contiguous_format"), in_format(ctx, input, (steps,), "contiguous_format")
