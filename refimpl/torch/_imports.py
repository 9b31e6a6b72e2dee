"""What refimpl takes from PyTorch: attributes of its modules, found when they are used."""

from __future__ import annotations

from importlib import import_module

__all__ = ["VERSION", "TorchMissing", "attribute"]

VERSION = "2.13.0"


class TorchMissing(RuntimeError):
    """PyTorch 2.13 is not installed; the extra ``refimpl[torch]`` installs it."""


def attribute(module: str, name: str) -> object:
    """The attribute of a PyTorch module. Raises TorchMissing if PyTorch cannot be imported."""
    try:
        found: object = getattr(import_module(module), name)
    except ImportError as error:
        raise TorchMissing(f"PyTorch {VERSION} is not installed: pip install 'refimpl[torch]'") from error
    return found
