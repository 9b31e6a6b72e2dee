"""``refimpl bench``: what it measures, the arithmetic of its table, and what it does with bad input."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from refimpl.cli.bench import Measured, distribution, families, median, table
from refimpl.cli.main import cli
from refimpl.export.builder import ProgramBuilder, tensor

ROOT = Path(__file__).parents[2]
ARCHIVES = ROOT / "tests/corpus/archives"
SMALL = ARCHIVES / "exportdb"


def _bench(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(cli, ["bench", "--runs", "1", *arguments])
    return done.exit_code, done.stdout, done.stderr


def test_the_distribution_is_of_ratios_and_the_first_is_of_the_sums() -> None:
    # Ratios 1, 2, ..., 20 of 20 pairs: p10 is the third smallest, the median lies between 10 and 11.
    pairs = [(float(n), 1.0) for n in range(20, 0, -1)]
    assert distribution(pairs) == (210 / 20, 3.0, 10.5, 1.0)
    # One slow archive outweighs ten fast ones in the sum: (1000 + 10) / (1 + 10).
    assert distribution([(1000.0, 1.0), *[(1.0, 1.0)] * 10])[0] == 1010 / 11


def _measured(name: str, nodes: int, propagate: float, torch: float | None) -> Measured:
    return Measured(Path(name), nodes, 1.0, propagate, 2 * propagate, torch, torch)


def test_families_are_folders_then_all_then_small_graphs() -> None:
    rows = families(
        [
            _measured("b/x.pt2", 100, 1.0, 30.0),
            _measured("a/y.pt2", 9, 1.0, 10.0),
            _measured("a/z.pt2", 10, 1.0, 20.0),
            _measured("a/custom.pt2", 5, 1.0, None),
        ]
    )
    assert [(row.name, row.archives, row.nodes) for row in rows] == [
        ("a", 2, 19),
        ("b", 1, 100),
        ("all", 3, 119),
        ("under 10 nodes", 1, 9),
    ]
    assert [row.propagate[0] for row in rows] == [15.0, 30.0, 20.0, 10.0]
    assert [row.prove[0] for row in rows] == [7.5, 15.0, 10.0, 5.0]
    assert [row.load[0] for row in rows] == [15.0, 30.0, 20.0, 10.0]


def test_a_table_without_pytorch_has_only_microseconds() -> None:
    (line,) = table([_measured("a/x.pt2", 4, 2e-6, None)], markdown=False)
    assert line.endswith("load 250000.0, propagate 0.5, prove 1.0")


def test_markdown_and_text_have_the_same_cells() -> None:
    measured = [_measured("a/x.pt2", 100, 1.0, 30.0), _measured("b/y.pt2", 9, 1.0, 12.0)]
    marked = [line for line in table(measured, markdown=True) if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in marked]
    assert {len(line) for line in cells} == {6}
    plain = [re.split(r"\s{2,}", line) for line in table(measured, markdown=False)[2:]]
    assert plain == [cells[0], *cells[2:]]


def test_the_median_is_of_warm_runs() -> None:
    done: list[str] = []

    def work() -> None:
        done.append("work")
        if done.count("work") <= 3:
            sum(range(2_000_000))

    assert median(work, 3, before=lambda: done.append("before")) < 0.005
    assert done == ["before", "work"] * 6


def test_each_archive_is_measured() -> None:
    code, out, _ = _bench("--no-torch", "--format", "json", str(SMALL))
    rows = json.loads(out)
    assert code == 0
    assert [row["path"] for row in rows] == [str(path) for path in sorted(SMALL.glob("*.pt2"))]
    for row in rows:
        assert row["nodes"] > 0
        assert all(row[step] > 0 for step in ("load", "propagate", "prove"))
        assert row["torch_load"] is None is row["torch_propagate"]


def test_an_archive_that_cannot_be_read_is_named_and_the_others_are_measured(tmp_path: Path) -> None:
    bad, good = tmp_path / "a.pt2", tmp_path / "b.pt2"
    bad.write_bytes(b"no zip")
    program = ProgramBuilder()
    program.output(program.input("x", tensor([3])))
    program.save(good)
    code, out, err = _bench("--no-torch", "--format", "json", str(tmp_path))
    assert code == 2
    assert [row["path"] for row in json.loads(out)] == [str(good)]
    assert str(bad) in err
    assert "Traceback" not in err


def test_the_page_shows_a_table_that_the_command_makes() -> None:
    page = (ROOT / "refimpl/docs/benchmark.md").read_text(encoding="utf-8")
    made = table([_measured("a/x.pt2", 9, 1.0, 30.0)], markdown=True)
    assert "\n".join(made[3:5]) in page
    assert made[1] in page
    assert re.search(r"^\d+ archives, \d+ nodes, Python 3\.\d+\.\d+; microseconds per node: load", page, re.M)
    assert "refimpl bench --format markdown" in page


@pytest.mark.torch
def test_pytorch_is_measured_on_the_same_archives() -> None:
    code, out, _ = _bench("--format", "json", str(SMALL))
    assert code == 0
    for row in json.loads(out):
        assert row["torch_load"] > 0
        assert row["torch_propagate"] > 0
