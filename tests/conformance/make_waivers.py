"""Writes into ``specs/vectors/waivers.json`` how PyTorch 2.13 fails each vector that it is waived for.

python -m tests.conformance.make_waivers
"""

from __future__ import annotations

import json

from refimpl.conformance.serving import ask
from refimpl.conformance.store import load_vectors, path_of
from refimpl.conformance.waivers import SCHEMA, Waiver, fingerprint, read_waivers
from refimpl.torch.subject import TorchImplementation
from tests.conformance.make_vectors import FOLDER

__all__ = ["main", "seen_now"]


def seen_now() -> dict[str, str]:
    """The fingerprint of PyTorch's answer to each vector that it is waived for."""
    waived = {waiver.id for waiver in read_waivers(FOLDER / "waivers.json")}
    torch = TorchImplementation()
    vectors = [vector for vector in load_vectors(FOLDER).vectors if path_of(vector) in waived]
    return {path_of(vector): fingerprint(ask(torch, vector.case.input)) for vector in vectors}


def main() -> None:
    """Write what is seen now."""
    path = FOLDER / "waivers.json"
    now = seen_now()
    written = [_entry(waiver, now[waiver.id]) for waiver in read_waivers(path)]
    lines = ",\n".join(f"  {json.dumps(entry)}" for entry in written)
    path.write_text(f'{{\n "schema": "{SCHEMA}",\n "waivers": [\n{lines}\n ]\n}}\n', encoding="utf-8")


def _entry(waiver: Waiver, seen: str) -> dict[str, str]:
    return {
        "id": waiver.id,
        "subject": waiver.subject,
        "reason": waiver.reason,
        "date": waiver.date,
        "finding": waiver.finding,
        "seen": seen,
    }


if __name__ == "__main__":
    main()
