"""Random edits of a graph, the same for any implementation of fx."""

# The objects edited belong to either implementation, one of which has no types.
# pyright: basic

from __future__ import annotations

import builtins
import copy
import operator
import random
import types
from collections.abc import Callable

__all__ = ["edit_history"]

_NAMES = ("x", "x_1", "add", "add_1", "len", "fooBar", "None", "1a", "a.b", "*rest", "torch", "_", "size_0", "x_01")
_FUNCTIONS: tuple[Callable[..., object], ...] = (operator.add, operator.neg, operator.setitem, len, max, builtins.print)


class _Editor:
    """One graph under edit; nodes are referred to by position, so that two editors do the same."""

    def __init__(self, fx: types.ModuleType, module_class: type, seed: int) -> None:
        self.fx = fx
        self.root = module_class()
        self.root.a = module_class()
        self.root.a.b = self.root.add = 7
        self.root.x = [1, 2]
        self.choose = random.Random(seed)
        self.graph = fx.Graph()
        self.made = [self.graph.placeholder("x"), self.graph.placeholder("y", default_value=3)]

    def node(self) -> object:
        """Any node ever made, erased ones included; mostly one of the graph."""
        live = list(self.graph.nodes)
        return self.choose.choice(live if live and self.choose.random() < 0.9 else self.made)

    def argument(self, depth: int = 0) -> object:
        """A node, a constant, or a container of arguments."""
        kind = self.choose.randrange(10 if depth < 2 else 6)
        if kind < 4:
            return self.node()
        if kind < 6:
            return self.choose.choice([1, None, "text", 2.5, ..., range(2), True])
        items = [self.argument(depth + 1) for _ in range(self.choose.randrange(3))]
        if kind == 6:
            return tuple(items)
        if kind == 7:
            return items
        if kind == 8:
            return {f"k{i}": item for i, item in enumerate(items)}
        return slice(self.argument(depth + 1), None, self.argument(depth + 1))

    def step(self) -> str:
        """Make one random edit; what it printed, or what it raised."""
        edits = [getattr(self, name) for name in dir(type(self)) if name.startswith("edit_")]
        edit: Callable[[], object] = self.choose.choice(edits)
        try:
            return f"{edit.__name__} {edit()}"
        except Exception as error:
            return f"{edit.__name__} {type(error).__name__} {error}"

    def edit_create(self) -> object:
        op = self.choose.choice(["call_function", "call_method", "call_module", "get_attr", "placeholder", "output"])
        target = self.choose.choice(_FUNCTIONS) if op == "call_function" else self.choose.choice(_NAMES)
        args = tuple(self.argument() for _ in range(self.choose.randrange(4)))
        if op == "placeholder":
            args = self.choose.choice([(), (), (5,)])
        kwargs = {f"p{i}": self.argument() for i in range(self.choose.randrange(3))}
        name = self.choose.choice([None, None, *_NAMES])
        made = self.graph.create_node(op, target, args, kwargs, name, self.choose.choice([None, None, int, list[int]]))
        self.made.append(made)
        return made

    def edit_create_again(self) -> object:
        return self.edit_create()

    def edit_create_inside(self) -> object:
        point = self.choose.choice([self.graph.inserting_before, self.graph.inserting_after])
        with point(self.choose.choice([None, self.node(), self.node()])):
            return self.edit_create()

    def edit_erase(self) -> object:
        return self.graph.erase_node(self.node())

    def edit_replace_all(self) -> object:
        node, other = self.node(), self.node()
        keep = self.choose.choice([None, lambda user: len(user.name) % 2 == 0])
        return node.replace_all_uses_with(other, keep)  # type: ignore[attr-defined]

    def edit_replace_input(self) -> object:
        return self.node().replace_input_with(self.node(), self.node())  # type: ignore[attr-defined]

    def edit_args(self) -> object:
        node = self.node()
        node.args = tuple(self.argument() for _ in range(self.choose.randrange(3)))  # type: ignore[attr-defined]
        return node

    def edit_kwargs(self) -> object:
        node = self.node()
        node.kwargs = {"q": self.argument()}  # type: ignore[attr-defined]
        return node

    def edit_update_arg(self) -> object:
        return self.node().update_arg(self.choose.randrange(-2, 3), self.argument())  # type: ignore[attr-defined]

    def edit_update_kwarg(self) -> object:
        return self.node().update_kwarg("w", self.argument())  # type: ignore[attr-defined]

    def edit_insert_arg(self) -> object:
        return self.node().insert_arg(self.choose.randrange(-1, 4), self.argument())  # type: ignore[attr-defined]

    def edit_move(self) -> object:
        live = list(self.graph.nodes) or self.made  # a move of an erased node makes PyTorch's list a loop
        node, other = self.choose.choice(live), self.choose.choice(live)
        if node._erased or other._erased:
            return None
        return self.choose.choice([node.prepend, node.append])(other)

    def edit_fields(self) -> object:
        node = self.node()
        field = self.choose.choice(["name", "type", "target", "meta", "my_own"])
        values = {"name": _NAMES, "type": (int, None), "target": _FUNCTIONS, "meta": ({}, {"a": 1}), "my_own": (1,)}
        if field == "target" and node.op != "call_function":  # type: ignore[attr-defined]
            field = "my_own"
        setattr(node, field, self.choose.choice(values[field]))
        return field

    def edit_find(self) -> object:
        op = self.choose.choice(["call_function", "placeholder", "call_method", "get_attr", "output"])
        target = self.choose.choice([None, *(_FUNCTIONS if op == "call_function" else _NAMES)])
        return self.graph.find_nodes(op=op, target=target, sort=self.choose.random() < 0.5)

    def edit_lint(self) -> object:
        return self.graph.lint()

    def edit_dead_code(self) -> object:
        return self.graph.eliminate_dead_code() if self.choose.random() < 0.2 else None

    def edit_code(self) -> object:
        return self.graph.python_code("self").src

    def edit_run(self) -> object:
        """Interpret the graph in one of many ways; the result and what is left in the environment."""
        interpreter = self.fx.Interpreter(self.root, self.choose.random() < 0.7, self.graph)
        interpreter.extra_traceback = self.choose.random() < 0.7
        inputs = [self.choose.choice([3, "text", [1, 2], (4,), None]) for _ in range(self.choose.randrange(4))]
        nodes = list(self.graph.nodes)
        env = {self.choose.choice(nodes): 5 for _ in range(self.choose.randrange(3)) if nodes}
        mode = self.choose.randrange(3)
        try:
            if mode == 0:
                result = interpreter.boxed_run(inputs)
            else:
                result = interpreter.run(*inputs, initial_env=env if mode == 1 else None)
        except Exception as error:
            result = f"{type(error).__name__} {error} {type(error.__cause__).__name__}"
        return f"{result} {[(n.name, v) for n, v in interpreter.env.items()]} {inputs}"

    def edit_run_again(self) -> object:
        return self.edit_run()

    def edit_compile(self) -> object:
        """Make a module of a copy of the graph and call it."""
        graph = copy.deepcopy(self.graph)
        graph.call_function(abs, (1,))  # PyTorch can't compile a graph that has nothing but placeholders
        try:
            module = self.fx.GraphModule(self.root, graph)
        except SyntaxError as error:
            return type(error).__name__
        result = module(*[self.choose.choice([3, [1, 2]]) for _ in range(self.choose.randrange(4))])
        return f"{result!r} {module.code}"

    def edit_transform(self) -> object:
        """Transform a copy of the graph."""
        graph = copy.deepcopy(self.graph)
        graph.call_function(abs, (1,))  # PyTorch can't compile a graph that has nothing but placeholders
        try:
            module = self.fx.GraphModule(self.root, graph)
        except SyntaxError as error:
            return type(error).__name__
        return self.fx.Transformer(module).transform().graph

    def edit_copy(self) -> object:
        other = self.fx.Graph()
        return f"{other.graph_copy(self.graph, {})} {other}"

    def state(self) -> str:
        """Everything that can be seen of the graph."""
        try:
            text = str(self.graph)
        except Exception as error:  # an output without arguments can't be printed, in PyTorch either
            text = f"{type(error).__name__} {error}"
        lines = [text, str(len(self.graph.nodes)), str(sorted(self.graph.nodes))]
        for node in self.made:
            lines.append(
                f"{node.name} {node.op} {node.args} {node.kwargs} {node.all_input_nodes} {list(node.users)} "
                f"{node.type} {node.meta} {node._erased} {node._sort_key}"
            )
        return "\n".join(lines)


def edit_history(fx: types.ModuleType, module_class: type, seed: int, steps: int) -> list[str]:
    """What each of ``steps`` random edits printed, and the state after it."""
    editor = _Editor(fx, module_class, seed)
    return [f"{editor.step()}\n{editor.state()}" for _ in range(steps)]
