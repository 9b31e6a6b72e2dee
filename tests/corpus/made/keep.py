"""Write the kept copies again: ``python -m tests.corpus.made.keep``."""

from __future__ import annotations

from tests.corpus.made.registry import ARCHIVES, CASES, KEPT


def main() -> None:
    """The same bytes, whatever the machine."""
    ARCHIVES.mkdir(exist_ok=True)
    for name in KEPT:
        CASES[name]().program.save(ARCHIVES / f"{name.partition('/')[2]}.pt2")


if __name__ == "__main__":
    main()
