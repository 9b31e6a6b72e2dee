"""``refimpl audit SCRIPT`` and ``pytest --refimpl-audit``, as people run them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

pytestmark = pytest.mark.torch

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(__file__).parent / "scripts"
SCHEMA = ROOT / "refimpl" / "docs" / "schemas" / "refimpl.audit.1.json"


def audited(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run ``refimpl audit`` from the root of the repository."""
    command = [sys.executable, "-m", "refimpl.cli", "audit", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def script(folder: Path, text: str) -> Path:
    path = folder / "script.py"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_right_script_is_silent_and_exits_0() -> None:
    done = audited(SCRIPTS / "right_entitled.py")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_broken_law_exits_1_with_node_witness_and_line() -> None:
    done = audited(SCRIPTS / "broken_link_constant.py")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("LINK refuted at _local_scalar_dense\n")
    assert "  witness: u0 = 3\n" in done.stdout
    assert 'broken_link_constant.py", line 20, in <module>' in done.stdout


def test_json_stands_alone_on_standard_output_and_fits_its_schema() -> None:
    done = audited("--format", "json", SCRIPTS / "broken_atom.py")
    assert done.returncode == 1
    answer = json.loads(done.stdout)
    jsonschema.validate(answer, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert {finding["law"] for finding in answer["findings"]} == {"ATOM", "PATH"}
    assert done.stderr == "refused: list index out of range\n"


def test_a_script_of_which_something_is_open_exits_3() -> None:
    done = audited(ROOT / "specs" / "findings" / "derived_value_refused.py")
    assert done.returncode == 3
    assert "EXACT undecided" in done.stdout


SEEN = """\
import os, pickle, sys, threading

class Here:
    pass

print(sys.argv[1:], __name__, __file__ == os.path.abspath(__file__), sys.path[0] == os.path.dirname(__file__))
print(type(pickle.loads(pickle.dumps(Here()))).__name__, sys.modules["__main__"].Here is Here, "torch" in sys.modules)
threading.Thread(target=lambda: print("thread")).start()
"""


def test_a_script_sees_what_it_would_see_alone(tmp_path: Path) -> None:
    path = script(tmp_path, SEEN)
    done = audited(path, "--format", "json", "x")
    assert (done.returncode, done.stderr) == (0, "")
    alone = subprocess.run([sys.executable, path, "--format", "json", "x"], capture_output=True, text=True, check=False)
    assert done.stdout == alone.stdout == "['--format', 'json', 'x'] __main__ True True\nHere True False\nthread\n"


POOLS = """\
import concurrent.futures, threading, time

def slowly():
    time.sleep(0.3)
    print("work")

def later():
    time.sleep(0.1)
    print("thread")

pool = concurrent.futures.ThreadPoolExecutor(1)
pool.submit(slowly)
threading.Thread(target=later).start()
print("end")
"""


def test_pools_that_nobody_shuts_down_end_with_the_script(tmp_path: Path) -> None:
    path = script(tmp_path, POOLS)
    alone = subprocess.run([sys.executable, path], capture_output=True, text=True, check=False)
    done = audited(path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == alone.stdout == "end\nthread\nwork\n"


@pytest.mark.parametrize(
    ("text", "code", "error"),
    [
        ("raise SystemExit", 0, ""),
        ("import sys; sys.exit(5)", 4, "exited with 5"),
        ("import sys; sys.exit('no data')", 4, "no data\n"),
        ("1 / 0", 4, "ZeroDivisionError: division by zero"),
        ("import nowhere_to_be_found", 4, "ModuleNotFoundError"),
        ("1 +", 4, "SyntaxError"),
    ],
)
def test_a_script_that_fails_by_itself_exits_4(tmp_path: Path, text: str, code: int, error: str) -> None:
    done = audited(script(tmp_path, text))
    assert (done.returncode, done.stdout) == (code, "")
    assert error in done.stderr


def test_the_traceback_is_that_of_the_script_alone(tmp_path: Path) -> None:
    path = script(tmp_path, "def f():\n    return 1 / 0\n\nf()\n")
    done = audited(path)
    alone = subprocess.run([sys.executable, path], capture_output=True, text=True, check=False)
    assert done.stderr == f"{alone.stderr}{path} failed: ZeroDivisionError: division by zero\n"


def test_no_script_is_a_usage_error(tmp_path: Path) -> None:
    assert audited(tmp_path / "nowhere.py").returncode == 2


SUITE = """\
import runpy
import pytest

@pytest.mark.parametrize("name", ["right_entitled", "broken_link_constant", "broken_inj_two_names"])
def test_script(name):
    runpy.run_path(f"{SCRIPTS}/{name}.py")

def test_that_fails_by_itself():
    runpy.run_path(f"{SCRIPTS}/broken_path_constant.py")
    assert 1 == 2
"""


def test_pytest_audits_each_test(tmp_path: Path) -> None:
    (tmp_path / "test_suite.py").write_text(f"SCRIPTS = {str(SCRIPTS)!r}\n{SUITE}", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "refimpl.testing.pytest_plugin", "-p", "no:cacheprovider"]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [*command, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 1, done.stdout + done.stderr
        return done.stdout

    assert "1 failed, 3 passed" in run()
    text = run("--refimpl-audit")
    assert "3 failed, 1 passed" in text
    assert "LawBroken: LINK at _local_scalar_dense: refuted: u0 >= 5 is recorded" in text
    assert "assert 1 == 2" in text
    assert "PATH refuted at sym_size_int" in text
