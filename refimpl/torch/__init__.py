"""Adapters to a live PyTorch 2.13 (extra ``torch``): the only part of refimpl that imports it, and only when used."""

from __future__ import annotations

from refimpl.torch._imports import TorchMissing
from refimpl.torch.audit import Audit, Finding, Findings, audit
from refimpl.torch.propagation import TorchProgram, load_with_torch

__all__ = ["Audit", "Finding", "Findings", "TorchMissing", "TorchProgram", "audit", "load_with_torch"]
