"""Adapters to a live PyTorch 2.13 (extra ``torch``): the only part of refimpl that imports it, and only when used."""

from __future__ import annotations

from refimpl.torch.propagation import TorchMissing, TorchProgram, load_with_torch

__all__ = ["TorchMissing", "TorchProgram", "load_with_torch"]
