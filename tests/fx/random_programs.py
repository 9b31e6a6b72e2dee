"""Random programs, traced, transformed and run the same way under any implementation of fx."""

# The objects belong to either implementation, one of which has no types.
# pyright: basic

from __future__ import annotations

import copy
import linecache
import pickle
import random
import sys
import types
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

__all__ = ["program", "run_history"]

Either: TypeAlias = Any
"""An object of either implementation."""

_BINARY = ("+", "-", "*", "//", "%", "&", "|", "^", "<<", "<", "==", ">=")
_SIGNATURES = (
    ("x, y", ("x", "y")),
    ("x, y=3", ("x", "y")),
    ("x, *, y=2", ("x", "y")),
    ("x, *rest", ("x", "rest[0]")),
    ("x, y, **kw", ("x", "y")),
    ("x: int, y: int = 4", ("x", "y")),
    ("x, /, y", ("x", "y")),
    ("self_, y=None", ("self_",)),
    ("print, y", ("print", "y")),
)
_CALLS: tuple[tuple[tuple[int, ...], dict[str, int]], ...] = (
    ((2, 3), {}),
    ((5,), {}),
    ((1, 2, 3), {}),
    ((4,), {"y": 1}),
    ((7, 2), {"z": 1}),
    ((), {}),
)  # fmt: skip
_TEMPLATE = """
import math
from collections import namedtuple
Pair = namedtuple("Pair", "a b")
def wrapped(a, k=1): return a + k
def pick(items, table): return items[0] + table["a"]
fx.wrap("wrapped"); fx.wrap(pick)
class Leaf(Module):
    def forward(self, v): return v + 1
class Sub(Module):
    def __init__(self): super().__init__(); self.leaf = Leaf(); self.z = 5
    def forward(self, a, b): return self.leaf(a) * self.z - b
class Root(Module):
    def __init__(self): super().__init__(); self.sub = Sub(); self.leaf = Leaf(); self.flag = {flag}; self.const = 7
    def forward(self, {signature}):
        {body}
        return {result}
"""


def _expression(choose: random.Random, names: list[str], depth: int = 0) -> str:
    """An expression in these names."""
    if depth > 2 or choose.random() < 0.35:
        return choose.choice(names) if choose.random() < 0.8 else str(choose.randint(-3, 9))
    a, b, c = (_expression(choose, names, depth + 1) for _ in range(3))
    forms = [
        *[f"({a} {choose.choice(_BINARY)} {b})"] * 4,
        f"(-{a})",
        f"wrapped({a}, k={b})",
        f"math.floor({a})",
        f"self.sub({a}, {b})",
        f"self.leaf({a})",
        f"({a}).bit_length()",
        f"abs({a})",
        f"pick([{a}, {b}], {{'a': {c}}})",
        f"({a} if self.flag else {b})",
        "self.const",
        f"({a}).real",
    ]
    return choose.choice(forms)


def program(seed: int) -> str:
    """The source of a module with submodules, wrapped functions, and inputs of some kind."""
    choose = random.Random(seed)
    signature, parameters = choose.choice(_SIGNATURES)
    names, lines = list(parameters), []
    for _ in range(choose.randint(1, 5)):
        target = choose.choice(["a", "b", "c", "list", "add", "add_1"])
        operator = choose.choice(["+=", "*=", "-=", "|="]) if target in names and choose.random() < 0.3 else "="
        lines.append(f"{target} {operator} {_expression(choose, names)}")
        names.append(target)
    a, b, c = (_expression(choose, names) for _ in range(3))
    forms = [a, f"({a}, {b})", f"{{'a': {a}, 'b': [{b}, {c}]}}", f"[{a}, ({b},), None, 'text', Pair({c}, 1)]"]
    return _TEMPLATE.format(
        flag=choose.random() < 0.5, signature=signature, body="\n        ".join(lines), result=choose.choice(forms)
    )


class _History:
    """What is done with one program, and what that shows."""

    def __init__(self, fx: Either, module_class: type, seed: int) -> None:
        self.fx = fx
        self.choose = random.Random(seed + 1)
        self.lines: list[str] = []
        module = types.ModuleType("random_program")
        source, file = program(seed), f"<random program {seed}>"
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        vars(module).update(fx=fx, Module=module_class)
        sys.modules["random_program"] = module  # pickling finds its classes there
        exec(compile(source, file, "exec", dont_inherit=True), vars(module))
        self.root, self.leaf = module.Root(), module.Leaf

    def note(self, action: Callable[[], Either]) -> Either:
        """What an action returns, noted; ``None`` with a note of what it raises."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                result = action()
            except Exception as error:  # whatever it is, it is to be the same under both
                # The place in generated code is numbered by PyTorch.
                self.lines.append(f"{type(error).__name__} {str(error).split('<eval_with_key')[0]}")
                return None
        self.lines.append(str(result))
        return result

    def trace(self) -> Either:
        """The program as a graph module; one of its submodules may be a leaf."""
        leaf_name = self.choose.choice(["", "sub"])
        tracer = self.fx.Tracer()
        tracer.is_leaf_module = lambda module, path: isinstance(module, self.leaf) or path == leaf_name
        return self.fx.GraphModule(self.root, tracer.trace(self.root))

    def call(self, module: Either) -> None:
        """Call and interpret a module in several ways, some of them wrong."""
        for args, kwargs in _CALLS:
            self.note(partial(module, *args, **kwargs))
            if not kwargs:
                self.note(partial(self.fx.Interpreter(module, self.choose.random() < 0.5).run, *args))
        self.lines.append(str(sorted(name for name, _ in module.named_modules())))

    def transformed(self, kind: str, module: Either) -> Either:
        """Another module that is to do the same, or nearly."""
        if kind == "transform":
            return self.fx.Transformer(module).transform()
        if kind == "pickle":
            return pickle.loads(pickle.dumps(module))
        if kind == "retrace":
            return self.fx.symbolic_trace(module)
        if kind == "copy nodes":
            graph = self.fx.Graph()
            graph.output(graph.graph_copy(module.graph, {}))
            return self.fx.GraphModule(module, graph)
        other = copy.deepcopy(module)
        if kind == "drop dead code":
            self.lines.append(str(other.graph.eliminate_dead_code()))
        elif kind == "replace":
            self._replace_one(other.graph)
        other.recompile()
        return other

    def _replace_one(self, graph: Either) -> None:
        """Put an earlier node in the place of one."""
        calls = [node for node in graph.nodes if node.op == "call_function"]
        node = self.choose.choice(calls) if calls else None
        before = [other for other in graph.nodes if node is not None and other < node]
        if node is not None and before:
            node.replace_all_uses_with(self.choose.choice(before))
            graph.erase_node(node)
        graph.lint()


def run_history(fx: Either, module_class: type, seed: int) -> list[str]:
    """Trace a random program, and show it, its results and errors, and those of what is made of it."""
    before = sys.modules.get("random_program")
    history = _History(fx, module_class, seed)
    try:
        module = history.note(history.trace)
        if module is None:
            return history.lines
        history.lines.append(str(module.graph))
        history.call(module)
        for kind in ("deep copy", "transform", "drop dead code", "pickle", "copy nodes", "replace", "retrace"):
            other = history.note(partial(history.transformed, kind, module))
            if other is not None:
                history.lines.append(str(other.graph) + other.code)
                history.call(other)
        return history.lines
    finally:
        if before is None:
            sys.modules.pop("random_program", None)
        else:
            sys.modules["random_program"] = before
