"""Writes ``specs/vectors`` from the drafts, and measures what each vector is good for. Needs PyTorch 2.13.

python -m tests.conformance.make_vectors            # write

A vector that shows no seeded fault, of ours or in PyTorch, and takes the path of another is not written.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

from refimpl.conformance.serving import ask
from refimpl.conformance.store import manifest_text, path_of
from refimpl.conformance.vector import Vector
from refimpl.conformance.wire_vectors import hash_of, read_vector, vector_json, vector_text
from refimpl.solver import make_solver
from refimpl.torch.subject import TorchImplementation
from tests.conformance.torch_edits import EDITS
from tests.conformance.vectors.authoring import Draft
from tests.conformance.vectors.drafts import DRAFTS, expected_of, vector_of
from tests.conformance.vectors.ignorance import without_ignorance
from tests.conformance.vectors.measuring import fails, killers, killers_in_torch, paths, redundant

__all__ = ["FOLDER", "as_recorded", "by_hand", "drafted", "main"]

_SOLVER: Final = make_solver()
FOLDER: Final = Path(__file__).parents[2] / "specs" / "vectors"


def drafted() -> list[Vector]:
    """The vectors of the drafts, what is recorded recorded now."""
    torch = TorchImplementation()
    found: list[Vector] = []
    for draft in DRAFTS:
        found.append(_hashed(vector_of(draft, draft.expect) if draft.expect else as_recorded(draft, torch)))
    return found


def as_recorded(draft: Draft, torch: TorchImplementation) -> Vector:
    """What PyTorch answers, asked for nothing that it leaves open although it is decided: others may know more."""
    vector = vector_of(draft, ())
    while True:
        recorded = replace(vector, expect=(expected_of(draft, ask(torch, vector.case.input)),))
        case = without_ignorance(recorded, _SOLVER)
        if case == vector.case:
            return recorded
        vector = replace(vector, case=case)


def _hashed(vector: Vector) -> Vector:
    written = vector_json(vector)
    return replace(vector, hash=hash_of(written["input"], written["expect"]))


def by_hand() -> list[Vector]:
    """The vectors in the folder that no draft has."""
    ids = {draft.id for draft in DRAFTS}
    files = [file for file in sorted(FOLDER.glob("*/*.json")) if file.stem not in ids]
    return [_hashed(read_vector(file.read_bytes(), file.name)) for file in files]


def main() -> None:
    """Write the vectors and the manifest; say what is left out and what is wrong."""
    known = {draft.id for draft in DRAFTS}
    assert len(known) == len(DRAFTS), "two drafts share an id"
    vectors = [*by_hand(), *drafted()]
    wrong = [path_of(vector) for vector in vectors if fails(vector, _SOLVER)]
    taken = paths(vectors)
    kills = killers(vectors, taken=taken)
    doubtful = set(redundant(vectors, kills, taken))
    kills |= killers_in_torch([vector for vector in vectors if path_of(vector) in doubtful], EDITS)
    left_out = set(redundant(vectors, kills, taken))
    for file in FOLDER.glob("*/*.json"):
        if file.stem in known:
            file.unlink()
    kept = [
        replace(vector, kills=tuple(kills[path_of(vector)])) for vector in vectors if path_of(vector) not in left_out
    ]
    for vector in kept:
        path = FOLDER / f"{path_of(vector)}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(vector_text(vector_json(vector)), encoding="utf-8")
    (FOLDER / "manifest.json").write_text(manifest_text(kept), encoding="utf-8")
    print(f"{len(kept)} vectors, {sum(bool(vector.kills) for vector in kept)} of them show a seeded fault")
    print("left out:", *sorted(left_out), sep="\n  ")
    if wrong:
        print("the reference fails:", *wrong, sep="\n  ")
        sys.exit(1)


if __name__ == "__main__":
    main()
