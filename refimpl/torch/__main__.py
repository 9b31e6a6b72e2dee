"""PyTorch 2.13 as a subject: ``python -m refimpl.torch`` speaks ``conform/1`` on standard input and output."""

from __future__ import annotations

import sys

from refimpl.conformance.serving import serve
from refimpl.torch._imports import TorchMissing
from refimpl.torch.subject import TorchImplementation

__all__ = ["main"]


def main() -> None:
    """Answer until told to stop; exit with 2 and a sentence if PyTorch is not installed."""
    try:
        serve(TorchImplementation())
    except TorchMissing as error:
        print(f"refimpl.torch: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
