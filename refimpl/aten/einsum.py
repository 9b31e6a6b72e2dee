"""``einsum``: operands are permuted to one order of labels and contracted pairwise by batched matrix products."""

from __future__ import annotations

from collections.abc import Sequence

from refimpl.aten._broadcast import defer_equal, is_one
from refimpl.aten._call import tensor_of
from refimpl.aten._product import product
from refimpl.aten._registry import shape
from refimpl.aten._views import diagonal, permute, reshape, unsqueeze, view
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import Dim, eq

__all__: list[str] = []

_ELLIPSIS = "."


def _labels(text: str, what: str) -> list[str]:
    """The labels of a term; an ellipsis is one of them. Raises RuntimeError for anything else."""
    labels: list[str] = []
    rest = text.replace(" ", "")
    while rest:
        if rest.startswith("..."):
            if _ELLIPSIS in labels:
                raise RuntimeError(f"einsum(): found '.' for {what} for which an ellipsis was already found")
            labels.append(_ELLIPSIS)
            rest = rest[3:]
            continue
        if rest[0] == _ELLIPSIS:
            raise RuntimeError(f"einsum(): found '.' for {what} that is not part of any ellipsis")
        if not (rest[0].isascii() and rest[0].isalpha()):
            raise RuntimeError(
                "einsum(): invalid subscript given at index 0 in the equation string, subscripts must be in [a-zA-Z]"
            )
        labels.append(rest[0])
        rest = rest[1:]
    return labels


class _Plan:
    """The order of dimensions: the labels of the output first, then those that are summed."""

    def __init__(self, equation: str, tensors: Sequence[FakeTensor]) -> None:
        left, arrow, right = equation.partition("->")
        terms = left.split(",")
        if len(terms) < len(tensors):
            raise RuntimeError("einsum(): more operands were provided than specified in the equation")
        if len(terms) > len(tensors):
            raise RuntimeError("einsum(): fewer operands were provided than specified in the equation")
        self.terms = [_labels(term, f"operand {i}") for i, term in enumerate(terms)]
        self.ellipsis = 0
        for i, (labels, tensor) in enumerate(zip(self.terms, tensors, strict=True)):
            self._check_rank(i, labels, tensor)
        counts: dict[str, int] = {}
        for labels in self.terms:
            for label in labels:
                if label != _ELLIPSIS:
                    counts[label] = counts.get(label, 0) + 1
        output = self._output(counts, _labels(right, "the output") if arrow else None)
        self.position: dict[str, int] = {}
        at = 0
        for label in output:
            self.position[label] = at
            at += self.ellipsis if label == _ELLIPSIS else 1
        self.output_rank = at
        for label in (_ELLIPSIS, *sorted(counts)):
            if label not in self.position and (label != _ELLIPSIS or self.ellipsis):
                self.position[label] = at
                at += self.ellipsis if label == _ELLIPSIS else 1
        self.rank = at

    def _check_rank(self, i: int, labels: list[str], tensor: FakeTensor) -> None:
        if _ELLIPSIS in labels:
            covered = tensor.ndim - (len(labels) - 1)
            if covered < 0:
                raise RuntimeError(
                    f"einsum(): the number of subscripts in the equation ({len(labels) - 1}) is more than the number "
                    f"of dimensions ({tensor.ndim}) for operand {i}"
                )
            self.ellipsis = max(self.ellipsis, covered)
        elif len(labels) != tensor.ndim:
            more = "" if len(labels) > tensor.ndim else " and no ellipsis was given"
            relation = "is more than" if len(labels) > tensor.ndim else "does not match"
            raise RuntimeError(
                f"einsum(): the number of subscripts in the equation ({len(labels)}) {relation} the number of "
                f"dimensions ({tensor.ndim}) for operand {i}{more}"
            )

    def _output(self, counts: dict[str, int], given: list[str] | None) -> list[str]:
        if given is None:
            once = [label for label in sorted(counts) if counts[label] == 1]
            return [_ELLIPSIS, *once] if any(_ELLIPSIS in labels for labels in self.terms) else once
        for label in given:
            if label != _ELLIPSIS and label not in counts:
                raise RuntimeError(
                    f"einsum(): output subscript {label} does not appear in the equation for any input operand"
                )
            if given.count(label) > 1:
                raise RuntimeError(f"einsum(): output subscript {label} appears more than once in the output")
        return given

    def place(self, ctx: Context, i: int, tensor: FakeTensor) -> FakeTensor:
        """The operand with all dimensions, in the plan's order; a repeated label takes the diagonal."""
        order = [-1] * self.rank
        seen: dict[str, int] = {}
        at = 0
        missing = self.ellipsis - (tensor.ndim - (len(self.terms[i]) - 1))
        for label in self.terms[i]:
            if label == _ELLIPSIS:
                for _ in range(missing):
                    tensor = unsqueeze(tensor, at)
                for k in range(self.ellipsis):
                    order[self.position[label] + k] = at
                    at += 1
            elif label in seen:
                tensor = _take_diagonal(ctx, tensor, seen[label], at, (label, i))
            else:
                seen[label] = at
                order[self.position[label]] = at
                at += 1
        for dim, source in enumerate(order):
            if source < 0:
                tensor = unsqueeze(tensor, tensor.ndim)
                order[dim] = at
                at += 1
        return permute(tensor, tuple(order))


def _take_diagonal(ctx: Context, tensor: FakeTensor, dim: int, at: int, where: tuple[str, int]) -> FakeTensor:
    first, second = tensor.sizes[dim], tensor.sizes[at]
    message = (
        f"einsum(): subscript {where[0]} is repeated for operand {where[1]} but the sizes don't match, "
        f"{second} != {first}"
    )
    ctx.require(eq(first, second), message)
    taken = diagonal(ctx, tensor, 0, dim, at)
    last = taken.ndim - 1
    order = [*range(last)]
    order.insert(dim, last)
    return permute(taken, tuple(order))


def _sum_pair(ctx: Context, left: FakeTensor, right: FakeTensor, summed: Sequence[int]) -> FakeTensor:
    """The product of two operands summed over dimensions, which stay with size 1."""
    if not summed:
        return tensor_of(ctx, "aten.mul.Tensor", left, right)
    both: list[int] = []
    only_left: list[int] = []
    only_right: list[int] = []
    for dim in range(left.ndim):
        in_left, in_right = not is_one(ctx, left.sizes[dim]), not is_one(ctx, right.sizes[dim])
        if in_left and in_right:
            sizes = left.sizes[dim], right.sizes[dim]
            if ctx.must_state(eq(*sizes)):
                defer_equal(ctx, eq(*sizes), sizes, "non-broadcast dimensions must match")
        if dim in summed:
            continue
        (both if in_left and in_right else only_left if in_left else only_right).append(dim)
    if only_left and only_right and only_right[-1] < only_left[0]:
        left, right, only_left, only_right = right, left, only_right, only_left
    batch = [left.sizes[d] for d in both]
    rows, columns = [left.sizes[d] for d in only_left], [right.sizes[d] for d in only_right]
    inner = product(left.sizes[d] for d in summed)
    a = permute(left, (*both, *only_left, *summed, *only_right))
    b = permute(right, (*both, *summed, *only_right, *only_left))
    a = reshape(ctx, a, (product(batch), product(rows), inner))
    b = reshape(ctx, b, (product(batch), inner, product(columns)))
    result = tensor_of(ctx, "aten.bmm.default", a, b)
    result = view(ctx, result, (*batch, *rows, *(1 for _ in summed), *columns))
    source = {dim: at for at, dim in enumerate((*both, *only_left, *summed, *only_right))}
    return permute(result, tuple(source[dim] for dim in range(left.ndim)))


class _Contraction:
    """How many operands still have each dimension with a size other than 1."""

    def __init__(self, ctx: Context, plan: _Plan, operands: Sequence[FakeTensor]) -> None:
        self.ctx = ctx
        self.plan = plan
        self.counts = [0] * plan.rank
        known: list[Dim] = [1] * plan.rank
        for i, operand in enumerate(operands):
            for dim, size in enumerate(operand.sizes):
                if is_one(ctx, size):
                    continue
                if self.counts[dim]:
                    message = (
                        f"einsum(): subscript {self._label(dim)} has size {size} for operand {i} which does not "
                        f"broadcast with previously seen size {known[dim]}"
                    )
                    defer_equal(ctx, eq(size, known[dim]), (size, known[dim]), message)
                known[dim] = size
                self.counts[dim] += 1

    def _label(self, dim: int) -> str:
        return next((label for label, at in self.plan.position.items() if at == dim and label != _ELLIPSIS), "...")

    def pair(self, left: FakeTensor, right: FakeTensor) -> FakeTensor:
        """Contract two operands over the dimensions that no other operand has."""
        summed: list[int] = []
        from_left: list[int] = []
        from_right: list[int] = []
        for dim in range(self.plan.output_rank, self.plan.rank):
            in_left, in_right = (not is_one(self.ctx, t.sizes[dim]) for t in (left, right))
            if in_left and in_right:
                self.counts[dim] -= 1
                if self.counts[dim] == 1:
                    summed.append(dim)
                    self.counts[dim] = 0
            elif self.counts[dim] == 1 and (in_left or in_right):
                (from_left if in_left else from_right).append(dim)
                self.counts[dim] = 0
        if from_left:
            left = tensor_of(self.ctx, "aten.sum.dim_IntList", left, from_left, True)
        if from_right:
            right = tensor_of(self.ctx, "aten.sum.dim_IntList", right, from_right, True)
        return _sum_pair(self.ctx, left, right, summed)


@shape("aten.einsum.default")
def einsum(ctx: Context, equation: str, tensors: Sequence[FakeTensor], path: Sequence[int] | None) -> FakeTensor:
    """A sum of products by Einstein's convention, contracted from left to right or along ``path``."""
    if not tensors:
        raise RuntimeError("einsum(): must provide at least one operand")
    plan = _Plan(equation, tensors)
    operands = [plan.place(ctx, i, tensor) for i, tensor in enumerate(tensors)]
    contraction = _Contraction(ctx, plan, operands)
    steps = list(path) if path is not None else []
    while len(operands) > 1:
        i, j = (0, 1) if path is None else sorted((steps.pop(0), steps.pop(0)))
        right, left = operands.pop(j), operands.pop(i)
        operands.insert(0 if path is None else len(operands), contraction.pair(left, right))
    result = operands[0]
    if plan.rank == plan.output_rank:
        return result
    if len(tensors) > 1:
        return result.viewed(result.sizes[: plan.output_rank], result.strides[: plan.output_rank], result.offset)
    return tensor_of(ctx, "aten.sum.dim_IntList", result, tuple(range(plan.output_rank, plan.rank)))
