"""Binds the arguments of a call to the inputs of a graph, with Python's own messages."""

from __future__ import annotations

import keyword
from dataclasses import dataclass, field
from typing import NoReturn

from refimpl.fx._node_base import map_nodes
from refimpl.fx.node import Node

__all__ = ["Parameters"]


@dataclass(slots=True)
class Parameters:
    """The inputs of a graph as the parameters of ``forward(self, ...)``.

    A placeholder ``*name`` takes what positional arguments remain, ``**name`` what keyword arguments remain;
    those after ``*name`` are keyword-only. ``SyntaxError`` or ``NameError`` where Python's signature would raise it.
    """

    positional: list[Node] = field(default_factory=list[Node])
    keyword_only: list[Node] = field(default_factory=list[Node])
    var_positional: Node | None = None
    var_keyword: Node | None = None

    @classmethod
    def of(cls, placeholders: list[Node]) -> Parameters:
        """The parameters that these placeholders make."""
        result = cls()
        seen = {"self"}
        for node in placeholders:
            target = str(node.target)
            name = target.lstrip("*")
            if not name.isidentifier() or keyword.iskeyword(name):
                raise SyntaxError("invalid syntax")
            if name != target and node.args:
                raise SyntaxError("var-positional argument cannot have default value")
            if target.startswith("**"):
                result.var_keyword = node
            elif target.startswith("*"):
                result.var_positional = node
            elif result.var_positional is not None:
                result.keyword_only.append(node)
            else:
                result.positional.append(node)
        defaults = [bool(node.args) for node in result.positional]
        if sorted(defaults) != defaults:
            raise SyntaxError("non-default argument follows default argument")
        for name in [str(node.target).lstrip("*") for node in placeholders]:
            if name in seen:
                raise SyntaxError(f"duplicate argument '{name}' in function definition")
            seen.add(name)
        for node in placeholders:
            map_nodes(node.args[:1], _undefined)
        return result

    def bind(self, args: tuple[object, ...], kwargs: dict[str, object], env: dict[Node, object]) -> None:
        """Put the value of each input into ``env``; ``TypeError`` where a Python call would raise it."""
        positional = self.positional
        if len(args) == len(positional) and not kwargs and not self.keyword_only:
            env.update(zip(positional, args, strict=True))
            extra: tuple[object, ...] = ()
        else:
            extra = self._bind_general(args, kwargs, env)
        if self.var_positional is not None:
            env[self.var_positional] = extra
        if self.var_keyword is not None and self.var_keyword not in env:
            env[self.var_keyword] = {}

    def _bind_general(
        self, args: tuple[object, ...], kwargs: dict[str, object], env: dict[Node, object]
    ) -> tuple[object, ...]:
        """Bind in the presence of keywords, defaults or errors; the positional arguments left over."""
        positional = self.positional
        env.update(zip(positional, args, strict=False))
        named = {str(node.target): node for node in (*positional, *self.keyword_only)}
        rest: dict[str, object] = {}
        for name, value in kwargs.items():
            node = named.get(name)
            if node is None:
                if self.var_keyword is None:
                    raise TypeError(f"forward() got an unexpected keyword argument '{name}'")
                rest[name] = value
            elif node in env:
                raise TypeError(f"forward() got multiple values for argument '{name}'")
            else:
                env[node] = value
        if self.var_keyword is not None:
            env[self.var_keyword] = rest
        if len(args) > len(positional) and self.var_positional is None:
            raise TypeError(self._too_many(len(args)))
        self._fill_defaults(positional, "positional", env)
        self._fill_defaults(self.keyword_only, "keyword-only", env)
        return args[len(positional) :]

    def _fill_defaults(self, nodes: list[Node], kind: str, env: dict[Node, object]) -> None:
        """Give unbound parameters their defaults, or name those that have none."""
        missing: list[str] = []
        for node in nodes:
            if node not in env:
                if node.args:
                    env[node] = node.args[0]
                else:
                    missing.append(f"'{node.target}'")
        if missing:
            plural = "s" if len(missing) > 1 else ""
            raise TypeError(f"forward() missing {len(missing)} required {kind} argument{plural}: {_enumerate(missing)}")

    def _too_many(self, given: int) -> str:
        """The message for too many positional arguments (``self`` counts, as in Python)."""
        most = len(self.positional) + 1
        least = most - sum(1 for node in self.positional if node.args)
        takes = str(most) if least == most else f"from {least} to {most}"
        plural = "" if most == 1 and least == most else "s"
        return f"forward() takes {takes} positional argument{plural} but {given + 1} were given"


def _undefined(node: Node) -> NoReturn:
    """Refuse a default that is computed by the graph itself."""
    raise NameError(f"name '{node.name}' is not defined")


def _enumerate(names: list[str]) -> str:
    """``'a'``, ``'a' and 'b'``, ``'a', 'b', and 'c'``."""
    if len(names) < 3:
        return " and ".join(names)
    return f"{', '.join(names[:-1])}, and {names[-1]}"
