"""The archives of this repository: every one is equivalent, and every node has the value that PyTorch computed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from refimpl.export import ArchiveError, load
from refimpl.laws import check, propagation_report
from tests.corpus.golden_nodes import DROPPED, differences, golden_path
from tests.variants.archive_json import read, write
from tests.variants.variants import blinded

HERE = Path(__file__).parent
ARCHIVES = sorted((HERE / "archives").glob("*/*.pt2"))
NAMES = {path: f"{path.parent.name}/{path.name}" for path in ARCHIVES}
FRESH = re.compile(r"\b(?:u|zuf)\d+\b")


def recorded_deviation(node: str, difference: str) -> bool:
    """PyTorch's vmap-nesting callables return integers where the recorded value is none; its loader drops offsets."""
    vmap = node.startswith("_vmap_") and difference.startswith("{'kind': 'none'} against")
    return vmap or difference.endswith(DROPPED)


@pytest.mark.parametrize("path", ARCHIVES, ids=NAMES.get)
def test_an_intact_archive_is_equivalent(path: Path) -> None:
    report = check(load(path))
    assert (report.verdict, report.relation) == ("equivalent", "equivalent")


@pytest.mark.parametrize("path", [p for p in ARCHIVES if golden_path(p, HERE / "golden").exists()], ids=NAMES.get)
def test_every_node_has_the_value_that_pytorch_computed(path: Path) -> None:
    found = [pair for pair in differences(path, HERE / "golden") if not recorded_deviation(*pair)]
    assert found == []


def test_a_dropped_offset_is_said_to_be_one() -> None:
    found = dict(differences(HERE / "archives" / "ops" / "as_strided_partial_views.0.pt2", HERE / "golden"))
    assert found == dict.fromkeys(("xs_0", "as_strided"), f"offset s34 against 0{DROPPED}")


def test_most_archives_have_a_golden_result() -> None:
    assert sum(golden_path(path, HERE / "golden").exists() for path in ARCHIVES) >= 50


def canonical(path: Path, *, is_blinded: bool) -> str:
    """Values, facts and requirements of the blind run with fresh names numbered by first appearance."""
    report = propagation_report(load(path, blinded=is_blinded))
    text = json.dumps({key: report[key] for key in ("values", "facts", "requirements")})
    names: dict[str, str] = {}
    return FRESH.sub(lambda match: names.setdefault(match[0], f"@{len(names)}"), text)


# The result of a custom operator is assumed from the record, which a blinded copy does not have.
ASSUMED = ("custom_", "nn_functional_linear_cross_entropy_chunked")


@pytest.mark.parametrize("path", [p for p in ARCHIVES if not p.name.startswith(ASSUMED)], ids=NAMES.get)
def test_what_was_recorded_has_no_influence_on_the_blind_run(path: Path, tmp_path: Path) -> None:
    copy = write(blinded(read(path)), path, tmp_path / path.name)
    assert canonical(copy, is_blinded=True) == canonical(path, is_blinded=False)


def test_check_refuses_a_blinded_copy(tmp_path: Path) -> None:
    original = HERE / "archives" / "datadep" / "as_strided_u.pt2"
    with pytest.raises(ArchiveError):
        load(write(blinded(read(original)), original, tmp_path / "blinded.pt2"))


def test_reports_are_the_same_bytes_under_any_hash_seed() -> None:
    paths = [str(path) for path in ARCHIVES if path.parent.name in {"datadep", "real"}]
    outputs: set[bytes] = set()
    for seed in ("0", "1", "4242"):
        done = subprocess.run(
            [sys.executable, "-m", "refimpl.cli", "check", "--format", "json", "--values", *paths],
            env={**os.environ, "PYTHONHASHSEED": seed}, cwd=HERE.parents[1], capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        outputs.add(done.stdout)
    assert len(outputs) == 1
