"""What an audit keeps of a run of PyTorch: copies of dictionaries, expressions and frames, nothing converted yet."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Literal, Protocol, TypeAlias, cast, final

from refimpl.laws.step import Raised
from refimpl.torch._history import Snapshot
from refimpl.torch._past import Shortened
from refimpl.torch.places import RawPlace
from refimpl.torch.shape_env import Capture, Copies

__all__ = [
    "Frames",
    "Kept",
    "LiveNode",
    "RawRun",
    "RawStep",
    "bindings_of",
    "extent_of",
    "frames_of",
    "line_of",
    "modes_now",
    "nodes_below",
    "raised_by",
    "recorded_in",
    "symbols_in",
]

Frames: TypeAlias = tuple[tuple[CodeType, int], ...]
Kept: TypeAlias = Snapshot | Shortened | Copies | Capture
"""What an environment held at one moment."""
MAX_FRAMES = 200


class LiveNode(Protocol):
    """The part of ``torch.fx.Node`` that is read."""

    name: str
    op: str
    target: object
    meta: dict[str, object]
    graph: object
    prev: LiveNode


@final
@dataclass(frozen=True, slots=True)
class RawStep:
    """One rebinding step, or (``whole``) a node that raised in its operator, as it was seen."""

    node: str
    op: str
    places: tuple[RawPlace, ...]
    before: Kept
    after: Kept
    raised: Raised | None
    frames: Frames
    whole: bool = False


@final
@dataclass(slots=True)
class RawRun:
    """One propagation; ``kind`` says what is known of it.

    ``graph``: a whole graph was run. ``steps``: `rebind_unbacked` was called on nodes of a graph, by whomever.
    ``again``: a graph that had been run in the environment was run once more; ``before`` and ``after`` that run, and
    ``first`` the end of the run before, on inputs of the same sizes under the same modes or not (``same_inputs``).
    ``unseen`` if something of it could not be observed.
    """

    kind: Literal["graph", "steps", "again"]
    before: Kept
    after: Kept
    frames: Frames
    recorded: tuple[tuple[str, object, tuple[object, ...]], ...] = ()
    raised: Raised | None = None
    first: Kept | None = None
    same_inputs: bool = True
    unseen: bool = False
    steps: list[RawStep] = field(default_factory=list[RawStep])


def bindings_of(node: LiveNode) -> Mapping[object, Iterable[object]]:
    """The node's ``unbacked_bindings``; none if it has no such metadata."""
    found = node.meta.get("unbacked_bindings")
    return cast("Mapping[object, Iterable[object]]", found) if found else {}  # PyTorch's metadata has no types


def recorded_in(paths: Mapping[LiveNode, str]) -> tuple[tuple[str, object, tuple[object, ...]], ...]:
    """The bindings of nodes by their paths. A sub-graph that is used twice is one graph: its nodes count once."""
    return tuple(
        (path, symbol, tuple(where)) for node, path in paths.items() for symbol, where in bindings_of(node).items()
    )


def nodes_below(graph: object, module: object, prefix: str = "") -> Iterator[tuple[str, LiveNode]]:
    """The nodes of a graph and of the graphs that its ``get_attr`` nodes name, each with its path.

    A node of a sub-graph is ``<node that uses it>/<attribute>/<name>``.
    """
    for node in cast("Iterable[_UsedNode]", getattr(graph, "nodes", ())):  # see bindings_of
        yield prefix + node.name, node
        if node.op != "get_attr":
            continue
        inner = _attribute(module, str(node.target))
        if hasattr(inner, "graph"):
            for user in node.users:
                yield from nodes_below(getattr(inner, "graph"), inner, f"{prefix}{user.name}/{node.target}/")  # noqa: B009


class _UsedNode(LiveNode, Protocol):
    users: Iterable[LiveNode]


def _attribute(owner: object, path: str) -> object:
    for name in path.split("."):
        owner = getattr(owner, name, None)
    return owner


def symbols_in(expression: object) -> frozenset[object]:
    """The symbols of a sympy expression; none for a plain number, or None."""
    return frozenset(cast("Iterable[object]", getattr(expression, "free_symbols", ())))  # sympy ships no types


def extent_of(value: object) -> str:
    """The sizes of a tensor, or the expression of a number, as they were said; the type's name for anything else."""
    size = getattr(value, "size", None)
    if not callable(size):
        return _said(value)
    try:
        return str([_said(dim) for dim in cast("Iterable[object]", size())])  # see bindings_of
    except Exception:  # a nested tensor without symbolic sizes has none that could be read
        return type(value).__name__


def _said(value: object) -> str:
    if isinstance(value, (int, float)):
        return str(value)
    node: object = getattr(value, "node", None)
    return type(value).__name__ if node is None else str(getattr(node, "_expr", None))


def modes_now() -> tuple[str, ...]:
    """The names of PyTorch's dispatch modes that are active: under others an operator is decomposed in other ways."""
    stack: object = getattr(sys.modules["torch.utils._python_dispatch"], "_get_current_dispatch_mode_stack")  # noqa: B009
    return tuple(type(mode).__name__ for mode in cast("Callable[[], Iterable[object]]", stack)())  # see bindings_of


def line_of(code: CodeType, offset: int) -> int:
    """The line of an instruction, which a frame takes much longer to say than where it is."""
    lines = (line for start, end, line in code.co_lines() if start <= offset < end and line is not None)
    return next(lines, code.co_firstlineno)


def frames_of(frame: FrameType | None) -> Frames:
    """The frame and those that called it, innermost first: each code, and the offset of what it executes."""
    found: list[tuple[CodeType, int]] = []
    while frame is not None and len(found) < MAX_FRAMES:
        found.append((frame.f_code, frame.f_lasti))
        frame = frame.f_back
    return tuple(found)


_PATH: tuple[type[BaseException], ...] = (IndexError, AttributeError, KeyError, TypeError)


def raised_by(error: BaseException) -> Raised:
    """What was raised, by its kind: `rebind_unbacked` refuses with an AssertionError."""
    name = type(error).__name__
    lines = str(error).splitlines()
    return Raised(_kind(error, name), name, lines[0] if lines else "")


def _kind(error: BaseException, name: str) -> Literal["inconsistent", "refused", "path", "data-dependent", "other"]:
    if name in ("GuardOnDataDependentSymNode", "PendingUnbackedSymbolNotFound", "UserError"):
        return "data-dependent"
    if name == "ValueRangeError":
        return "inconsistent"
    if isinstance(error, AssertionError):
        return "refused"
    return "path" if isinstance(error, _PATH) else "other"
