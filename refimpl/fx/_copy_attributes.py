"""Carry what a graph refers to from a root into a graph module."""

# The classes of a graph share their internals, under the names that PyTorch gives them.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from refimpl.fx.module import Module

__all__ = ["assign_attribute", "copy_attribute"]


def copy_attribute(source: Module, destination: Module, target: str) -> None:
    """Share the attribute at a dotted path, with empty modules on the way; parameters and buffers stay such.

    Nothing is copied below a submodule that both share already. ``AttributeError`` if it does not exist.
    """
    *path, name = target.split(".")
    for atom in path:
        inner: object = getattr(source, atom)
        held: object = getattr(destination, atom, None)
        if inner is held:
            return
        if held is None:
            held = Module()
            setattr(destination, atom, held)
        assert isinstance(inner, Module)
        assert isinstance(held, Module)
        source, destination = inner, held
    value: object = getattr(source, name)
    if name in source._buffers:
        destination.register_buffer(name, value)
    elif name in source._parameters:
        destination.register_parameter(name, value)
    else:
        setattr(destination, name, value)


def assign_attribute(value: object, destination: Module, target: str) -> None:
    """Set the attribute at a dotted path, with empty modules on the way."""
    *path, name = target.split(".")
    holder: object = destination
    for atom in path:
        held: object = getattr(holder, atom, None)
        if held is None:
            held = Module()
            setattr(holder, atom, held)
        holder = held
    setattr(holder, name, value)
