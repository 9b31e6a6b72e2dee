"""Every small change of the functions of PyTorch that the oracle is about, and the vector that notices it.

python -m tests.conformance.torch_changes [--only REGEX] [--again] [--drafts]    # results: build/torch_changes.jsonl

A change is noticed as the command would notice it: a vector that PyTorch passes is passed no more, or one that it fails
(a waiver is for it) it fails in another way.
"""

from __future__ import annotations
import __future__ as future

import argparse
import ast
import gc
import inspect
import json
import re
import resource
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from types import CodeType, FrameType
from typing import Final, TypeAlias, final

from refimpl.conformance.again import one_run_less
from refimpl.conformance.judge import judge
from refimpl.conformance.outcome import Outcome
from refimpl.conformance.serving import ask
from refimpl.conformance.store import load_vectors, path_of
from refimpl.conformance.vector import Vector
from refimpl.conformance.waivers import fingerprint
from refimpl.solver import make_solver
from refimpl.torch.subject import TorchImplementation
from tests.conformance.make_vectors import FOLDER, drafted
from tests.conformance.torch_sites import more_sites
from tests.conformance.torch_unseen import reason_of, unseen
from tests.mutants.systematic.forked import in_child
from tests.mutants.systematic.planting import Functions, differing
from tests.mutants.systematic.sites import Site, sites

__all__ = ["FUNCTIONS", "Notices", "TorchChange", "changes_of", "main", "tried"]

_Trace: TypeAlias = "Callable[[FrameType, str, object], _Trace | None]"
_FILES: Final = ("torch/fx/experimental/symbolic_shapes.py", "torch/fx/interpreter.py", "torch/utils/_sympy/solve.py")
_SHAPES: Final = "torch.fx.experimental.symbolic_shapes"
_ENV: Final = (
    "_constrain_range", "_constrain_unify", "_eliminate_unbacked", "_evaluate_expr", "_find", "_inner_evaluate_expr",
    "_is_nonneg_sum", "_is_nonneg_term", "_maybe_evaluate_range_only", "_maybe_evaluate_static",
    "_maybe_fast_eval_comparison", "_maybe_guard_rel", "_refine_ranges", "_rename_unbacked_to", "_set_replacement",
    "_simplify_floor_div", "_update_divisible", "_add_divisible", "_default_value_range", "_update_var_to_range",
    "bound_sympy", "constrain_symbol_range", "create_symbol", "create_symboolnode", "create_symfloatnode",
    "create_symintnode", "create_unbacked_symbool", "create_unbacked_symfloat", "create_unbacked_symint",
    "evaluate_expr", "evaluate_sym_node", "freeze", "freeze_runtime_asserts", "get_axioms", "get_implications",
    "guard_or_defer_runtime_assert", "guarding_hint_or_throw", "has_guarding_hint", "ignore_fresh_unbacked_symbols",
    "_ignore_fresh_unbacked_symbols_set", "_ignore_fresh_unbacked_symbols_tls", "is_unbacked_symint", "replace",
    "simplify", "_suppress_guards_enter", "_suppress_guards_exit", "suppress_guards", "_should_skip_static_eval",
    "_update_version_counter", "_get_key", "_check_frozen",
)  # fmt: skip
_PLAIN: Final = (
    "rebind_unbacked", "resolve_unbacked_bindings", "compute_unbacked_bindings", "_free_unbacked_symbols_with_path",
    "PropagateUnbackedSymInts.run_node", "constrain_range", "constrain_unify", "_constrain_range_for_size",
    "statically_known_true", "statically_known_false", "guard_or_true", "guard_or_false", "guard_size_oblivious",
    "_guard_or", "has_static_value", "DivideByKey.get", "ConvertIntKey.get", "CallMethodKey.get", "InnerTensorKey.get",
    "free_unbacked_symbols", "free_symbols", "_iterate_exprs", "canonicalize_bool_expr",
    "_canonicalize_bool_expr_impl", "is_symbolic", "safe_expand", "expect_true", "guard_bool",
    "_maybe_evaluate_static_worker", "_sympy_cast_symbool_to_symint_guardless", "cast_symbool_to_symint_guardless",
    "_ignore_fresh_unbacked_symbols_tls", "_ignore_fresh_unbacked_symbols_set",
    "_ignore_fresh_unbacked_symbols_tls_context", "_suppress_guards", "_lru_cache", "_static_eval_sym_bool",
    "_sym_node_hint_disproves", "_reduce_to_lowest_terms", "_fast_expand", "_sympy_subs", "_is_supported_equivalence",
)  # fmt: skip
FUNCTIONS: Final[dict[str, tuple[str, ...]]] = {
    _SHAPES: (*_PLAIN, *(f"ShapeEnv.{name}" for name in _ENV)),
    "torch.utils._sympy.solve": ("try_solve", "_try_isolate_lhs", "mirror_rel_op"),
    "torch.fx.interpreter": tuple(
        f"Interpreter.{name}"
        for name in (
            "__init__", "run", "boxed_run", "run_node", "placeholder", "get_attr", "call_function", "call_method",
            "call_module", "output", "fetch_attr", "fetch_args_kwargs_from_env", "map_nodes_to_values",
        )
    ),
}  # fmt: skip
"""The functions that are changed, by module."""


@final
@dataclass(frozen=True, slots=True)
class TorchChange:
    """One change; ``shows`` is what a reader sees, ``before`` and ``after`` the code of what holds the function."""

    id: str
    file: str
    lines: tuple[int, int]
    shows: str
    before: CodeType
    after: CodeType


def changes_of(module: str) -> Iterator[TorchChange]:
    """Every change of the chosen functions of a module, in the order of its text."""
    file = inspect.getsourcefile(import_module(module))
    assert file is not None
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    seen: Counter[str] = Counter()
    for owner in _owners(tree, frozenset(FUNCTIONS[module])):
        alone = ast.Module([owner], [])
        before = _compiled(alone, file)
        for site in (*sites(alone, texts=False), *more_sites(alone)):
            old = _one_line(site.around)
            site.put(site.new)
            try:
                shows = _shown(old, site)
                after = _compiled(alone, file)
            except (SyntaxError, ValueError, RecursionError):
                continue
            finally:
                site.put(site.old)
            key = f"{site.qualname}:{site.kind}:{shows}"
            seen[key] += 1
            digest = sha256(f"{key}:{seen[key]}".encode()).hexdigest()[:6]
            yield TorchChange(f"{site.qualname}:{site.kind}:{digest}", file, site.lines, shows, before, after)


def _compiled(tree: ast.Module, file: str) -> CodeType:
    code = compile(tree, file, "exec", flags=future.annotations.compiler_flag, dont_inherit=True)
    assert isinstance(code, CodeType)
    return code


def _owners(tree: ast.Module, chosen: frozenset[str]) -> Iterator[ast.stmt]:
    """The chosen functions; a method within a class that holds nothing else."""
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef) and statement.name in chosen:
            yield statement
        if isinstance(statement, ast.ClassDef):
            for inner in statement.body:
                if isinstance(inner, ast.FunctionDef) and f"{statement.name}.{inner.name}" in chosen:
                    yield ast.copy_location(ast.ClassDef(statement.name, [], [], [inner], []), statement)


def _shown(old: str, site: Site) -> str:
    """What a reader is shown while the change is in place."""
    within = "" if site.within is site.around else f" in `{_one_line(site.within)}`"
    match site.kind:
        case "drop":
            return f"without `{old}`"
        case "return":
            return f"`return` for `{old}`"
        case "loop":
            return f"the other of `break` and `continue` for `{old}`"
        case _:
            return f"`{_one_line(site.around)}` for `{old}`{within}"


def _one_line(node: ast.AST) -> str:
    text = ast.unparse(node).splitlines()[0]
    return text if len(text) <= 120 else text[:117] + "..."


@final
class Notices:
    """Asks the vectors of PyTorch as it now is, and compares with what PyTorch as it was answered."""

    def __init__(self, vectors: Sequence[Vector]) -> None:
        self._torch, self._solver = TorchImplementation(), make_solver()
        self._vectors = vectors
        self._right = [ask(self._torch, vector.case.input) for vector in self._vectors]
        self._passed = [self._passes(vector, now) for vector, now in zip(vectors, self._right, strict=True)]
        self._lines = [_lines_of(lambda vector=vector: ask(self._torch, vector.case.input)) for vector in self._vectors]  # type: ignore[misc]
        self._noticed: Counter[tuple[str, int]] = Counter()

    def reached(self, change: TorchChange) -> list[int]:
        """The vectors that run a line of the change, those first that noticed most in its function."""
        first, last = change.lines
        lines = {(change.file, line) for line in range(first, last + 1)}
        function = change.id.partition(":")[0]
        found = [index for index, ran in enumerate(self._lines) if lines & ran]
        return sorted(found, key=lambda index: -self._noticed[function, index])

    def learn(self, change: TorchChange, by: str) -> None:
        """A vector noticed a change."""
        (index,) = [index for index, vector in enumerate(self._vectors) if path_of(vector) == by]
        self._noticed[change.id.partition(":")[0], index] += 1

    def first(self, indices: Iterable[int] | None = None) -> str | None:
        """The first vector, of these, that shows a difference that the command would report; None: there is none."""
        for index in range(len(self._vectors)) if indices is None else indices:
            vector, before = self._vectors[index], self._right[index]
            try:
                now = ask(self._torch, vector.case.input)
            except Exception:  # whatever the change leads to
                return path_of(vector)
            if now == before:
                continue
            if not self._passes(vector, now) if self._passed[index] else fingerprint(now) != fingerprint(before):
                return path_of(vector)
        return None

    def _passes(self, vector: Vector, outcome: Outcome) -> bool:
        less = one_run_less(vector.case)
        earlier = None if less is None else ask(self._torch, less.input)
        return judge(vector, outcome, self._torch.features, self._solver, earlier=earlier).verdict == "pass"


def _lines_of(run: Callable[[], object]) -> frozenset[tuple[str, int]]:
    """The lines of PyTorch's functions that it runs."""
    found: set[tuple[str, int]] = set()

    def enter(frame: FrameType, event: str, argument: object) -> _Trace | None:
        name = frame.f_code.co_filename
        if not name.endswith(_FILES):
            return None

        def line(inner: FrameType, happened: str, value: object) -> _Trace:
            found.add((name, inner.f_lineno))
            return line

        found.add((name, frame.f_lineno))
        return line

    _forget_results()
    sys.settrace(enter)
    try:
        run()
    finally:
        sys.settrace(None)
    return frozenset(found)


def _forget_results() -> None:
    """Nothing that PyTorch's functions have cached before a change answers after it."""
    for module in FUNCTIONS:
        for value in vars(import_module(module)).values():
            clear: object = getattr(value, "cache_clear", None)
            if callable(clear):
                clear()


_ENDLESS: Final = 60
"""The processor's seconds for all vectors, who need one."""


def tried(change: TorchChange, functions: Functions, notices: Notices) -> tuple[str, str | None]:
    """What became of a change, and the vector that noticed it."""
    pairs = differing(change.before, change.after)
    if pairs is None or not pairs:
        return ("equal" if pairs is not None else "at import"), None
    if not functions.knows(pairs):
        return "not there", None
    vectors = notices.reached(change)
    if not vectors:
        return "unreached", None

    def body(write: Callable[[str], None]) -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (_ENDLESS, resource.RLIM_INFINITY))
        functions.exchange(pairs)
        _forget_results()
        write(str(notices.first(vectors)))

    lines, status = in_child(body)
    if status != 0 or not lines:
        return "ended", None
    if lines[0] == "None":
        return "survived", None
    notices.learn(change, lines[0])
    return "noticed", lines[0]


def main(*arguments: str) -> int:
    """Try the chosen changes; one row for each in the file of results, which is resumed from."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.torch_changes")
    parser.add_argument("--only", default="", help="changes whose id matches")
    parser.add_argument("--results", type=Path, default=Path("build/torch_changes.jsonl"))
    parser.add_argument("--again", action="store_true", help="try again what survived")
    parser.add_argument("--drafts", action="store_true", help="ask the drafts of which nothing is written, only those")
    given = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    written = load_vectors(FOLDER).vectors
    known = {path_of(vector) for vector in written}
    notices = Notices([each for each in drafted() if path_of(each) not in known] if given.drafts else written)
    functions = Functions()
    gc.freeze()
    assert notices.first() is None, "PyTorch as it is answers otherwise than a moment ago"
    path = given.results
    path.parent.mkdir(parents=True, exist_ok=True)
    results = {row["id"]: row["outcome"] for row in _rows(path)}
    for module in FUNCTIONS:
        for change in changes_of(module):
            old = results.get(change.id)
            if not re.search(given.only, change.id) or (old and not (given.again and old != "noticed")):
                continue
            outcome, by = tried(change, functions, notices)
            row = {"id": change.id, "line": change.lines[0], "outcome": outcome, "by": by, "shows": change.shows}
            with path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
            results[change.id] = outcome
    print(dict(Counter(results.values())))
    shown, recorded = {row["id"]: row["shows"] for row in _rows(path)}, unseen()
    for name, outcome in results.items():
        if outcome in ("survived", "unreached", "ended") and name not in recorded:
            print(f"{outcome}, and it is not on record: {name}: {shown[name]} ({reason_of(name, shown[name])})")
    return 0


def _rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
