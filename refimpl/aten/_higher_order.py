"""The callable of a higher-order operator, and the table of all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol, TypeVar, final

from refimpl.aten._subgraphs import SubgraphContext
from refimpl.fake_tensor.context import Value

__all__ = [
    "HigherOrderOperator",
    "HigherOrderRule",
    "higher_order",
    "higher_order_names",
    "higher_order_operator",
    "raw",
]


class HigherOrderRule(Protocol):
    """The meaning of a higher-order operator on raw values; graphs and operators arrive as objects."""

    def __call__(self, ctx: SubgraphContext, args: Sequence[object], kwargs: Mapping[str, object]) -> Value:
        """The value of the node."""
        ...


_rules: Final[dict[str, HigherOrderRule]] = {}
_R = TypeVar("_R", bound=HigherOrderRule)


def higher_order(*names: str, takes: tuple[str, ...] | None = None) -> Callable[[_R], _R]:
    """Register a rule under the operator's names (``cond``). Raises ValueError if one is taken.

    With ``takes`` the operator refuses any other number of positional arguments (TypeError in PyTorch, RuntimeError
    here, because such a call fails on every input).
    """

    def register(rule: _R) -> _R:
        for name in names:
            if name in _rules:
                raise ValueError(f"the higher-order operator {name} has a rule already")
            _rules[name] = rule if takes is None else _counting(name, rule, takes)
        return rule

    return register


def _counting(name: str, rule: HigherOrderRule, takes: tuple[str, ...]) -> HigherOrderRule:
    def checked(ctx: SubgraphContext, args: Sequence[object], kwargs: Mapping[str, object]) -> Value:
        if len(args) != len(takes):
            raise RuntimeError(f"{name}() takes {len(takes)} arguments ({', '.join(takes)}), but got {len(args)}")
        return rule(ctx, args, kwargs)

    return checked


def raw(value: object) -> object:
    """A value of a graph with every symbolic number replaced by its term."""
    from refimpl.symbolic_shapes.structures import is_sequence
    from refimpl.symbolic_shapes.sym_node import unwrap

    if is_sequence(value):
        return tuple([raw(item) for item in value])
    return unwrap(value)


@final
class HigherOrderOperator:
    """One higher-order operator; ``str()`` is its name, as in ``torch.ops.higher_order``.

    Calling it runs its rule under the current fake tensor mode; :meth:`run` takes the context and gives raw terms.
    """

    def __init__(self, name: str, rule: HigherOrderRule) -> None:
        self.name: Final = f"higher_order.{name}"
        self.__name__ = self.__qualname__ = name
        self.__module__ = "torch.ops.higher_order"
        self._rule: Final = rule

    def __str__(self) -> str:
        return self.__name__

    __repr__ = __str__

    def run(self, ctx: SubgraphContext, args: Sequence[object], kwargs: Mapping[str, object]) -> Value:
        """The value on raw arguments. Raises what the rule raises."""
        return self._rule(ctx, args, kwargs)

    def __call__(self, /, *args: object, **kwargs: object) -> object:
        """Run under the current fake tensor mode. Raises RuntimeError if there is none."""
        from refimpl.fake_tensor.mode import current_mode

        mode = current_mode()
        if mode is None:
            raise RuntimeError(f"{self} runs only under a fake tensor mode")
        values = [raw(arg) for arg in args]
        return mode.wrap(self.run(mode, values, {name: raw(value) for name, value in kwargs.items()}))


_operators: Final[dict[str, HigherOrderOperator]] = {}


def higher_order_names() -> tuple[str, ...]:
    """The names of the higher-order operators that have a rule, sorted."""
    return tuple(sorted(_rules))


def higher_order_operator(name: str) -> HigherOrderOperator | None:
    """The operator of that name, if it is modelled."""
    found = _operators.get(name)
    if found is None:
        from refimpl.aten._families import load, load_family_of

        load_family_of(f"higher_order.{name}")
        if name not in _rules:
            load()
        rule = _rules.get(name)
        if rule is not None:
            found = _operators[name] = HigherOrderOperator(name, rule)
    return found
