"""Random calls run by eager PyTorch on real tensors, beside what our shape functions make of them.

PyTorch runs in this Python or in the one that the environment variable ``REFIMPL_TORCH_PYTHON`` names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from random import Random
from typing import Final

from tests.aten.calls import Json, matters, our_outcome
from tests.aten.drawn import Draw
from tests.aten.drawn_indexing import INDEXING
from tests.aten.drawn_views import VIEWS
from tests.aten.eager import Eager

__all__ = ["KNOWN_DEVIATIONS", "disagreement", "drawn_calls", "eager_outcomes"]

# PyTorch's own faults: a padded tensor with a negative size, and one whose size 0 dimension seems to overlap. And where
# fake tensors, which we follow, differ from the kernels: elements at positions have no sizes if the last of these is a
# number, and padded volumes no format of channels.
KNOWN_DEVIATIONS: Final = re.compile(
    r"aten\.pad\.default.*(negative dimension|some elements of the input tensor)"
    r"|aten\.index\.Tensor', 'args': .*\{'t': \[\[\], \[\], 0, 'int64'\], 'v': \[\d+\]\}(, None)*\]\].*: ours \{'t'"
    r"|aten\.re(flection|plication)_pad3d\.default', .*: ours \{'t': \[(?P<sizes>\[[\d, ]*\]), "
    r".*eager \{'t': \[(?P=sizes), "
)


def drawn_calls(seed: int, count: int) -> Iterator[dict[str, Json]]:
    """That many random calls of each operator."""
    for key, draw in sorted({**VIEWS, **INDEXING}.items()):
        d = Draw(Random(f"{seed} {key}"))
        for _ in range(count):
            yield {"op": key.partition("#")[0], "args": draw(d), "kwargs": {}}


def eager_outcomes(calls: Sequence[dict[str, Json]]) -> list[dict[str, Json]]:
    """What eager PyTorch gives for each call."""
    with Eager() as torch:
        return [torch.run(call) for call in calls]


def disagreement(call: dict[str, Json], eager: dict[str, Json]) -> str | None:
    """Where our outcome and the eager one differ: in refusing at all, or in what the result is."""
    ours = our_outcome(call)
    if ("error" in ours) != ("error" in eager):
        return f"{call}: ours {ours}, eager {eager}"
    if "out" in ours and matters(ours["out"]) != matters(eager["out"]):
        return f"{call}: ours {ours['out']}, eager {eager['out']}"
    return None
