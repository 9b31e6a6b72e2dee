"""What an implementation is asked: a case of one chapter, never with the expected outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias, final, get_args

from refimpl.conformance.structures import Opcode, Structure
from refimpl.conformance.wire_terms import Sorts
from refimpl.conformance.wire_values import Bindings
from refimpl.symbolic_shapes.key_path import KeyPath
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import Cond, Dim, Scalar, Sort, Symbol

__all__ = [
    "Ask",
    "BindUnbacked",
    "Bindings",
    "CHAPTERS",
    "Case",
    "CaseInput",
    "Chapter",
    "ComputeBindings",
    "ConstrainRange",
    "CreateBacked",
    "CreateUnbacked",
    "EnvironmentInput",
    "FEATURES",
    "Feature",
    "FollowPath",
    "Freeze",
    "GraphOf",
    "InterpreterInput",
    "NodeOf",
    "Opcode",
    "PropagationInput",
    "QUESTIONS",
    "Question",
    "RebindStep",
    "RebindingInput",
    "Require",
    "ResolveBindings",
    "Step",
    "Unify",
    "Within",
]

Chapter: TypeAlias = Literal["interpreter", "bindings", "rebinding", "environment", "propagation"]
Feature: TypeAlias = Literal[
    "boxed_run", "call_method", "call_module", "convert_bool", "divide_by", "floats", "garbage_collection", "guards",
    "inner_tensor", "key_paths", "partial_run", "re_run", "size_oblivious", "sub_graphs",
]  # fmt: skip
"""What a case may need beyond its chapter; a subject says which of them, and which chapters, it has."""
Question: TypeAlias = Literal[
    "evaluate", "guard_or_true", "guard_or_false", "guard_size_oblivious", "statically_known_true",
    "statically_known_false", "replace", "simplify", "bound", "size_hint", "has_static_value",
]  # fmt: skip
"""What is asked of an environment about a term, by PyTorch's names."""

CHAPTERS: Final[tuple[Chapter, ...]] = get_args(Chapter)
FEATURES: Final[tuple[Feature, ...]] = get_args(Feature)
QUESTIONS: Final[tuple[Question, ...]] = get_args(Question)


def _no_values() -> Mapping[str, Structure]:
    return {}


@final
@dataclass(frozen=True, slots=True)
class NodeOf:
    """A node: its arguments may hold other nodes; ``bindings`` are its ``unbacked_bindings`` (None: it has none)."""

    name: str
    op: Opcode
    target: str
    args: tuple[Structure, ...] = ()
    kwargs: tuple[tuple[str, Structure], ...] = ()
    bindings: Bindings | None = None


@final
@dataclass(frozen=True, slots=True)
class GraphOf:
    """A graph and the module around it: attributes and submodules by dotted path.

    A submodule is a graph of its own, or the name of the function that it calls.
    """

    nodes: tuple[NodeOf, ...]
    attributes: Mapping[str, Structure] = field(default_factory=_no_values)
    modules: Mapping[str, GraphOf | str] = field(default_factory=dict[str, "GraphOf | str"])


@final
@dataclass(frozen=True, slots=True)
class InterpreterInput:
    """One run of ``Interpreter`` on plain values.

    ``method`` is ``run`` or ``boxed_run``; ``initial`` gives the values of nodes that do not run (``initial_env``);
    ``collect`` is ``garbage_collect_values``.
    """

    graph: GraphOf
    inputs: tuple[Structure, ...] = ()
    method: Literal["run", "boxed_run"] = "run"
    initial: Mapping[str, Structure] = field(default_factory=_no_values)
    io_processing: bool = True
    collect: bool = True


@final
@dataclass(frozen=True, slots=True)
class ComputeBindings:
    """``compute_unbacked_bindings`` of a value; without ``old_value`` nothing is renamed to it."""

    environment: ShapeEnvState
    value: Structure
    old_value: Structure = None
    peek: bool = False


@final
@dataclass(frozen=True, slots=True)
class ResolveBindings:
    """``resolve_unbacked_bindings``; bindings may be None."""

    environment: ShapeEnvState
    bindings: Bindings | None


@final
@dataclass(frozen=True, slots=True)
class FollowPath:
    """``key_get`` of a value and ``keystr`` of the path."""

    environment: ShapeEnvState
    value: Structure
    path: KeyPath


@final
@dataclass(frozen=True, slots=True)
class RebindingInput:
    """``rebind_unbacked`` of one node, whose operator returned ``value``; bindings None: the node has none."""

    environment: ShapeEnvState
    node: str
    op: Opcode
    bindings: Bindings | None
    value: Structure


@final
@dataclass(frozen=True, slots=True)
class CreateBacked:
    """A backed symbol of that name with a hint, within ``low`` and ``high`` (None: no bound)."""

    symbol: Symbol
    hint: int | float | None
    low: int | None = None
    high: int | None = None


@final
@dataclass(frozen=True, slots=True)
class CreateUnbacked:
    """A fresh unbacked symbol of that name, pending; ``sort`` BOOL is the boolean ``Eq(symbol, 1)``.

    The name is the case's: an implementation that names its symbols by itself writes them under this one.
    """

    symbol: Symbol
    sort: Sort


@final
@dataclass(frozen=True, slots=True)
class BindUnbacked:
    """An unbacked symbol that an input binds, within bounds; it is not pending."""

    symbol: Symbol
    low: int | None = None
    high: int | None = None


@final
@dataclass(frozen=True, slots=True)
class Require:
    """``guard_or_defer_runtime_assert``; the answer is a boolean: False if the condition is known to be false."""

    condition: Cond
    message: str


@final
@dataclass(frozen=True, slots=True)
class ConstrainRange:
    """``constrain_range`` of a term."""

    term: Dim
    low: int | None = None
    high: int | None = None


@final
@dataclass(frozen=True, slots=True)
class Unify:
    """``constrain_unify`` of two terms."""

    left: Dim
    right: Dim


@final
@dataclass(frozen=True, slots=True)
class Ask:
    """A question about a term; the answer is a value, a term, a range, or nothing."""

    question: Question
    term: Scalar


@final
@dataclass(frozen=True, slots=True)
class Freeze:
    """``freeze`` or ``freeze_runtime_asserts``."""

    what: Literal["guards", "runtime_asserts"]


@final
@dataclass(frozen=True, slots=True)
class RebindStep:
    """``rebind_unbacked`` of one node."""

    node: str
    op: Opcode
    bindings: Bindings | None
    value: Structure


@final
@dataclass(frozen=True, slots=True)
class Within:
    """Steps within ``ignore_fresh_unbacked_symbols`` or ``suppress_guards``; their answers follow one another."""

    what: Literal["ignore_fresh", "suppress_guards"]
    steps: tuple[Step, ...]


Step: TypeAlias = (
    CreateBacked | CreateUnbacked | BindUnbacked | Require | ConstrainRange | Unify | Ask | Freeze | RebindStep | Within
)


@final
@dataclass(frozen=True, slots=True)
class EnvironmentInput:
    """A script of operations on an environment. A step that raises has that as its answer, and the script goes on."""

    environment: ShapeEnvState
    steps: tuple[Step, ...]


@final
@dataclass(frozen=True, slots=True)
class PropagationInput:
    """``PropagateUnbackedSymInts`` of a graph over ATen targets on the values of its placeholders, ``runs`` times."""

    environment: ShapeEnvState
    graph: GraphOf
    inputs: tuple[Structure, ...]
    runs: int = 1


CaseInput: TypeAlias = (
    InterpreterInput
    | ComputeBindings
    | ResolveBindings
    | FollowPath
    | RebindingInput
    | EnvironmentInput
    | PropagationInput
)


@final
@dataclass(frozen=True, slots=True)
class Case:
    """One case: ``symbols`` declares the sort of every name in its input; ``features`` what it needs."""

    id: str
    chapter: Chapter
    symbols: Sorts
    input: CaseInput
    features: tuple[Feature, ...] = ()
