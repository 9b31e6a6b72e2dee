"""Batch normalisation: one operator in several historical forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import Final

from refimpl.aten._broadcast import is_one
from refimpl.aten._call import tensor_of
from refimpl.aten._dims import wrap_dim
from refimpl.aten._elementwise import dense, elementwise, like
from refimpl.aten._in_place import scalar_type_name
from refimpl.aten._kernels import BOOLS, EXACT, NOT_REAL, require_kernel
from refimpl.aten._normalized import along_channels, has_one, in_turn, moments, widened
from refimpl.aten._promotion import Kind, computed_in, promote_types
from refimpl.aten._registry import shape
from refimpl.aten._require import require
from refimpl.aten._windows import in_format, sizes_text
from refimpl.aten.copies import clone
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor, Storage
from refimpl.terms import Dim, eq, lor, ne

__all__: list[str] = []

_STRETCHED: Final = "Attempting to broadcast a dimension of length {} at -1!"


def _normalized(
    ctx: Context,
    input: FakeTensor,
    weight: FakeTensor | None,
    bias: FakeTensor | None,
    mean: FakeTensor | None,
    variance: FakeTensor | None,
    *,
    training: bool | None = None,
    batch: bool = False,
) -> FakeTensor:
    """The result, laid out as the input; each vector has one element for each channel.

    Only the public operator (``training`` is None) checks that, and not of an empty input; ``batch`` says of it whether
    it takes the statistics of the batch.
    """
    if training is not None:
        require_kernel("batch_norm", input.dtype, NOT_REAL)
        wrap_dim(1, input.ndim, scalar_has_one=False)
    # The public operator finds no channels where there is no second dimension.
    channels = input.sizes[1] if input.ndim > 1 else 0
    if training is not None:
        _require_both(mean, variance)
        if not training and mean is None:
            # The class of fake tensors' own refusal; the kernel dies.
            raise AssertionError("running_mean and running_var must not be None in eval mode")
    for vector in (mean, variance):
        if training is not None and vector is not None:
            _require_vector(ctx, input, vector)
            if training and not vector.dtype.is_floating_point:
                names = scalar_type_name(input.dtype), scalar_type_name(vector.dtype)
                raise RuntimeError(f"expected scalar type {names[0]} but found {names[1]}")
    named = (("running_mean", mean), ("running_var", variance), ("weight", weight), ("bias", bias))
    for name, vector in named:
        if vector is None and name.startswith("running") and training is None and not batch:
            raise RuntimeError(f"{name} must be defined in evaluation mode")
        # One channel, or one number for all, is stretched by the private operators, which are made of elementwise ones.
        if vector is not None and not (training is not None and 1 in (channels, vector.numel())):
            count = vector.numel()
            fits = eq(count, channels)
            if training is not None:
                ctx.defer(fits, True, _STRETCHED.format(count))
                continue
            enforced = lor(fits, eq(input.numel(), 0)) if fits is not True else True
            numbers = f" {channels} elements not {count}" if fits is False else ""
            ctx.defer(fits, enforced, f"{name} should contain{numbers}")
    if training is None:
        _require_both(mean, variance)
        for vector in filter(None, (mean, variance)):
            _require_vector(ctx, input, vector)
        wrap_dim(1, input.ndim, scalar_has_one=False)
        require_kernel("batch_norm", input.dtype, EXACT if batch else BOOLS)
    if training:
        require(
            ctx,
            ne(input.numel(), 0),
            "input tensor must have at least one element, but got input_sizes = ",
            lambda: sizes_text(input.sizes),
        )
    batch = batch or training is True
    statistics = None if batch or mean is None or variance is None else (mean, variance)
    if training is not None and _is_of_the_kernel(ctx, input, (weight, bias, mean, variance), training):
        return like(ctx, input)
    if has_one(input):
        return _in_turn(ctx, input, statistics, weight, bias)
    used = (weight, bias) if training else (weight, bias, mean, variance)
    return like(ctx, input) if training is None else _stretched(ctx, input, used)


def _require_vector(ctx: Context, input: FakeTensor, statistic: FakeTensor) -> None:
    """Running statistics are vectors, unless no input is there to be normalised. Raises RuntimeError."""
    if statistic.ndim != 1 and ctx.known(eq(input.numel(), 0)) is not True:
        raise RuntimeError(f"TensorAccessor expected 1 dims but tensor has {statistic.ndim}")


def _require_both(mean: FakeTensor | None, variance: FakeTensor | None) -> None:
    if (mean is None) is not (variance is None):
        raise ValueError("running_mean and running_var must either both be None or neither be None")


def _is_of_the_kernel(ctx: Context, input: FakeTensor, vectors: tuple[FakeTensor | None, ...], training: bool) -> bool:
    """Whether fake tensors refuse what the kernel, which checks no length, gives a result of the input's sizes for.

    They divide by one less than there are elements in a channel, and broadcast. The kernel reads running statistics.
    Raises RuntimeError for running statistics without elements, and for lengths and dtypes that differ both.
    """
    channels = input.sizes[1]
    lengths = [vector.numel() for vector in vectors if vector is not None]
    running = [vector.numel() for vector in vectors[2:] if vector is not None]
    # Training does not combine the running statistics with the result.
    combined = [lengths[: len(lengths) - len(running)], *([length] for length in running)] if training else [lengths]
    clashing = any(_clash(ctx, channels, *together) for together in combined)
    mixed = any(vector is not None and vector.dtype is not input.dtype for vector in vectors)
    if (0 in running and 0 != channels != 1) or (clashing and (mixed or 0 in running)):
        raise RuntimeError(_STRETCHED.format(next(length for length in lengths if length != channels)))
    return clashing or (training and vectors[-1] is not None and ctx.known(eq(input.numel(), channels)) is True)


def _clash(ctx: Context, *sizes: Dim) -> bool:
    """Whether two of the sizes are known not to broadcast."""
    return any(ctx.known(lor(eq(a, b), eq(a, 1), eq(b, 1))) is False for a, b in combinations(sizes, 2))


def _in_turn(
    ctx: Context,
    input: FakeTensor,
    statistics: tuple[FakeTensor, FakeTensor] | None,
    weight: FakeTensor | None,
    bias: FakeTensor | None,
) -> FakeTensor:
    """The input by mean, deviation, weight and bias, with the statistics of the batch if none are given."""
    source = widened(ctx, input)
    if statistics is None:
        centre, deviation = moments(ctx, source, [0, *range(2, input.ndim)])
    else:
        mean, variance = statistics
        centre, deviation = (clone(ctx, mean, None, source.dtype), like(ctx, variance, source.dtype))
        centre, deviation = (along_channels(vector, input.ndim) for vector in (centre, deviation))
    affine = [
        None if vector is None else along_channels(tensor_of(ctx, "aten.flatten.using_ints", vector), input.ndim)
        for vector in (weight, bias)
    ]
    return in_turn(ctx, source, (centre, deviation, *affine), input.dtype)


def _stretched(ctx: Context, input: FakeTensor, vectors: Sequence[FakeTensor | None]) -> FakeTensor:
    """The input, whose only channel is stretched to as many as a vector has elements (fake tensors broadcast it)."""
    if is_one(ctx, input.sizes[1]):
        for vector in vectors:
            if vector is not None and not is_one(ctx, vector.numel()):
                sizes = (vector.numel(), *(1 for _ in input.sizes[2:]))
                return elementwise(ctx, (input, dense(ctx, vector, sizes)), input.dtype)
    return like(ctx, input)


def _statistics(ctx: Context, input: FakeTensor, training: bool) -> tuple[FakeTensor, FakeTensor]:
    """Mean and reciprocal deviation of this batch; empty when the running ones were used."""
    length = input.sizes[1] if training else 0
    return (
        in_format(ctx, input, (length,), "contiguous_format"),
        in_format(ctx, input, (length,), "contiguous_format"),
    )


def _update(ctx: Context, training: bool, *running: FakeTensor | None) -> None:
    """Training writes the running statistics, which some schemas do not say."""
    for statistic in running:
        if training and statistic is not None:
            ctx.mutate(statistic)


def _copy(ctx: Context, input: FakeTensor, running: FakeTensor, training: bool = True) -> FakeTensor:
    """The new running statistics, which training computes with those of the batch and evaluation copies.

    Source: PyTorch's fake tensors, for the dtype and for one number that is stretched to all channels.
    """
    computed = computed_in(ctx, Kind.DEFAULT, input.dtype)
    if not training:
        return clone(ctx, running, None, computed)
    sizes = input.sizes[1:2] if is_one(ctx, running.numel()) else running.sizes
    dtype = promote_types(computed_in(ctx, Kind.DEFAULT, running.dtype), computed)
    return in_format(ctx, running, sizes, "contiguous_format", dtype)


@shape("aten.batch_norm.default")
def batch_norm(
    ctx: Context,
    input: FakeTensor,
    weight: FakeTensor | None,
    bias: FakeTensor | None,
    running_mean: FakeTensor | None,
    running_var: FakeTensor | None,
    training: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool,
) -> FakeTensor:
    """The normalised input."""
    if ctx.known(eq(input.numel(), 0)) is True:
        result = like(ctx, input)
        for operator, vector in (("mul", weight), ("add", bias)):
            if vector is not None:
                first = tensor_of(ctx, "aten.select.int", vector, 0, 0)
                result = tensor_of(ctx, f"aten.{operator}.Tensor", result, first)
        return result
    for vector in (weight, bias):
        if vector is not None and vector.sizes != input.sizes[1:2]:
            # Of an empty input the operator still reads the first weight.
            read = lor(ne(vector.numel(), 0), ne(input.numel(), 0))
            ctx.require(read, "select(): index 0 out of range for tensor of size [0] at dimension 0", IndexError)
    _update(ctx, training, running_mean, running_var)
    return _normalized(ctx, input, weight, bias, running_mean, running_var, batch=training)


@shape("aten.native_batch_norm.default")
def native_batch_norm(
    ctx: Context,
    input: FakeTensor,
    weight: FakeTensor | None,
    bias: FakeTensor | None,
    running_mean: FakeTensor | None,
    running_var: FakeTensor | None,
    training: bool,
    momentum: float,
    eps: float,
) -> tuple[FakeTensor, ...]:
    """The normalised input and the statistics used."""
    _update(ctx, training, running_mean, running_var)
    result = _normalized(ctx, input, weight, bias, running_mean, running_var, training=training)
    return (result, *_statistics(ctx, input, training))


@shape("aten._native_batch_norm_legit.default")
def native_batch_norm_legit(
    ctx: Context,
    input: FakeTensor,
    weight: FakeTensor | None,
    bias: FakeTensor | None,
    running_mean: FakeTensor,
    running_var: FakeTensor,
    training: bool,
    momentum: float,
    eps: float,
) -> tuple[FakeTensor, ...]:
    """The same with a schema that says that the running statistics are written."""
    result = _normalized(ctx, input, weight, bias, running_mean, running_var, training=training)
    return (result, *_statistics(ctx, input, training))


@shape("aten._native_batch_norm_legit.no_stats")
def native_batch_norm_legit_no_stats(
    ctx: Context,
    input: FakeTensor,
    weight: FakeTensor | None,
    bias: FakeTensor | None,
    training: bool,
    momentum: float,
    eps: float,
) -> tuple[FakeTensor, ...]:
    """The same without running statistics, which evaluation lacks."""
    return (_normalized(ctx, input, weight, bias, None, None, training=training), *_statistics(ctx, input, training))


@shape("aten._native_batch_norm_legit_no_training.default")
def native_batch_norm_legit_no_training(
    ctx: Context,
    input: FakeTensor,
    weight: FakeTensor | None,
    bias: FakeTensor | None,
    running_mean: FakeTensor,
    running_var: FakeTensor,
    momentum: float,
    eps: float,
) -> tuple[FakeTensor, ...]:
    """The same in evaluation mode."""
    result = _normalized(ctx, input, weight, bias, running_mean, running_var, training=False)
    return (result, *_statistics(ctx, input, False))


@shape("aten._native_batch_norm_legit_functional.default")
def native_batch_norm_legit_functional(
    ctx: Context,
    input: FakeTensor,
    weight: FakeTensor | None,
    bias: FakeTensor | None,
    running_mean: FakeTensor,
    running_var: FakeTensor,
    training: bool,
    momentum: float,
    eps: float,
) -> tuple[FakeTensor, ...]:
    """The same, the new running statistics returned instead of written."""
    result = _normalized(ctx, input, weight, bias, running_mean, running_var, training=training)
    copies = (_copy(ctx, input, running_mean, training), _copy(ctx, input, running_var, training))
    return (result, *_statistics(ctx, input, training), *copies)


def _reserve(ctx: Context, input: FakeTensor) -> FakeTensor:
    """The memory that some backends keep for the backward pass; empty on the CPU."""
    return in_format(ctx, input, (0,), "contiguous_format", DType.uint8)


@shape("aten._batch_norm_with_update.default")
def batch_norm_with_update(
    ctx: Context,
    input: FakeTensor,
    weight: FakeTensor | None,
    bias: FakeTensor | None,
    running_mean: FakeTensor,
    running_var: FakeTensor,
    momentum: float,
    eps: float,
) -> tuple[FakeTensor, ...]:
    """Training, with the memory that a backend reserves."""
    result = _normalized(ctx, input, weight, bias, running_mean, running_var, training=True)
    return (result, *_statistics(ctx, input, True), _reserve(ctx, input))


@shape("aten._batch_norm_with_update_functional.default")
def batch_norm_with_update_functional(
    ctx: Context,
    input: FakeTensor,
    weight: FakeTensor | None,
    bias: FakeTensor | None,
    running_mean: FakeTensor,
    running_var: FakeTensor,
    momentum: float,
    eps: float,
) -> tuple[FakeTensor, ...]:
    """Training, the new running statistics returned instead of written."""
    result = _normalized(ctx, input, weight, bias, running_mean, running_var, training=True)
    means, deviations = _statistics(ctx, input, True)
    copies = [
        replace(copy, dtype=promote_types(copy.dtype, means.dtype), storage=Storage())
        for copy in (_copy(ctx, input, running_mean), _copy(ctx, input, running_var))
    ]
    return (result, means, deviations, _reserve(ctx, input), *copies)


@shape("aten._batch_norm_no_update.default")
def batch_norm_no_update(
    ctx: Context,
    input: FakeTensor,
    weight: FakeTensor | None,
    bias: FakeTensor | None,
    running_mean: FakeTensor | None,
    running_var: FakeTensor | None,
    momentum: float,
    eps: float,
) -> tuple[FakeTensor, ...]:
    """Evaluation, with the memory that a backend reserves; the vectors of an empty input are not looked at."""
    if ctx.known(eq(input.numel(), 0)) is True:
        _require_both(running_mean, running_var)
        require_kernel("batch_norm", input.dtype, BOOLS)
        result = like(ctx, input)
    else:
        result = _normalized(ctx, input, weight, bias, running_mean, running_var, training=False)
    return (result, *_statistics(ctx, input, False), _reserve(ctx, input))
