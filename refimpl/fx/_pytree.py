"""Nested containers as flat lists and back: the containers that arguments of a traced function may have."""

from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from refimpl.fx._narrow import is_dict, is_list, is_tuple
from refimpl.fx.immutable_collections import immutable_dict, immutable_list

__all__ = ["TreeSpec", "tree_flatten", "tree_flatten_like", "tree_unflatten"]

# Whatever the caller gave is asked for its places: it may be of any class.
_item: Callable[..., object] = operator.getitem


@dataclass(frozen=True, slots=True)
class TreeSpec:
    """The shape of a nested container; a leaf has no ``kind``. ``keys`` are those of a dict;
    ``named`` says that a tuple is a named one."""

    kind: type | None = None
    keys: tuple[object, ...] = ()
    children: tuple[TreeSpec, ...] = ()
    named: bool = False

    def is_leaf(self) -> bool:
        """Whether this is a leaf."""
        return self.kind is None


def tree_flatten(tree: object) -> tuple[list[object], TreeSpec]:
    """The leaves of a nested container, and its shape. ``None`` is a leaf; so is any other class."""
    leaves: list[object] = []
    return leaves, _flatten(tree, leaves)


def _flatten(tree: object, leaves: list[object]) -> TreeSpec:
    """Append the leaves; the shape."""
    kind = type(tree)
    if is_dict(tree) and kind in (dict, OrderedDict, immutable_dict):
        return TreeSpec(kind, tuple(tree), tuple([_flatten(value, leaves) for value in tree.values()]))
    named = hasattr(kind, "_fields")
    if (is_list(tree) or is_tuple(tree)) and (named or kind in (list, tuple, immutable_list)):
        return TreeSpec(kind, (), tuple([_flatten(item, leaves) for item in tree]), named)
    leaves.append(tree)
    return TreeSpec()


def tree_flatten_like(tree: object, spec: TreeSpec) -> list[object]:
    """The leaves of a container at the places of a shape; raises what subscription raises where it has no such place.

    What it holds beyond that shape is left out. Source: ``torch.fx._pytree.tree_flatten_spec``.
    """
    if spec.kind is None:
        return [tree]
    places: Sequence[object] = spec.keys if issubclass(spec.kind, dict) else range(len(spec.children))
    items = [_item(tree, place) for place in places]
    return [leaf for item, child in zip(items, spec.children, strict=True) for leaf in tree_flatten_like(item, child)]


def tree_unflatten(leaves: list[object], spec: TreeSpec) -> object:
    """The nested container of this shape with these leaves; ``ValueError`` if their number does not fit."""
    rest = list(reversed(leaves))
    try:
        tree = _unflatten(rest, spec)
    except IndexError:
        raise ValueError(f"too few leaves: {len(leaves)}") from None
    if rest:
        raise ValueError(f"too many leaves: {len(leaves)}")
    return tree


def _unflatten(rest: list[object], spec: TreeSpec) -> object:
    """Take the leaves of one sub-tree from the end of ``rest``."""
    if spec.kind is None:
        return rest.pop()
    children = [_unflatten(rest, child) for child in spec.children]
    make: Callable[..., object] = spec.kind
    if spec.keys or issubclass(spec.kind, dict):
        return make(zip(spec.keys, children, strict=True))
    return make(*children) if spec.named else make(children)
