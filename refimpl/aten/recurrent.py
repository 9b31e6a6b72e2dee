"""Recurrent layers over a batch of sequences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from refimpl.aten._cells import Cell, gated, long_short, simple
from refimpl.aten._dims import wrap_dim
from refimpl.aten._elementwise import dense
from refimpl.aten._in_place import scalar_type_name
from refimpl.aten._promotion import promote_types
from refimpl.aten._registry import shape
from refimpl.aten._views import squeeze_dims, transpose, unsqueeze
from refimpl.aten._windows import in_format
from refimpl.aten.joining import cat, stack
from refimpl.aten.linear import linear
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import Dim, eq, gt, ne

__all__ = ["require_structure"]

_Tensors: TypeAlias = "Sequence[FakeTensor]"
# One step: what the input gives and the states, to the output of the step and the next states.
_Step: TypeAlias = "Callable[[FakeTensor, _Tensors], tuple[FakeTensor, _Tensors]]"
# One direction of one layer: its input, states and weights, to the outputs of all steps and the last states.
_Layer: TypeAlias = "Callable[[Context, FakeTensor, _Tensors, _Tensors], tuple[FakeTensor, _Tensors]]"


def _first(tensor: FakeTensor) -> FakeTensor:
    """The first along dimension 0; all are alike."""
    return tensor.viewed(tensor.sizes[1:], tensor.strides[1:], tensor.offset)


def _alike(left: FakeTensor, right: FakeTensor) -> bool:
    return left.sizes == right.sizes and left.dtype is right.dtype


def _unrolled(ctx: Context, given: FakeTensor, states: _Tensors, step: _Step) -> tuple[FakeTensor, _Tensors]:
    """The outputs of all steps and the last states; from the second step on all steps are alike."""
    steps = given.sizes[0]
    ctx.require(gt(steps, 0), "Expected sequence length to be larger than 0 in RNN")
    current = [unsqueeze(state, 0) for state in states]
    output, after = step(_first(given), current)
    outputs = [output]
    if steps != 1 and not all(map(_alike, current, after)):
        output, after = step(_first(given), after)
        outputs.append(output)
    made = cat(ctx, tuple(outputs), 0)
    length = made.sizes[0] + (steps - len(outputs)) * output.sizes[0]
    return dense(ctx, made, (length, *made.sizes[1:])), [squeeze_dims(ctx, state, (0,)) for state in after]


def _stacked(
    ctx: Context,
    input: FakeTensor,
    states: Sequence[_Tensors],
    weights: Sequence[_Tensors],
    bidirectional: bool,
    batch_first: bool,
    layer: _Layer,
) -> tuple[FakeTensor, list[_Tensors]]:
    """The outputs of all steps of the last layer, and the last states of each layer and direction."""
    current = transpose(input, 0, 1) if batch_first else input
    finals: list[_Tensors] = []
    directions = 2 if bidirectional else 1
    for at in range(0, len(weights), directions):
        made = [layer(ctx, current, states[i], weights[i]) for i in range(at, at + directions)]
        finals.extend(final for _, final in made)
        outputs = tuple([output for output, _ in made])
        current = cat(ctx, outputs, outputs[0].ndim - 1) if bidirectional else outputs[0]
    return (transpose(current, 0, 1) if batch_first else current), finals


def _groups(params: _Tensors, each: int) -> list[_Tensors]:
    return [params[i : i + each] for i in range(0, len(params), each)]


def _gates(ctx: Context, input: FakeTensor, weights: _Tensors, has_biases: bool, at: int) -> FakeTensor:
    return linear(ctx, input, weights[at], weights[at + 2] if has_biases else None)


def require_structure(ctx: Context, states: Dim, count: int, each: int, num_layers: int, bidirectional: bool) -> None:
    """As many hidden states and groups of weights as layers and directions. Raises RuntimeError."""
    if count % each:
        raise RuntimeError("got an incorrect number of RNN parameters")
    units = num_layers * (2 if bidirectional else 1)
    if bidirectional and (count // each % 2 or (isinstance(states, int) and states % 2)):
        raise RuntimeError("Odd number of params or hiddens given to a bidirectional RNN")
    ctx.require(eq(states, units), "Expected more hidden states in stacked_rnn")
    if count // each != units:
        raise RuntimeError("Expected more weights in stacked_rnn")


def _declare(name: str, cell: Cell) -> None:
    """A layer of such cells."""

    @shape(f"aten.{name}.input")
    def rnn(
        ctx: Context,
        input: FakeTensor,
        hx: FakeTensor,
        params: _Tensors,
        has_biases: bool,
        num_layers: int,
        dropout: float,
        train: bool,
        bidirectional: bool,
        batch_first: bool,
    ) -> tuple[FakeTensor, ...]:
        """The outputs of all steps and the last hidden state of each layer and direction."""
        each = 4 if has_biases else 2
        wrap_dim(0, hx.ndim, scalar_has_one=False)
        require_structure(ctx, hx.sizes[0], len(params), each, num_layers, bidirectional)

        def layer(
            ctx: Context, current: FakeTensor, states: _Tensors, weights: _Tensors
        ) -> tuple[FakeTensor, _Tensors]:
            def step(given: FakeTensor, before: _Tensors) -> tuple[FakeTensor, _Tensors]:
                after = cell(ctx, given, _gates(ctx, before[0], weights, has_biases, 1), before[0])
                return after, (after,)

            return _unrolled(ctx, _gates(ctx, current, weights, has_biases, 0), states, step)

        groups = _groups(params, each)
        hidden = [(_first(hx),) for _ in groups]
        output, finals = _stacked(ctx, input, hidden, groups, bidirectional, batch_first, layer)
        return output, _joined(ctx, finals, 0)


def _joined(ctx: Context, finals: Sequence[_Tensors], which: int) -> FakeTensor:
    return stack(ctx, tuple([final[which] for final in finals]), 0)


for _name, _cell in (
    ("rnn_tanh", simple("tanh", in_place=False)),
    ("rnn_relu", simple("relu", in_place=False)),
    ("gru", gated(in_place=False)),
):
    _declare(_name, _cell)


def _is_native(tensors: _Tensors) -> bool:
    """Whether the kernel that computes a layer of an LSTM at once, and looks at no size of the weights, takes these."""
    return all(tensor.dtype in (DType.float32, DType.bfloat16) and tensor.device.type == "cpu" for tensor in tensors)


def _native_weights(hx: _Tensors, weights: _Tensors) -> _Tensors:
    """The weights as that kernel takes them: it adds up the biases before it looks at their dtype.

    Raises RuntimeError for a dtype that it does not know.
    """
    products, biases = weights[:2], weights[2:]
    if biases:
        dtype = promote_types(biases[0].dtype, biases[1].dtype)
        biases = tuple([replace(bias, dtype=dtype) for bias in biases])
    given = *hx, *products, *biases
    if any(tensor.dtype in (DType.uint8, DType.int8) for tensor in given):
        raise RuntimeError("itensor_view_from_dense expects float, bfloat16 or half tensor input")
    if not _is_native(given):
        raise RuntimeError("get_mkldnn_dtype: unsupported data type")
    return (*products, *biases)


def _kernel(ctx: Context, input: FakeTensor, states: _Tensors, weights: _Tensors) -> tuple[FakeTensor, _Tensors]:
    hidden, cell = states
    for dim in (1, 2):
        wrap_dim(dim, input.ndim, scalar_has_one=False)
    width = hidden.sizes[wrap_dim(1, hidden.ndim, scalar_has_one=False)]
    if weights[0].dtype is not input.dtype:
        raise RuntimeError(f"expected scalar type {input.dtype} but found {weights[0].dtype}")
    # Fake tensors give all the wider dtype, where the kernel takes two.
    dtype = (
        DType.float32 if any(tensor.dtype is DType.float32 for tensor in (input, *states, *weights)) else input.dtype
    )
    return dense(ctx, input, (*input.sizes[:2], width), dtype), (
        dense(ctx, hidden, hidden.sizes, dtype),
        dense(ctx, cell, cell.sizes, dtype),
    )


@shape("aten.lstm.input")
def lstm(
    ctx: Context,
    input: FakeTensor,
    hx: _Tensors,
    params: _Tensors,
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
    widths = [state.sizes[wrap_dim(2, state.ndim, scalar_has_one=False)] for state in hx]
    projected = ctx.decide(ne(*widths))
    native = _is_native((input,)) and not projected and ctx.known(eq(input.numel(), 0)) is not True
    groups = _lstm_groups(params, 2 * (1 + has_biases) + projected, native)
    units = num_layers * (2 if bidirectional else 1)
    if native and len(groups) < units:
        each = len(params) // max(len(groups), 1)
        raise RuntimeError(f"ArrayRef: invalid slice, N = {len(params)}; M = {each}; size = {len(params)}")
    if native:
        groups = [_native_weights(hx, group) for group in groups[: max(units, 0)]]
    for state in hx:
        states = state.sizes[0]
        if units < 1 or len(groups) < units or (isinstance(states, int) and states < units):
            raise IndexError("list index out of range")
        if not native:
            require_structure(ctx, states, len(groups), 1, num_layers, bidirectional)

    def layer(ctx: Context, current: FakeTensor, states: _Tensors, weights: _Tensors) -> tuple[FakeTensor, _Tensors]:
        def step(given: FakeTensor, before: _Tensors) -> tuple[FakeTensor, _Tensors]:
            remembered = _gates(ctx, before[0], weights, has_biases, 1)
            hidden, cell = long_short(ctx, given, remembered, before[1], in_place=False)
            output = linear(ctx, hidden, weights[-1], None) if projected else hidden
            return output, (output, cell)

        return _unrolled(ctx, _gates(ctx, current, weights, has_biases, 0), states, step)

    own = not projected and _is_native((input, *hx, *[weight for group in groups for weight in group]))
    hidden = [(_first(hx[0]), _first(hx[1])) for _ in range(units)]
    arguments = input, hidden, groups[:units], bidirectional, batch_first, _kernel if own else layer
    output, finals = _stacked(ctx, *arguments)
    return output, _joined(ctx, finals, 0), _joined(ctx, finals, 1)


def _lstm_groups(params: _Tensors, each: int, native: bool) -> list[_Tensors]:
    """The weights of each layer and direction. Raises RuntimeError if they are no whole groups."""
    if len(params) % each:
        raise RuntimeError(
            f"MatrixRef: ArrayRef size {len(params)} not divisible by stride {each}"
            if native
            else "got an incorrect number of RNN parameters"
        )
    return _groups(params, each)


@shape("aten._pack_padded_sequence.default")
def pack_padded_sequence(
    ctx: Context, input: FakeTensor, lengths: FakeTensor, batch_first: bool
) -> tuple[FakeTensor, ...]:
    """The elements in order of time, and how many sequences go on at each.

    Source: PyTorch's fake tensors, which take the first two sizes the other way round, keep the second of them where
    the eager kernel has the sum of the lengths, and give the counts the dtype of the input.
    """
    if batch_first:
        wrap_dim(1, input.ndim, scalar_has_one=False)
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
