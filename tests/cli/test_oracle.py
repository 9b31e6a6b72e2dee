"""``conform``, ``serve`` and ``vectors``: exit codes, output, reports."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from refimpl.cli.main import main
from refimpl.conformance.store import load_vectors

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "specs" / "vectors"
SET = load_vectors(VECTORS)


def refimpl(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """The command, in the root of the repository."""
    command = [sys.executable, "-m", "refimpl.cli", *arguments]
    return subprocess.run(command, cwd=ROOT, input=stdin, capture_output=True, text=True, check=False)


def conform(subject: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """``refimpl conform`` of a subject on the chapter of rebinding."""
    return refimpl("conform", "--subject", subject, "--chapter", "rebinding", *arguments)


MISBEHAVING = f"{sys.executable} -I refimpl/conformance/misbehaving.py"


@pytest.mark.parametrize(
    ("subject", "code", "said"),
    [
        ("refimpl.conformance:Reference", 0, "refimpl 0.1.0\n  rebinding "),
        ("tests.conformance.unsound:Unsound", 1, "environment.constraints: got "),
        (f"{MISBEHAVING} noise", 4, "it wrote what is no answer: "),
        (f"{MISBEHAVING} another-protocol", 4, 'the protocol is "conform/0"'),
        ("refimpl.conformance:Number", 4, "broke: refimpl.conformance:Number: TypeError: "),
    ],
)
def test_the_exit_code_is_the_worst_that_happened(subject: str, code: int, said: str) -> None:
    done = conform(subject)
    assert done.returncode == code, done.stdout + done.stderr
    assert said in done.stdout + done.stderr


@pytest.mark.parametrize("options", [(), ("--budget", "1000000", "--vectors", "specs/vectors")])
def test_a_failure_can_be_reproduced_by_the_command_that_it_shows(options: tuple[str, ...]) -> None:
    done = conform("tests.conformance.unsound:Unsound", "--filter", "fresh-takes-the-old-name", *options)
    assert "witness: u0 = 0" in done.stdout
    again = next(line for line in done.stdout.splitlines() if line.strip().startswith("again: refimpl "))
    assert all(word in again.split() for word in options)
    repeated = refimpl(*again.strip().removeprefix("again: refimpl ").split())
    assert (repeated.returncode, repeated.stdout) == (1, done.stdout)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("conform",), "give either --subject or --self-test"),
        (("conform", "--self-test", "--subject", "torch"), "give either --subject or --self-test"),
        (("conform", "--subject", "x", "--filter", "nothing-*"), "no vector is selected"),
        (("conform", "--subject", "x", "--chapter", "songs"), "'songs' is not one of"),
        (("conform", "--subject", "x", "--vectors", "tests/conformance"), "conformance/manifest.json: there is no"),
        (("conform", "--subject", "x", "--waivers", "pyproject.toml"), "pyproject.toml: no valid JSON"),
        (("conform", "--subject", "no-such-program"), "Error: --subject no-such-program: No such file or directory"),
        (("conform", "--subject", "./pyproject.toml"), "Error: --subject ./pyproject.toml: Permission denied"),
        (("conform", "--subject", "'open"), "Error: --subject 'open: No closing quotation"),
        (("conform", "--subject", "refimpl.nowhere:x"), "No module named 'refimpl.nowhere'"),
        (("conform", "--subject", "refimpl.conformance:Nothing"), "has no attribute 'Nothing'"),
        (("conform", "--subject", "os:path"), "Error: --subject os:path is no implementation: it has no name, "),
        (("serve", "refimpl.nowhere:x"), "No module named"),
        (("vectors", "export", "specs"), "the folder is not empty"),
    ],
)
def test_bad_usage_is_exit_2_and_a_sentence(arguments: tuple[str, ...], said: str) -> None:
    done = refimpl(*arguments)
    assert done.returncode == 2, done.stdout + done.stderr
    assert said in done.stderr


def test_pytorch_as_a_subject_needs_pytorch(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def find_nothing(_: str) -> None:
        return None

    monkeypatch.setattr("refimpl.cli.oracle.find_spec", find_nothing)
    with pytest.raises(SystemExit) as ended:
        main(["conform", "--subject", "torch"])
    assert ended.value.code == 2
    assert "--subject torch needs PyTorch: pip install 'refimpl[torch]'" in capsys.readouterr().err


def test_the_subject_torch_without_pytorch_is_a_sentence() -> None:
    script = "import runpy, sys; sys.modules['torch'] = None; runpy.run_module('refimpl.torch', run_name='__main__')"
    start = '{"do": "start", "protocol": "conform/1"}\n'
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, input=start, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "refimpl.torch: PyTorch 2.13.0 is not installed: pip install 'refimpl[torch]'\n"


def test_reports_are_written_and_the_same_for_any_number_of_jobs(tmp_path: Path) -> None:
    for jobs in ("1", "2"):
        done = conform("refimpl serve", "--jobs", jobs, "--output", str(tmp_path / jobs))
        assert done.returncode == 0, done.stdout + done.stderr
    names = sorted(path.name for path in (tmp_path / "1").iterdir())
    assert names == ["badge.json", "badge.svg", "junit.xml", "report.jsonl", "report.md"]
    for name in names:
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_serve_speaks_the_protocol_and_refuses_what_is_no_request() -> None:
    start = '{"do": "start", "protocol": "conform/1"}\n'
    done = refimpl("serve", stdin=start + '{"do": "stop"}\n')
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["did"] == "started"
    assert json.loads(refimpl("serve", "--profile", "torch-2.13", stdin=start).stdout)["name"] == "refimpl (torch-2.13)"
    wrong = refimpl("serve", stdin=start + "hello\n")
    assert (wrong.returncode, wrong.stderr.startswith("Error: request: no valid JSON")) == (2, True)


def test_the_self_test_catches_all() -> None:
    done = refimpl("conform", "--self-test")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    caught = [line for line in lines if line.startswith("caught ")]
    assert lines[-1] == f"{len(caught)} of {len(caught)} wrong subjects caught"
    assert len(caught) >= 10


def test_a_self_test_without_its_vectors_fails(tmp_path: Path) -> None:
    folder = tmp_path / "vectors"
    shutil.copytree(VECTORS / "bindings", folder / "bindings")
    assert refimpl("vectors", "check", "--update", "--vectors", str(folder)).returncode == 0
    done = refimpl("conform", "--self-test", "--vectors", str(folder))
    assert done.returncode == 4
    assert "MISSED  never-rebinds" in done.stdout


def test_vectors_are_listed_checked_and_exported(tmp_path: Path) -> None:
    listed = refimpl("vectors", "list", "--chapter", "rebinding")
    expected = [f"rebinding/{v.case.id}" for v in SET.vectors if v.case.chapter == "rebinding"]
    assert [line.split()[0] for line in listed.stdout.splitlines()] == expected
    assert refimpl("vectors", "check").stdout == f"{len(SET.vectors)} vectors, {SET.hash[:12]}\n"
    exported = refimpl("vectors", "export", str(tmp_path / "out"))
    assert exported.returncode == 0, exported.stderr
    assert load_vectors(tmp_path / "out").hash == SET.hash
    assert (tmp_path / "out" / "refimpl.conform.1.json").is_file()


def test_an_edited_vector_is_refused_until_it_is_hashed_anew(tmp_path: Path) -> None:
    folder = tmp_path / "vectors"
    shutil.copytree(VECTORS, folder)
    path = folder / "rebinding" / "fresh-takes-the-old-name.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"high": "20"', '"high": "21"'), encoding="utf-8")
    refused = refimpl("vectors", "check", "--vectors", str(folder))
    assert (refused.returncode, "hash: the hash of input and expectation is" in refused.stderr) == (2, True)
    updated = refimpl("vectors", "check", "--vectors", str(folder), "--update")
    assert updated.stdout.splitlines()[:2] == [
        "written: rebinding/fresh-takes-the-old-name.json",
        "written: manifest.json",
    ]
    path.rename(path.with_name("other.json"))
    moved = refimpl("vectors", "check", "--vectors", str(folder))
    assert (moved.returncode, "belongs into another file" in moved.stderr) == (2, True)


def test_somebody_who_watches_sees_a_live_table() -> None:
    reader, writer = os.openpty()
    command = [sys.executable, "-m", "refimpl.cli", "conform", "--subject", "refimpl.conformance:Reference"]
    shown = bytearray()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=writer) as process:
        os.close(writer)
        while select.select([reader], [], [], 60)[0]:
            try:
                part = os.read(reader, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            shown += part
        assert process.stdout is not None
        printed = process.stdout.read().decode()
    os.close(reader)
    assert process.returncode == 0
    assert f"of {len(SET.vectors)} vectors" in shown.decode(errors="replace")
    assert "refimpl 0.1.0" in printed
    assert "\x1b" not in printed
