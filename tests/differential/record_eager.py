"""Record what eager PyTorch does with the calls of ``tests/aten/data`` when hypothesis changes them.

``python tests/differential/record_eager.py [KEPT [EXAMPLES]]`` (with the test extra; torch 2.13.0 here or in the Python
that the environment variable ``REFIMPL_TORCH_PYTHON`` names) draws EXAMPLES calls, as ``tests/aten/changes.py`` does,
of each overload that ``tests/aten/data/eager.jsonl`` lacks, runs them on real tensors, and adds at most KEPT results
and KEPT refusals an overload to that file, one JSON object a line. What is about contents, and what fake tensors do
otherwise because of a dtype, is not kept. Without the file everything is recorded.

``python tests/differential/record_eager.py --found FILE`` adds the calls of a file, one JSON object a line: those on
which ``REFIMPL_CHANGED_CALLS`` found a difference.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.aten.calls import DATA
from tests.aten.changes import Call, Changed, drawn_calls
from tests.aten.eager import Eager
from tests.aten.operator_table import modelled_overloads
from tests.aten.outcomes import outcome_to_record


def _recorded(torch: Eager, operator: str, kept: int, examples: int) -> Iterator[str]:
    """The lines of one overload."""
    counts = Counter[str]()
    for changed in drawn_calls(operator, examples):
        outcome = outcome_to_record(torch, changed)
        kind = "" if outcome is None else next(iter(outcome))
        if outcome is not None and counts[kind] < kept:
            counts[kind] += 1
            yield json.dumps(changed.call | outcome, sort_keys=True)


def _found(torch: Eager, file: Path) -> Iterator[str]:
    """The lines of the calls of a file, whose dtypes may be others than recorded ones."""
    for text in file.read_text(encoding="utf-8").splitlines():
        call: Call = json.loads(text)
        outcome = outcome_to_record(torch, Changed(call, retyped=True, changes=1))
        if outcome is not None:
            yield json.dumps(call | outcome, sort_keys=True)


def _write(lines: list[str]) -> None:
    once = dict.fromkeys(lines)
    (DATA / "eager.jsonl").write_text(
        "".join(sorted(once, key=lambda line: str(json.loads(line)["op"]))), encoding="utf-8"
    )


def _add_found(file: Path) -> None:
    lines = (DATA / "eager.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    with Eager() as torch:
        _write(lines + [f"{line}\n" for line in _found(torch, file)])


def main() -> None:
    """Run the recorder."""
    if sys.argv[1:2] == ["--found"]:
        _add_found(Path(sys.argv[2]))
        return
    kept, examples = (int(text) for text in (*sys.argv[1:], *("2", "12")[len(sys.argv) - 1 :]))
    path = DATA / "eager.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []
    present = {json.loads(line)["op"] for line in lines}
    with Eager() as torch:
        for operator in modelled_overloads():
            if operator not in present:
                lines += [f"{line}\n" for line in _recorded(torch, operator, kept, examples)]
    _write(lines)


if __name__ == "__main__":
    main()
