"""PyTorch 2.13 as a subject: ``python -m refimpl.torch`` speaks ``conform/1`` on standard input and output."""

from __future__ import annotations

import sys

from refimpl.conformance.serving import serve
from refimpl.torch._imports import TorchMissing
from refimpl.torch.subject import TorchImplementation

if __name__ == "__main__":
    try:
        serve(TorchImplementation())
    except TorchMissing as error:
        print(f"refimpl.torch: {error}", file=sys.stderr)
        sys.exit(2)
