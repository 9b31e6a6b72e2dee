"""``python -m refimpl``: the command line without its script."""

from __future__ import annotations

from refimpl.cli.main import main

if __name__ == "__main__":
    main()
