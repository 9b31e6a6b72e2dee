"""What one audit has seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, final
from weakref import WeakKeyDictionary

from refimpl.torch._records import Kept, LiveNode, RawRun, RawStep
from refimpl.torch.shape_env import Copies

__all__ = ["Log"]

_SEVERAL: Final = 6


@final
class Log:
    """What one audit has seen. ``troubles`` are events that could not be observed, and why."""

    def __init__(self) -> None:
        self.steps: list[RawStep] = []
        self.runs: list[RawRun] = []
        self.troubles: list[str] = []
        self.judge: Callable[[], None] | None = None
        """Judges what was seen so far."""
        self._settled = 0
        self._ran: WeakKeyDictionary[object, dict[int, tuple[tuple[str, ...], Kept]]] = WeakKeyDictionary()
        self._loose: WeakKeyDictionary[object, WeakKeyDictionary[object, _Loose]] = WeakKeyDictionary()

    def add_step(self, step: RawStep, env: object, node: LiveNode, *, within_a_run: bool) -> None:
        """A step was seen. Those outside of a run are gathered, as long as each is of another node of one graph.

        Graphs that belong to no module (nodes made by hand) count as one.
        """
        self.steps.append(step)
        if within_a_run or step.whole:
            return
        graphs = self._loose.setdefault(env, WeakKeyDictionary())
        graph = node.graph if getattr(node.graph, "owning_module", None) is not None else env
        loose = graphs.get(graph)
        if loose is None or node in loose.nodes:
            loose = graphs[graph] = _Loose(RawRun("steps", step.before, step.after, step.frames))
            self.runs.append(loose.run)
        loose.nodes[node] = None
        # Nodes of several graphs may have one name, and are several sites all the same.
        taken = sum(each.node.partition("#")[0] == step.node for each in loose.run.steps)
        loose.run.steps.append(replace(step, node=f"{step.node}#{taken + 1}") if taken else step)
        loose.run.after = step.after

    def add_run(self, run: RawRun, env: object, shape: int, inputs: tuple[str, ...]) -> None:
        """A whole graph was run; if not for the first time in this environment, that is recorded too (STEADY).

        ``shape`` is the same for a graph and its copies, ``inputs`` for inputs of the same sizes under the same modes.
        """
        self.runs.append(run)
        if run.raised is not None:
            return
        ran = self._ran.setdefault(env, {})
        earlier, first = ran.get(shape, (inputs, None))
        # A run that found what the one before it left, and left it so, is steady.
        if first is not None and not (isinstance(first, Copies) and first == run.before == run.after):
            self.runs.append(
                RawRun("again", run.before, run.after, run.frames, first=first, same_inputs=inputs == earlier)
            )
        ran[shape] = inputs, run.after

    def settle(self) -> None:
        """Have the runs judged when there are several that were not: what they left is then known to be spent."""
        if self.judge is not None and len(self.runs) >= self._settled + _SEVERAL:
            self._settled = len(self.runs)
            self.judge()


@final
@dataclass(slots=True)
class _Loose:
    run: RawRun
    nodes: WeakKeyDictionary[object, None] = field(default_factory=WeakKeyDictionary[object, None])
