"""Which outcome of a call is PyTorch's: what its eager kernels do, and where they do not decide, its fake tensors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final, Protocol

from tests.aten.calls import Json, our_outcome
from tests.aten.changes import Call, Changed
from tests.aten.eager import Outcome

__all__ = [
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
    "SmallVector unable to grow", "'target' is out of range", "expects 'from' to be less",
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
    if "died" in theirs:
        return False
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


def disagreement(torch: Torch, changed: Changed) -> str | None:
    """How our outcome differs from PyTorch's, or None.

    Ours is what eager kernels and fake tensors both do, or where they differ, what either does; but if both give a
    result, fake tensors say which. Of a refusal other words will do where several things were changed, so that any of
    the faults may be named, and where the eager kernel's are about contents or about itself and tracing's are others.
    """
    ours, eager = our_outcome(changed.call), torch.run(changed.call)
    if "error" in eager and agrees(ours, eager):
        return None
    fake = torch.fake(changed.call)
    if agrees(ours, fake) or ("out" not in fake and agrees(ours, eager)) or _unbound(ours):
        return None
    told = [outcome for outcome in (eager, fake) if "died" not in outcome and not _has_negative_size(outcome)]
    if not told or ("error" in ours and "error" in told[0] and _words_are_free(changed, told)):
        return None
    return f"{changed.call}\n  ours:  {ours}\n  eager: {eager}\n  fake:  {fake}"


def _has_negative_size(outcome: Outcome) -> bool:
    """Whether something came out that is no tensor: resizing makes such where another size is 0."""
    return "out" in outcome and min(_sizes(sizes_and_dtypes(outcome["out"])), default=0) < 0


def _sizes(value: Json) -> Iterator[int]:
    if isinstance(value, list):
        for item in value:
            yield from _sizes(item)
    elif isinstance(value, int):
        yield value


def _words_are_free(changed: Changed, told: list[Outcome]) -> bool:
    several = changed.changes > 1
    return several or (is_about_contents(told[0]) and leading(told[0]) != leading(told[-1]))


def outcome_to_record(torch: Torch, changed: Changed) -> Outcome | None:
    """The eager outcome, or None where it alone does not say what ours must be."""
    eager = torch.run(changed.call)
    several = changed.changes > 1
    if is_about_contents(eager) or ("error" in eager and several):
        return None
    fake = torch.fake(changed.call)
    if "out" in eager and "out" in fake and not _has_fresh_sizes(fake):
        return eager if leading(fake) == leading(eager) else None
    if not changed.retyped:
        return eager
    return eager if agrees(eager, fake) else None


def _has_fresh_sizes(outcome: Outcome) -> bool:
    """Whether sizes are symbols that depend on contents."""
    return '"u0"' in json.dumps(outcome)
