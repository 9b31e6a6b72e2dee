"""Recurrent layers over a batch of sequences."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from refimpl.aten._call import tensors_of
from refimpl.aten._cells import Cell, gated, long_short, simple
from refimpl.aten._dims import wrap_dim
from refimpl.aten._elementwise import dense
from refimpl.aten._in_place import scalar_type_name
from refimpl.aten._lenient import Lenient
from refimpl.aten._promotion import promote_types
from refimpl.aten._registry import shape
from refimpl.aten._strides import is_contiguous
from refimpl.aten._views import squeeze_dims, transpose, unsqueeze
from refimpl.aten._windows import in_format
from refimpl.aten.joining import cat, stack
from refimpl.aten.linear import linear
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import eq, gt, ne

__all__ = ["require_structure", "states_of"]

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


def states_of(ctx: Context, hx: FakeTensor) -> _Tensors:
    """The state of each layer and direction; their number is decided, as where a tensor is unbound.

    Raises IndexError for a tensor without dimensions.
    """
    wrap_dim(0, hx.ndim, scalar_has_one=False)
    return tensors_of(ctx, "aten.unbind.int", hx, 0)


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


def require_structure(states: int, count: int, each: int, num_layers: int, bidirectional: bool) -> None:
    """As many hidden states and groups of weights as layers and directions. Raises RuntimeError."""
    if count % each:
        raise RuntimeError("got an incorrect number of RNN parameters")
    units = num_layers * (2 if bidirectional else 1)
    if bidirectional and (count // each % 2 or states % 2):
        raise RuntimeError("Odd number of params or hiddens given to a bidirectional RNN")
    if states != units:
        raise RuntimeError("Expected more hidden states in stacked_rnn")
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
        states = states_of(ctx, hx)
        require_structure(len(states), len(params), each, num_layers, bidirectional)

        def layer(
            ctx: Context, current: FakeTensor, states: _Tensors, weights: _Tensors
        ) -> tuple[FakeTensor, _Tensors]:
            def step(given: FakeTensor, before: _Tensors) -> tuple[FakeTensor, _Tensors]:
                after = cell(ctx, given, _gates(ctx, before[0], weights, has_biases, 1), before[0])
                return after, (after,)

            return _unrolled(ctx, _gates(ctx, current, weights, has_biases, 0), states, step)

        groups = _groups(params, each)
        hidden = [(state,) for state in states]
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

    Raises RuntimeError for a dtype that it does not know, and for vectors.
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
    if biases and any(product.ndim == 1 for product in products):
        # Only tracing refuses it, in words of its own.
        raise RuntimeError("b must be 2D")
    return (*products, *biases)


def _widened(tensors: _Tensors, dtype: DType) -> _Tensors:
    return [replace(tensor, dtype=dtype) for tensor in tensors]


def _require_batch(ctx: Context, input: FakeTensor, hx: _Tensors, batch_first: bool) -> None:
    """Where tracing cannot unroll the steps, no state stretches the batch: then only the kernel gives a result."""
    batch, steps = (0, 1) if batch_first else (1, 0)
    if input.ndim == 3 and not isinstance(input.sizes[steps], int):
        for state in hx:
            equal = eq(input.sizes[batch], state.sizes[1])
            if ctx.known(equal) is None:
                ctx.require(equal, f"Expected hidden batch size {input.sizes[batch]}, got {state.sizes[1]}")


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
    filled = ne(input.numel(), 0)
    native = _is_native((input,)) and not projected and ctx.known(filled) is not False
    groups = _lstm_groups(params, 2 * (1 + has_biases) + projected, native)
    units = num_layers * (2 if bidirectional else 1)
    if native and len(groups) < units:
        each = len(params) // max(len(groups), 1)
        raise RuntimeError(f"ArrayRef: invalid slice, N = {len(params)}; M = {each}; size = {len(params)}")
    if native:
        groups = [_native_weights(hx, group) for group in groups[: max(units, 0)]]
        ctx = Lenient(ctx, filled)
        _require_batch(ctx, input, hx, batch_first)
        # Fake tensors give all the wider dtype, where the kernel takes two.
        wide = any(tensor.dtype is DType.float32 for tensor in (input, *hx, *itertools.chain(*groups)))
        dtype = DType.float32 if wide else input.dtype
        input, *hx = _widened((input, *hx), dtype)
        groups = [_widened(group, dtype) for group in groups]
    hidden = [states_of(ctx, state) for state in hx]
    for states in hidden:
        if native and (units < 1 or len(groups) < units or len(states) < units):
            raise IndexError("list index out of range")
        if not native:
            require_structure(len(states), len(groups), 1, num_layers, bidirectional)

    def layer(ctx: Context, current: FakeTensor, states: _Tensors, weights: _Tensors) -> tuple[FakeTensor, _Tensors]:
        def step(given: FakeTensor, before: _Tensors) -> tuple[FakeTensor, _Tensors]:
            remembered = _gates(ctx, before[0], weights, has_biases, 1)
            hidden, cell = long_short(ctx, given, remembered, before[1], in_place=False)
            output = linear(ctx, hidden, weights[-1], None) if projected else hidden
            return output, (output, cell)

        if native and is_contiguous(ctx, current):
            # Tracing folds a batch of one whatever its strides are.
            current = dense(ctx, current, current.sizes)
        return _unrolled(ctx, _gates(ctx, current, weights, has_biases, 0), states, step)

    pairs = list(zip(*hidden, strict=False))[:units]
    output, finals = _stacked(ctx, input, pairs, groups[:units], bidirectional, batch_first, layer)
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
