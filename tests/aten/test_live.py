"""Against a live PyTorch: what the recorded files hold is what it says today, and new random calls agree too."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from refimpl.aten._overload import overload
from tests.aten.calls import DATA, Json, field, our_outcome
from tests.aten.outcomes import leading

_RECORDERS: Final = Path(__file__).parents[1] / "differential"


def record(recorder: str, output: Path, *arguments: str) -> None:
    """Run one of the recorders with this Python, which has torch."""
    subprocess.run(
        [sys.executable, str(_RECORDERS / recorder), str(output), *arguments], check=True, capture_output=True
    )


@pytest.mark.torch
def test_promotion_is_what_was_recorded(tmp_path: Path) -> None:
    record("record_promotion.py", tmp_path / "promotion.json")
    assert json.loads((tmp_path / "promotion.json").read_text()) == json.loads((DATA / "promotion.json").read_text())


@pytest.mark.torch
def test_strides_are_what_was_recorded(tmp_path: Path) -> None:
    record("record_strides.py", tmp_path / "strides.jsonl")
    assert (tmp_path / "strides.jsonl").read_text() == (DATA / "strides.jsonl").read_text()


@pytest.mark.torch
@pytest.mark.slow
def test_the_database_agrees_with_fake_tensors(tmp_path: Path) -> None:
    record("record_calls.py", tmp_path / "calls.jsonl", "2", "float32")
    differing: list[str] = []
    for line in (tmp_path / "calls.jsonl").read_text().splitlines():
        call: dict[str, Json] = json.loads(line)
        name = field(call, "op")
        if name.startswith("aten.index_put") and '"bool"' in line:
            continue  # how many elements a mask selects is not recorded
        if name.startswith("aten.") and overload(name).is_modelled and leading(our_outcome(call)) != leading(call):
            differing.append(line)
    assert not differing
