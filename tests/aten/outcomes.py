"""Which outcome of a call is PyTorch's: what its eager kernels do, and where they do not decide, its fake tensors."""

from __future__ import annotations

from typing import Final, Protocol

from tests.aten.calls import Json, our_outcome
from tests.aten.changes import Call, Changed
from tests.aten.eager import Outcome

__all__ = [
    "DEVIATIONS",
    "OTHER_WORDS",
    "Torch",
    "agrees",
    "disagreement",
    "is_about_contents",
    "leading",
    "outcome_to_record",
]


class Torch(Protocol):
    """A PyTorch that answers calls."""

    def run(self, call: Call) -> Outcome:
        """What its eager kernels do."""
        ...

    def fake(self, call: Call) -> Outcome:
        """What its fake tensors do."""
        ...


# What agrees on neither result nor refusal, and why.
DEVIATIONS: Final = {
    "aten._foreach_copy.default": "the kernel does not look at the lengths of the lists",
    "aten._embedding_bag_forward_only.default": "fake tensors count the last offset where eager kernels do not",
    "aten._euclidean_dist.default": "the private half of cdist is asked for matrices only",
    "aten._pdist_forward.default": "the private half of pdist is asked for matrices only",
    "aten._reshape_alias.default": "the private half of reshape does not look at the number of elements",
    "aten._scaled_dot_product_attention_math.default": "the private half of attention is asked for matrices only",
    "aten._scaled_mm.default": "which shapes of scales the kernel knows",
    "aten._trilinear.default": "the private half of bilinear broadcasts with sizes of 0",
    "aten.addbmm_.default": "the eager kernel gives self other sizes, which fake tensors refuse",
    "aten.conv2d.padding": "uneven padding calls another kernel, which does not look at the dtype of the bias",
    "aten.gradient.tensorarray": "coordinates of another length broadcast against the differences",
    "aten.pow_.Scalar": "fake tensors refuse to write a power of booleans, which the eager kernel does for True",
    "aten.scaled_dot_product_attention.default": "the fused kernel reads keys and values of different lengths",
    "aten.gru.data": "tracing lacks the counts that the eager kernel reads",
    "aten.lstm.data": "tracing lacks the counts that the eager kernel reads",
    "aten.randint_like.Tensor": "a bound that is a tensor is contents",
    "aten.rnn_relu.data": "tracing lacks the counts that the eager kernel reads",
    "aten.rnn_tanh.data": "tracing lacks the counts that the eager kernel reads",
    "aten.native_batch_norm_backward.default": "fake tensors give the input's gradient although it is not wanted",
    "aten.native_group_norm.default": "the private half of group_norm asks for a layout that group_norm makes",
}

# Both refuse a call, for another of the faults that one change gives it, and why.
OTHER_WORDS: Final = {
    "aten.convolution_backward.default": "a weight of integers is refused by the library that computes",
}

# Refusals that say something about contents (an index out of bounds, a singular matrix, a number that does not fit), of
# PyTorch's own assertions, and of kernels that the CPU does not have or not for that dtype: what tracing does not see.
_UNSEEN: Final = (
    "out of bounds", "ZeroDivision", "between 0 and 1", "singular", "INTERNAL ASSERT", "not positive-definite",
    "failed to converge", "out of range in self", "DefaultCPUAllocator", "probability", "must be equal to 0",
    "Storage size calculation overflowed", "not monotonically", "cannot be computed", "not implemented for",
    "Pivots given", "pivots passed", "select(): index", "p_in >= 0", "Number of elements of source",
    "found idx to be", "allocated size does not match", "self indexing axis dim", "not in the valid range",
    "Could not run", "without overflow", "create a primitive descriptor",
    "integer multiplication overflow", "to sum to data.size", "does not have a device",
    "SmallVector unable to grow",
)  # fmt: skip


def sizes_and_dtypes(value: Json) -> Json:
    """A result without strides, which eager kernels choose more freely than fake tensors."""
    if isinstance(value, list):
        return [sizes_and_dtypes(item) for item in value]
    if isinstance(value, dict) and "t" in value:
        tensor = value["t"]
        assert isinstance(tensor, list)
        return [tensor[0], tensor[3]]
    return None


def leading(outcome: Outcome) -> Json:
    """What must agree: the type of the exception and its first words, or sizes and dtypes of the result."""
    if "out" in outcome:
        return sizes_and_dtypes(outcome["out"])
    error = outcome["error"]
    assert isinstance(error, list)
    return {"type": error[0], "words": list[Json](str(error[1]).split()[:3])}


def agrees(ours: Outcome, theirs: Outcome) -> bool:
    """Whether what must agree does; of a result that depends on contents which were not given, that there is one."""
    return leading(ours) == leading(theirs) or (ours.get("out") == "data" and "out" in theirs)


def is_about_contents(outcome: Outcome) -> bool:
    """Whether the outcome says nothing about sizes and dtypes: the kernel crashed, or refused what tracing accepts."""
    return "died" in outcome or any(words in str(outcome.get("error")) for words in _UNSEEN)


def _unbound(ours: Outcome) -> bool:
    """Whether binding refused what no graph holds: None for a tensor, or a tensor where a number belongs.

    PyTorch reads the only element of such a tensor; some of its operators read of None that it has no sizes.
    """
    text = str(ours.get("error"))
    given_tensor = "Expected a value of type" in text and "instead found type 'FakeTensor'" in text
    return given_tensor or "Expected a proper Tensor but got None" in text


def _lacks_contents(ours: Outcome) -> bool:
    """Whether tracing refuses what eager kernels run, because the result needs contents."""
    return "error" in ours and str(ours["error"]).startswith(("['DataDependentOutput", "['DynamicOutputShape"))


def disagreement(torch: Torch, changed: Changed) -> str | None:
    """How our outcome differs from PyTorch's, or None.

    We refuse and run as the eager kernels do, with the words of theirs or of fake tensors; where several things were
    changed, any of the faults may be named. Where a dtype was changed we may do as fake tensors do instead, and where
    both give a result, fake tensors say which.
    """
    ours, eager = our_outcome(changed.call), torch.run(changed.call)
    if is_about_contents(eager) or agrees(ours, eager) or _unbound(ours):
        return None
    both_refuse = "error" in ours and "error" in eager
    if both_refuse and (changed.changes > 1 or changed.call["op"] in OTHER_WORDS):
        return None
    alike = ("error" in ours) == ("error" in eager) or _lacks_contents(ours)
    fake = torch.fake(changed.call) if alike or changed.retyped else eager
    if "died" not in fake and leading(ours) == leading(fake):
        return None
    return f"{changed.call}\n  ours:  {ours}\n  eager: {eager}\n  fake:  {fake}"


def outcome_to_record(torch: Torch, changed: Changed) -> Outcome | None:
    """The eager outcome, or None where it alone does not say what ours must be."""
    eager = torch.run(changed.call)
    several = changed.changes > 1 or changed.call["op"] in OTHER_WORDS
    if is_about_contents(eager) or ("error" in eager and several):
        return None
    if "error" not in eager and not changed.retyped:
        return eager
    fake = torch.fake(changed.call)
    return eager if "died" not in fake and leading(fake) == leading(eager) else None
