"""The commands as a user runs them: exit codes, formats, schemas, several inputs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from refimpl.cli.main import main
from tests.variants.archive_json import Json, as_list, as_object, read, write
from tests.variants.variants import asserts, flipped, narrowed, without_asserts

ROOT = Path(__file__).parents[2]
REAL = ROOT / "tests" / "corpus" / "archives"
SCHEMAS = ROOT / "refimpl" / "docs" / "schemas"


def refimpl(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command line from the root of the repository."""
    command = [sys.executable, "-m", "refimpl.cli", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """An archive whose asserts on ``u0`` are gone although its range says what they enforced."""
    original = REAL / "real" / "item_bounds.pt2"
    model = read(original)
    return write(without_asserts(model, *asserts(model)), original, tmp_path / "broken.pt2")


def programs(text: str, schema: str) -> list[dict[str, Json]]:
    """The programs of a JSON answer that fits its published schema."""
    answer: Json = json.loads(text)
    jsonschema.validate(answer, json.loads((SCHEMAS / f"{schema}.json").read_text(encoding="utf-8")))
    return [as_object(program) for program in as_list(as_object(answer)["programs"])]


def test_an_equivalent_archive_exits_0() -> None:
    done = refimpl("check", REAL / "datadep" / "view_u.pt2")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("equivalent")


def test_a_broken_archive_exits_1_and_shows_node_law_and_witness(broken: Path) -> None:
    done = refimpl("check", broken)
    assert done.returncode == 1
    assert "broken (weakened)" in done.stdout
    assert "EQUIV refuted at node" in done.stdout
    assert "witness: " in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 160


def test_bad_input_exits_2_with_one_sentence_and_the_rest_still_runs(tmp_path: Path) -> None:
    bad = tmp_path / "bad.pt2"
    bad.write_bytes(b"PK\x03\x04 not much of an archive")
    done = refimpl("check", "--format", "json", bad, REAL / "datadep" / "view_u.pt2")
    assert done.returncode == 2
    first, second = programs(done.stdout, "refimpl.report.1")
    assert (first["verdict"], second["verdict"]) == ("error", "equivalent")
    assert str(bad) in str(as_object(first["error"])["message"])


def test_the_worst_of_several_inputs_counts(broken: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.pt2"
    bad.write_bytes(b"")
    assert refimpl("check", REAL / "datadep" / "view_u.pt2", broken).returncode == 1
    assert refimpl("check", broken, bad).returncode == 2


@pytest.mark.parametrize("arguments", [[], ["check"], ["check", "--format", "yaml", "x.pt2"], ["nonsense"]])
def test_wrong_usage_exits_2(arguments: list[str]) -> None:
    done = refimpl(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_folder_without_archives_is_wrong_usage(tmp_path: Path) -> None:
    done = refimpl("check", tmp_path)
    assert (done.returncode, "holds no .pt2 archive" in done.stderr) == (2, True)


def test_strict_counts_a_conditional_verdict_as_unknown() -> None:
    archive = REAL / "datadep" / "custom_count.pt2"
    assert refimpl("check", archive).returncode == 0
    assert refimpl("check", "--strict", archive).returncode == 3


def test_jobs_do_not_change_the_report() -> None:
    folder = REAL / "exportdb"
    one, two = (refimpl("check", "--format", "json", "--jobs", jobs, folder) for jobs in ("1", "2"))
    assert one.stdout == two.stdout
    assert len(programs(one.stdout, "refimpl.report.1")) == len(list(folder.glob("*.pt2")))


def test_output_goes_to_a_file(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    done = refimpl("check", "--format", "json", "--output", target, REAL / "datadep" / "view_u.pt2")
    assert (done.returncode, done.stdout) == (0, "")
    assert programs(target.read_text(encoding="utf-8"), "refimpl.report.1")[0]["unbacked"] == 1


@pytest.mark.parametrize("command", ["check", "propagate"])
def test_output_that_cannot_be_written_exits_2_with_one_sentence(command: str, tmp_path: Path) -> None:
    target = tmp_path / "missing" / "report"
    done = refimpl(command, REAL / "datadep" / "view_u.pt2", "--output", target)
    assert (done.returncode, done.stderr) == (2, f"Error: {target}: No such file or directory\n")


def test_only_names_of_operators_are_assumed(tmp_path: Path) -> None:
    # PyTorch's loader has no function for such a text: nothing may rest on its recorded result.
    original = REAL / "datadep" / "view_u.pt2"
    model = read(original)
    graph = as_object(as_object(as_object(model)["graph_module"])["graph"])
    as_object(as_list(graph["nodes"])[0])["target"] = "os.system"
    done = refimpl("check", write(model, original, tmp_path / "system.pt2"))
    assert (done.returncode, done.stderr) == (3, "")
    assert "VALUE undecided at node item\n    the operator os.system is not modelled\n" in done.stdout


def test_a_name_that_is_too_long_exits_2_with_one_sentence() -> None:
    done = refimpl("check", "a" * 5000)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "File name too long" in done.stderr


def test_a_reader_that_goes_away_gets_no_verdict() -> None:
    # Exit code 1 would say "broken" and 0 "equivalent".
    command = [sys.executable, "-m", "refimpl.cli", "check", str(REAL / "datadep" / "view_u.pt2")]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command, cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")


def test_values_are_listed_when_asked_for() -> None:
    archive = REAL / "datadep" / "cond_nested.pt2"
    plain = programs(refimpl("check", "--format", "json", archive).stdout, "refimpl.report.1")[0]
    listed = programs(refimpl("check", "--format", "json", "--values", archive).stdout, "refimpl.report.1")[0]
    assert "values" not in plain
    assert as_object(as_object(listed["values"])["cond/true_graph_0/gt"])["dtype"] == "torch.bool"


def test_nodes_counts_the_calls_of_all_graphs() -> None:
    archive = REAL / "datadep" / "cond_nested.pt2"
    program = programs(refimpl("check", "--format", "json", archive).stdout, "refimpl.report.1")[0]
    assert program["nodes"] == 9  # sum, gt, cond; max, gt, cond, tan; sin, cos


def test_propagate_prints_values_facts_and_requirements() -> None:
    done = refimpl("propagate", "--format", "json", REAL / "datadep" / "unique_dim.pt2")
    assert (done.returncode, done.stderr) == (0, "")
    (program,) = programs(done.stdout, "refimpl.propagation.1")
    assert {"node": "unique_dim", "expr": "u0 >= 0"} in as_list(program["facts"])


def test_a_witness_has_its_numbers_as_text(broken: Path) -> None:
    (program,) = programs(refimpl("check", "--format", "json", broken).stdout, "refimpl.report.1")
    witnesses = [
        as_object(row)["witness"] for row in as_list(program["laws"]) if as_object(row)["outcome"] == "refuted"
    ]
    assert witnesses
    assert all(isinstance(number, str) for witness in witnesses for number in as_object(witness).values())


def test_contradictory_constraints_prove_nothing(tmp_path: Path) -> None:
    original = REAL / "real" / "item_bounds.pt2"
    copy = write(narrowed(read(original), "u0", low=30, high=20), original, tmp_path / "contradiction.pt2")
    (program,) = programs(refimpl("check", "--format", "json", copy).stdout, "refimpl.report.1")
    laws = {as_object(row)["law"]: as_object(row)["outcome"] for row in as_list(program["laws"])}
    assert program["verdict"] == "broken"
    assert laws["CONSIST"] == "refuted"


def test_explain_lists_and_prints_pages() -> None:
    listing = refimpl("explain")
    assert (listing.returncode, "check" in listing.stdout) == (0, True)
    assert refimpl("explain", "check").stdout.startswith("# refimpl check")
    assert refimpl("explain", "no-such-page").returncode == 2


def test_version_and_help() -> None:
    assert refimpl("--help").stdout.startswith("Usage: refimpl")


def test_a_guard_outside_the_grammar_is_reported_and_not_run(tmp_path: Path) -> None:
    original = REAL / "datadep" / "view_u.pt2"
    flag = tmp_path / "ran"
    model = read(original)
    model["guards_code"] = [f"__import__('os').system('touch {flag}')"]
    copy = write(model, original, tmp_path / "guarded.pt2")
    assert "guard not understood" in refimpl("check", copy).stdout
    (program,) = programs(refimpl("check", "--format", "json", copy).stdout, "refimpl.report.1")
    assert "__import__" in str(as_list(program["unread_guards"])[0])
    assert not flag.exists()


def test_propagate_lists_what_it_could_not_run_and_exits_3(tmp_path: Path) -> None:
    original = REAL / "datadep" / "view_u.pt2"
    model = flipped(read(original), "view", "torch.ops.aten.no_such_operator.default")
    done = refimpl("propagate", "--format", "json", write(model, original, tmp_path / "unmodelled.pt2"))
    (program,) = programs(done.stdout, "refimpl.propagation.1")
    assert done.returncode == 3
    assert [as_object(row)["node"] for row in as_list(program["failures"])] == ["view"]


def test_what_is_not_installed_is_a_sentence_and_exit_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Else the second solver is missed after minutes, and a script that imports no PyTorch passes unwatched."""

    def find_nothing(_: str) -> None:
        return None

    monkeypatch.setattr(sys.modules["refimpl.cli.main"], "find_spec", find_nothing)
    monkeypatch.setattr("refimpl.cli.prove.find_spec", find_nothing)
    script = tmp_path / "script.py"
    script.touch()
    for arguments, said in (
        (["audit", str(script)], "audit needs PyTorch: pip install 'refimpl[torch]'"),
        (["prove", "interval_union"], "cvc5, hypothesis, pytest, sympy not installed: pip install -e '.[test]'"),
        (["check", "--solver", "both", str(REAL)], "--solver both needs cvc5: pip install 'refimpl[cvc5]'"),
    ):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 2
        assert said in capsys.readouterr().err


KEPT = ROOT / "tests" / "corpus" / "made" / "archives" / "kept_bound.pt2"
LOST = KEPT.with_name("lost_bound.pt2")


def test_diff_of_what_is_the_same_exits_0() -> None:
    done = refimpl("diff", REAL / "datadep" / "pad_by_u.pt2", REAL / "datadep" / "pad_by_u.core.pt2")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("same  ")


@pytest.mark.parametrize(("old", "new", "word"), [(KEPT, LOST, "weakened"), (LOST, KEPT, "strengthened")])
def test_diff_says_what_became_of_a_bound(old: Path, new: Path, word: str) -> None:
    done = refimpl("diff", old, new)
    assert done.returncode == 1
    assert done.stdout.startswith(f"different ({word})  ")
    assert "witness: u0 = 100" in done.stdout


def test_the_json_of_diff_fits_its_schema(tmp_path: Path) -> None:
    target = tmp_path / "diff.json"
    done = refimpl("diff", "--format", "json", "--output", target, KEPT, LOST)
    answer = json.loads(target.read_text(encoding="utf-8"))
    jsonschema.validate(answer, json.loads((SCHEMAS / "refimpl.diff.1.json").read_text(encoding="utf-8")))
    assert (done.returncode, done.stdout, answer["relation"], answer["witness"]) == (1, "", "weakened", {"u0": "100"})


def test_diff_of_what_cannot_be_read_exits_2(tmp_path: Path) -> None:
    bad = tmp_path / "bad.pt2"
    bad.write_bytes(b"no archive")
    done = refimpl("diff", KEPT, bad)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"error: {bad}: is not a zip archive\n"


def test_a_guess_makes_diff_conditional() -> None:
    old = REAL / "datadep" / "moe_split_sizes.pt2"
    done = refimpl("diff", "--strict", old, old.with_name("moe_split_sizes.core.pt2"))
    assert done.returncode == 3
    assert "conditional: u0 of the old program is taken for u0 of the new one at bincount, by its name" in done.stdout


def test_our_own_crash_in_diff_exits_4(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr("refimpl.cli.diff.diff", crash)
    with pytest.raises(SystemExit, match="4"):
        main(["diff", str(KEPT), str(LOST)])
    assert "this is a bug in refimpl, please report it: RuntimeError" in capsys.readouterr().err
