"""The observer: what PyTorch does is copied while it does it, and handed to every audit that is running."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from inspect import currentframe
from threading import Lock, local
from typing import Final, final
from weakref import WeakKeyDictionary

from refimpl.torch._history import Histories
from refimpl.torch._hooks import PATCHES, PROPAGATING, Given, LiveInterpreter
from refimpl.torch._interpreters import environment_of, is_own, is_propagating
from refimpl.torch._log import Log
from refimpl.torch._past import Past, Shortened
from refimpl.torch._patches import Patches
from refimpl.torch._records import (
    Kept,
    LiveNode,
    RawRun,
    RawStep,
    bindings_of,
    extent_of,
    frames_of,
    modes_now,
    nodes_below,
    raised_by,
    recorded_in,
    symbols_in,
)
from refimpl.torch._spent import SPENT
from refimpl.torch.places import RawPlace, raw_places
from refimpl.torch.shape_env import Copies, as_live, is_still

__all__ = ["HUB", "Hub"]

_TRUST: Final = "compute_unbacked_bindings"
_UNSEEN: Final = "what is said of names of earlier runs was changed during the audit, it is not known by what"


@final
@dataclass(slots=True)
class _OpenStep:
    env: object
    node: LiveNode
    places: tuple[RawPlace, ...]
    before: Kept
    logs: tuple[Log, ...]


@final
@dataclass(slots=True)
class _OpenRun:
    interpreter: object
    env: object
    run: RawRun
    paths: dict[LiveNode, str]
    logs: tuple[Log, ...]
    own: bool = False
    until_end: bool = False
    """Whether it is over when ``run`` returns, and not with the output node: the program's class has the last word."""
    inputs: list[str] = field(default_factory=list[str])
    ran: dict[str, bool] = field(default_factory=dict[str, bool])
    """Of an interpreter of the program's own: the nodes that ran, and whether a fresh value stands where one binds."""


@final
@dataclass(slots=True)
class _OpenNode:
    env: object
    node: LiveNode
    before: Shortened | Copies
    logs: tuple[Log, ...]
    run: _OpenRun | None
    failed_inside: bool = False


@final
@dataclass(frozen=True, slots=True)
class _OpenTrust:
    env: object
    recorded: object
    before: Kept
    logs: tuple[Log, ...]


class _Thread(local):
    """What this thread is in the middle of, outermost first."""

    def __init__(self) -> None:
        self.runs: list[_OpenRun] = []
        self.nodes: list[_OpenNode] = []


@final
class Hub:
    """The one observer of a process: it patches PyTorch while at least one audit runs."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._logs: tuple[Log, ...] = ()
        self._patches = Patches(PATCHES, self)
        self._thread = _Thread()
        self._histories = Histories()
        self._unchecked: WeakKeyDictionary[object, tuple[Past, tuple[Log, ...]]] = WeakKeyDictionary()
        """Where runs have ended since all that is spent was looked at."""

    @property
    def is_idle(self) -> bool:
        """Whether no audit runs, so that PyTorch is as it was."""
        return not self._logs and not self._patches.is_installed

    def enter(self, log: Log) -> None:
        """Hand events to the log from now on."""
        with self._lock:
            self._logs = (*self._logs, log)
            if not self._patches.is_installed:
                self._patches.install()

    def leave(self, log: Log) -> None:
        """Hand no more events to the log; without any log PyTorch is as it was."""
        self._check()
        with self._lock:
            self._logs = tuple(each for each in self._logs if each is not log)
            if not self._logs and self._patches.is_installed:
                self._patches.remove()
                self._histories = Histories()

    def _check(self) -> None:
        """Look at all that is spent where that was not done at the end of each run."""
        unchecked, self._unchecked = self._unchecked, WeakKeyDictionary()
        for env, (past, logs) in list(unchecked.items()):
            SPENT.look(env, "all")
            _tell(logs if past.is_broken else (), _UNSEEN)

    def _check_later(self, env: object, kept: Kept, logs: tuple[Log, ...]) -> None:
        """Something of the environment is kept of which not all was looked at."""
        if not isinstance(kept, Shortened) or self._histories.is_watched_closely(env):
            return
        past, before = self._unchecked.get(env, (kept.past, logs))
        _tell(before if past.is_broken else (), _UNSEEN)
        self._unchecked[env] = kept.past, logs

    # -- one step: rebind_unbacked on one node --

    def step_begins(self, env: object, node: LiveNode, result: object) -> _OpenStep | None:
        """A step begins; None if there is nothing to see."""
        logs = self._logs
        if not logs or env is None:
            return None
        try:
            bindings = bindings_of(node)
            # Where nothing is bound nothing should change, and then there is nothing to keep.
            if not bindings:
                return _OpenStep(env, node, (), self._histories.cheaply(env), logs)
            return _OpenStep(env, node, raw_places(bindings, result), self._now(env), logs)
        except Exception as error:  # an observer never disturbs what it observes
            self._not_seen(logs, f"a step on {node}", error)
            return None

    def step_ends(self, step: object, error: BaseException | None) -> None:
        """The step returned, or raised."""
        if not isinstance(step, _OpenStep) or not self._logs:
            return
        try:
            if not step.places and error is None and _is_still(step):
                return
            run = self._run_of(step.node, step.env)
            name = run.paths[step.node] if run is not None else step.node.name
            raised = None if error is None else raised_by(error)
            after, frames = self._now(step.env), frames_of(currentframe())
            seen = RawStep(name, step.node.op, step.places, step.before, after, raised, frames)
            within = run is not None
            if within:
                for run in self._thread.runs:
                    if step.node in run.paths:
                        name = run.paths[step.node]
                        run.run.steps.append(seen if name == seen.node else replace(seen, node=name))
            for log in step.logs:
                log.add_step(seen, step.env, step.node, within_a_run=within)
        except Exception as trouble:  # see above
            self._not_seen(step.logs, f"a step on {step.node}", trouble)

    def _now(self, env: object) -> Kept:
        """What the environment holds; within a run, after which it is looked at closely, only as far as it is short."""
        within = any(run.env is env for run in self._thread.runs)
        return self._histories.snapshot(env, "ends" if within else "all")

    def _not_seen(self, logs: Sequence[Log], what: str, error: Exception) -> None:
        """What this thread runs now is not known completely: nothing is concluded from what is missing."""
        for run in self._thread.runs:
            run.run.unseen = True
        _tell(logs, f"{what} could not be observed: {type(error).__name__}: {error}")

    def _run_of(self, node: LiveNode, env: object) -> _OpenRun | None:
        """The outermost run of this thread whose graph, or a sub-graph of it, has the node."""
        for run in self._thread.runs:
            if node in run.paths and run.env is env:
                return run
        return None

    # -- one trusted memo: compute_unbacked_bindings with the recorded value --

    def trust_begins(self, env: object, recorded: object) -> object | None:
        """Fresh symbols will be replaced by what is recorded; None if there are none."""
        logs = self._logs
        if not logs or env is None or not as_live(env).pending_fresh_unbacked_symbols:
            return None
        try:
            return _OpenTrust(env, recorded, self._histories.snapshot(env), logs)
        except Exception as error:  # see above
            self._not_seen(logs, "a trusted memo", error)
            return None

    def trust_ends(self, trust: object, found: Mapping[object, tuple[object, ...]] | None) -> None:
        """Each symbol that was found is now what is recorded at its path: a step like any other."""
        if not isinstance(trust, _OpenTrust) or not found:
            return
        try:
            places = [place for place in raw_places(found, trust.recorded) if place.value is not place.symbol]
            after, frames = self._histories.snapshot(trust.env), frames_of(currentframe())
            step = RawStep(_TRUST, "call_function", tuple(places), trust.before, after, None, frames)
            for log in trust.logs:
                log.steps.append(step)
        except Exception as error:  # see above
            self._not_seen(trust.logs, "a trusted memo", error)

    # -- one node: run_node of a propagating interpreter --

    def node_begins(self, interpreter: LiveInterpreter, node: LiveNode) -> _OpenNode | None:
        """A node begins to run; with the first node of a graph, a run begins."""
        logs = self._logs
        if not logs:
            return None
        try:
            thread = self._thread
            run, first = _latest_run(thread.runs, interpreter), node.prev.op == "root"
            env = environment_of(interpreter) if run is None or first else run.env
            if env is None:
                return None
            before = self._histories.cheaply(env)
            if first:
                known, run = run, self._open_run(interpreter, env, logs)
                run.until_end = known is not None and (known.own or known.until_end)
            opened = _OpenNode(env, node, before, logs, run)
            thread.nodes.append(opened)
            return opened
        except Exception as error:  # see above
            self._not_seen(logs, f"the node {node}", error)
            return None

    def node_ends(self, opened: object, error: BaseException | None, result: object) -> None:
        """The node returned, or raised; with the output node, and with an error, its run is over."""
        if not isinstance(opened, _OpenNode):
            return
        try:
            nodes = self._thread.nodes
            while nodes and nodes.pop() is not opened:
                pass
            if error is not None:
                self._node_failed(opened, error)
            run = opened.run
            if run is None or run.own:
                return
            if opened.node.op == "placeholder" and error is None:
                run.inputs.append(extent_of(result))
            if not run.until_end and (error is not None or opened.node.op == "output"):
                self._close_run(run, error)
        except Exception as trouble:  # see above
            self._not_seen(opened.logs, f"the node {opened.node}", trouble)

    def _node_failed(self, opened: _OpenNode, error: BaseException) -> None:
        """The innermost node that raised is recorded: what an error passes through did not raise it."""
        if self._thread.nodes:
            self._thread.nodes[-1].failed_inside = True
        if opened.failed_inside:
            return
        node, raised = opened.node, raised_by(error)
        outermost, frames = self._run_of(node, opened.env), frames_of(currentframe())
        name = outermost.paths[node] if outermost is not None else node.name
        step = RawStep(
            name, node.op, (), opened.before, self._histories.snapshot(opened.env), raised, frames, whole=True
        )
        for log in opened.logs:
            log.add_step(step, opened.env, node, within_a_run=opened.run is not None)

    # -- one run of an interpreter of the program's own, which may rebind or not --

    def run_begins(self, interpreter: LiveInterpreter, inputs: tuple[object, ...], given: Given) -> _OpenRun | None:
        """A run begins; what it records is known when it has ended."""
        logs = self._logs
        if not logs:
            return None
        try:
            self._patches.renew()
            if not is_own(interpreter):
                return None
            values = inputs or tuple((given or {}).values())
            env = environment_of(interpreter, values)
            if env is None:
                return None
            opened = self._open_run(interpreter, env, logs)
            opened.own = True
            opened.inputs += map(extent_of, values)
            return opened
        except Exception as error:  # see above
            self._not_seen(logs, "a run", error)
            return None

    def node_ran(self, interpreter: LiveInterpreter, node: LiveNode, result: object) -> None:
        """An operator ran in such a run; where no fresh value stands there is nothing to rebind."""
        run = _latest_run(self._thread.runs, interpreter)
        if run is None or not run.own:
            return
        try:
            places = raw_places(bindings_of(node), result)
            known = run.run.before.capture().ranges.keys() if places else frozenset[object]()
            run.ran[node.name] = any(not known >= symbols_in(place.value) for place in places)
        except Exception as error:  # see above
            self._not_seen(run.logs, f"the node {node}", error)

    def run_ends(self, ticket: object, error: BaseException | None) -> None:
        """The run is over. Where nothing was rebound it is nobody's propagation, unless its class says otherwise."""
        if not isinstance(ticket, _OpenRun):
            return
        try:
            runs = self._thread.runs
            if not any(each is ticket for each in runs):
                # Its nodes were watched, from the first on.
                watched = _latest_run(runs, ticket.interpreter)
                if watched is not None and watched.until_end:
                    self._close_run(watched, error)
                return
            if not ticket.run.steps and not is_propagating(type(ticket.interpreter), PROPAGATING[:1]):
                del runs[runs.index(ticket) :]
                return
            ran = ticket.ran
            reached = {
                path
                for path in ticket.paths.values()
                if (ran.get(path, False) if "/" not in path else path.partition("/")[0] in ran)
            }
            # Recorded is what was there at the start: PyTorch's own interpreters record anew what they compute.
            ticket.run.recorded = tuple([each for each in ticket.run.recorded if each[0] in reached])
            self._close_run(ticket, error)
        except Exception as trouble:  # see above
            self._not_seen(ticket.logs, "a run", trouble)

    # -- one run: every node of a graph --

    def _open_run(self, interpreter: LiveInterpreter, env: object, logs: tuple[Log, ...]) -> _OpenRun:
        runs = self._thread.runs
        runs[:] = [run for run in runs if run.interpreter is not interpreter]
        paths: dict[LiveNode, str] = {}
        for path, node in nodes_below(interpreter.graph, interpreter.module):
            paths.setdefault(node, path)
        before = self._histories.snapshot(env, "changed")
        self._check_later(env, before, logs)
        run = RawRun("graph", before, before, frames_of(currentframe()), recorded_in(paths))
        opened = _OpenRun(interpreter, env, run, paths, logs)
        runs.append(opened)
        return opened

    def _close_run(self, opened: _OpenRun, error: BaseException | None) -> None:
        runs = self._thread.runs
        if opened in runs:
            del runs[runs.index(opened) :]
        opened.run.after = self._histories.snapshot(opened.env, "ends")
        opened.run.raised = None if error is None else raised_by(error)
        self._check_later(opened.env, opened.run.after, opened.logs)
        if any(outer.env is opened.env and not outer.paths.keys().isdisjoint(opened.paths) for outer in runs):
            return  # a sub-graph: its steps are those of the outer run too
        # Two interpreters of a program's own do different things with one graph, or with parts of it.
        who = (type(opened.interpreter), tuple(opened.ran)) if opened.ran else None
        shape = hash((who, tuple((path, node.op, str(node.target)) for node, path in opened.paths.items())))
        for log in opened.logs:
            log.add_run(opened.run, opened.env, shape, (*opened.inputs, *modes_now()))
            if not self._histories.is_small(opened.env):
                log.settle()


def _is_still(step: _OpenStep) -> bool:
    if isinstance(step.before, Shortened):
        return Histories.cheaply(step.env) == step.before
    return isinstance(step.before, Copies) and is_still(step.env, step.before)


def _tell(logs: Sequence[Log], trouble: str) -> None:
    for log in logs:
        log.troubles.append(trouble)


def _latest_run(runs: Sequence[_OpenRun], interpreter: object) -> _OpenRun | None:
    return next((run for run in reversed(runs) if run.interpreter is interpreter), None)


HUB: Final = Hub()
"""PyTorch is one for all audits of a process, so its observer is too."""
