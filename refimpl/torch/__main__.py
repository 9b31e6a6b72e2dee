"""PyTorch 2.13 as a subject: ``python -m refimpl.torch`` speaks ``conform/1`` on standard input and output."""

from __future__ import annotations

from refimpl.conformance.serving import serve
from refimpl.torch.subject import TorchImplementation

if __name__ == "__main__":
    serve(TorchImplementation())
