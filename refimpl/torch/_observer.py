"""The observer: what PyTorch does is copied while it does it, and handed to every audit that is running."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from inspect import currentframe
from threading import Lock, local
from typing import Final, Protocol, cast, final
from weakref import WeakKeyDictionary

from refimpl.torch._disguise import disguised
from refimpl.torch._history import Histories, Snapshot
from refimpl.torch._patches import Patch, Patches
from refimpl.torch._records import (
    LiveNode,
    RawRun,
    RawStep,
    bindings_of,
    frames_of,
    nodes_below,
    raised_by,
)
from refimpl.torch.places import RawPlace, raw_places
from refimpl.torch.shape_env import Capture, capture

__all__ = ["HUB", "Hub", "Log"]


@final
class Log:
    """What one audit has seen. ``troubles`` are events that could not be observed, and why."""

    def __init__(self) -> None:
        self.steps: list[RawStep] = []
        self.runs: list[RawRun] = []
        self.troubles: list[str] = []
        self._ran: WeakKeyDictionary[object, WeakKeyDictionary[object, Snapshot]] = WeakKeyDictionary()
        self._loose: WeakKeyDictionary[object, WeakKeyDictionary[object, _Loose]] = WeakKeyDictionary()

    def add_step(self, step: RawStep, env: object, graph: object, node: LiveNode, *, within_a_run: bool) -> None:
        """A step was seen. Those outside of a run are gathered, as long as each is of another node of one graph."""
        self.steps.append(step)
        if within_a_run or step.whole:
            return
        graphs = self._loose.setdefault(env, WeakKeyDictionary())
        loose = graphs.get(graph)
        if loose is None or node in loose.nodes:
            loose = graphs[graph] = _Loose(RawRun("steps", step.before, step.after, step.frames))
            self.runs.append(loose.run)
        loose.nodes[node] = None
        loose.run.steps.append(step)
        loose.run.after = step.after

    def add_run(self, run: RawRun, env: object, graph: object) -> None:
        """A whole graph was run; if not for the first time in this environment, that is recorded too (STEADY)."""
        self.runs.append(run)
        if run.raised is not None:
            return
        ran = self._ran.setdefault(env, WeakKeyDictionary())
        first = ran.get(graph)
        if first is not None:
            self.runs.append(RawRun("again", run.before, run.after, run.frames, first=first))
        ran[graph] = run.after


@final
@dataclass(slots=True)
class _Loose:
    run: RawRun
    nodes: WeakKeyDictionary[object, None] = field(default_factory=WeakKeyDictionary[object, None])


@final
@dataclass(frozen=True, slots=True)
class _OpenStep:
    env: object
    node: LiveNode
    places: tuple[RawPlace, ...]
    before: Snapshot
    logs: tuple[Log, ...]
    run: _OpenRun | None
    name: str


@final
@dataclass(slots=True)
class _OpenRun:
    interpreter: object
    graph: object
    env: object
    run: RawRun
    paths: dict[LiveNode, str]
    logs: tuple[Log, ...]


@final
@dataclass(slots=True)
class _OpenNode:
    env: object
    node: LiveNode
    before: Capture
    logs: tuple[Log, ...]
    run: _OpenRun | None
    name: str
    failed_inside: bool = False


class _Thread(local):
    """What this thread is in the middle of, outermost first."""

    def __init__(self) -> None:
        self.runs: list[_OpenRun] = []
        self.nodes: list[_OpenNode] = []


class _Interpreter(Protocol):
    graph: object
    module: object


class _Root(Protocol):
    """What the three interpreters know of their mode."""

    _mode: object
    fake_mode: object


@final
class Hub:
    """The one observer of a process: it patches PyTorch while at least one audit runs."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._logs: tuple[Log, ...] = ()
        self._patches: Patches | None = None
        self._thread = _Thread()
        self._histories = Histories()

    @property
    def is_idle(self) -> bool:
        """Whether no audit runs, so that PyTorch is as it was."""
        return not self._logs and self._patches is None

    def enter(self, log: Log) -> None:
        """Hand events to the log from now on."""
        with self._lock:
            self._logs = (*self._logs, log)
            if self._patches is None:
                self._patches = Patches(_patches(self))
                self._patches.install()

    def leave(self, log: Log) -> None:
        """Hand no more events to the log; without any log PyTorch is as it was."""
        with self._lock:
            self._logs = tuple(each for each in self._logs if each is not log)
            if not self._logs and self._patches is not None:
                self._patches.remove()
                self._patches = None
                self._histories = Histories()

    # -- one step: rebind_unbacked on one node --

    def step_begins(self, env: object, node: LiveNode, result: object) -> _OpenStep | None:
        """A step begins; None if there is nothing to see."""
        logs = self._logs
        if not logs or env is None:
            return None
        try:
            bindings = bindings_of(node)
            if not bindings:
                return None
            run = self._run_of(node, env)
            name = run.paths[node] if run is not None else node.name
            return _OpenStep(env, node, raw_places(bindings, result), self._histories.snapshot(env), logs, run, name)
        except Exception as error:  # an observer never disturbs what it observes
            self._not_seen(logs, f"a step on {node}", error)
            return None

    def step_ends(self, step: _OpenStep, error: BaseException | None) -> None:
        """The step returned, or raised."""
        try:
            raised = None if error is None else raised_by(error)
            after, frames = self._histories.snapshot(step.env), frames_of(currentframe())
            seen = RawStep(step.name, step.node.op, step.places, step.before, after, raised, frames)
            if step.run is not None:
                for run in self._thread.runs:
                    if step.node in run.paths:
                        name = run.paths[step.node]
                        run.run.steps.append(seen if name == seen.node else replace(seen, node=name))
            for log in step.logs:
                log.add_step(seen, step.env, step.node.graph, step.node, within_a_run=step.run is not None)
        except Exception as trouble:  # see above
            self._not_seen(step.logs, f"a step on {step.node}", trouble)

    def _not_seen(self, logs: Sequence[Log], what: str, error: Exception) -> None:
        """What this thread runs now is not known completely: nothing is concluded from what is missing."""
        for run in self._thread.runs:
            run.run.unseen = True
        for log in logs:
            log.troubles.append(f"{what} could not be observed: {type(error).__name__}: {error}")

    def _run_of(self, node: LiveNode, env: object) -> _OpenRun | None:
        """The outermost run of this thread whose graph, or a sub-graph of it, has the node."""
        for run in self._thread.runs:
            if node in run.paths and run.env is env:
                return run
        return None

    # -- one node: run_node of a propagating interpreter --

    def node_begins(self, interpreter: _Interpreter, node: LiveNode) -> _OpenNode | None:
        """A node begins to run; with the first node of a graph, a run begins."""
        logs = self._logs
        if not logs:
            return None
        try:
            env = _environment_of(interpreter)
            if env is None:
                return None
            # Nearly every node returns and what it found is dropped: plain copies are the cheapest.
            before = capture(env)
            if node.prev.op == "root":
                self._open_run(interpreter, env, logs)
            run = next((r for r in reversed(self._thread.runs) if r.interpreter is interpreter), None)
            outermost = self._run_of(node, env)
            name = outermost.paths[node] if outermost is not None else node.name
            opened = _OpenNode(env, node, before, logs, run, name)
            self._thread.nodes.append(opened)
            return opened
        except Exception as error:  # see above
            self._not_seen(logs, f"the node {node}", error)
            return None

    def node_ends(self, opened: _OpenNode, error: BaseException | None) -> None:
        """The node returned, or raised; with the output node, and with an error, its run is over."""
        try:
            nodes = self._thread.nodes
            while nodes and nodes.pop() is not opened:
                pass
            if error is not None:
                self._node_failed(opened, error)
            if opened.run is not None and (error is not None or opened.node.op == "output"):
                self._close_run(opened.run, error)
        except Exception as trouble:  # see above
            self._not_seen(opened.logs, f"the node {opened.node}", trouble)

    def _node_failed(self, opened: _OpenNode, error: BaseException) -> None:
        """The innermost node that raised is recorded: what an error passes through did not raise it."""
        if self._thread.nodes:
            self._thread.nodes[-1].failed_inside = True
        if opened.failed_inside:
            return
        node, raised = opened.node, raised_by(error)
        frames = frames_of(currentframe())
        step = RawStep(
            opened.name, node.op, (), opened.before, self._histories.snapshot(opened.env), raised, frames, whole=True
        )
        for log in opened.logs:
            log.add_step(step, opened.env, node.graph, node, within_a_run=opened.run is not None)

    # -- one run: every node of a graph --

    def _open_run(self, interpreter: _Interpreter, env: object, logs: tuple[Log, ...]) -> None:
        runs = self._thread.runs
        runs[:] = [run for run in runs if run.interpreter is not interpreter]
        paths: dict[LiveNode, str] = {}
        for path, node in nodes_below(interpreter.graph, interpreter.module):
            paths.setdefault(node, path)
        # A sub-graph that is used twice is one graph: its nodes count once.
        recorded = tuple(
            (path, symbol, tuple(where)) for node, path in paths.items() for symbol, where in bindings_of(node).items()
        )
        before = self._histories.snapshot(env)
        run = RawRun("graph", before, before, frames_of(currentframe()), recorded)
        runs.append(_OpenRun(interpreter, interpreter.graph, env, run, paths, logs))

    def _close_run(self, opened: _OpenRun, error: BaseException | None) -> None:
        runs = self._thread.runs
        if opened in runs:
            del runs[runs.index(opened) :]
        opened.run.after = self._histories.snapshot(opened.env)
        opened.run.raised = None if error is None else raised_by(error)
        if any(outer.env is opened.env and not outer.paths.keys().isdisjoint(opened.paths) for outer in runs):
            return  # a sub-graph: its steps are those of the outer run too
        for log in opened.logs:
            log.add_run(opened.run, opened.env, opened.graph)


def _environment_of(interpreter: object) -> object:
    """The environment in which a propagating interpreter runs its nodes; None if there is none."""
    known = cast("_Root", interpreter)  # PyTorch is not there when types are checked
    for name in ("_mode", "fake_mode"):
        if name in vars(interpreter):
            mode: object = getattr(known, name)
            return getattr(mode, "shape_env", None)
    guards = sys.modules["torch._guards"]
    detect = cast("Callable[[], object]", getattr(guards, "detect_fake_mode"))  # noqa: B009 - see above
    try:
        mode = detect()
    except AssertionError:  # several fake modes are active: the run itself will say so
        return None
    return getattr(mode, "shape_env", None)


def _patches(hub: Hub) -> list[Patch]:
    shapes = "torch.fx.experimental.symbolic_shapes"
    return [
        Patch(shapes, "rebind_unbacked", lambda original: _observed_rebinding(hub, original)),
        Patch(shapes, "PropagateUnbackedSymInts.run_node", lambda original: _observed_node(hub, original)),
        Patch(
            "torch.fx.passes.fake_tensor_prop",
            "FakeTensorProp.run_node",
            lambda original: _observed_node(hub, original),
        ),
        Patch("torch.fx.passes.shape_prop", "ShapeProp.run_node", lambda original: _observed_node(hub, original)),
    ]


def _observed_rebinding(hub: Hub, original: object) -> object:
    function = cast("Callable[[object, LiveNode, object], object]", original)  # see above

    def rebind_unbacked(shape_env: object, n: LiveNode, result: object) -> object:
        step = hub.step_begins(shape_env, n, result)
        if step is None:
            return function(shape_env, n, result)
        try:
            answer = function(shape_env, n, result)
        except BaseException as error:
            hub.step_ends(step, error)
            raise
        hub.step_ends(step, None)
        return answer

    return disguised(rebind_unbacked, original)


def _observed_node(hub: Hub, original: object) -> object:
    function = cast("Callable[[_Interpreter, LiveNode], object]", original)  # see above

    def run_node(self: _Interpreter, n: LiveNode) -> object:
        node = hub.node_begins(self, n)
        if node is None:
            return function(self, n)
        try:
            answer = function(self, n)
        except BaseException as error:
            hub.node_ends(node, error)
            raise
        hub.node_ends(node, None)
        return answer

    return disguised(run_node, original)


HUB: Final = Hub()
"""PyTorch is one for all audits of a process, so its observer is too."""
