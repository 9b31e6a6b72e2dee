"""An audit changes nothing, costs little, and leaves nothing behind; several may run at once, in several threads."""

from __future__ import annotations

import gc
import inspect
import re
import runpy
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Protocol

import pytest

from refimpl.torch import audit
from refimpl.torch._observer import HUB

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("default")]  # the warnings are PyTorch's own

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(__file__).parent / "scripts"
SHAPES = "torch.fx.experimental.symbolic_shapes"
CLASSES = (
    (SHAPES, "PropagateUnbackedSymInts"),
    ("torch.fx.passes.fake_tensor_prop", "FakeTensorProp"),
    ("torch.fx.passes.shape_prop", "ShapeProp"),
)


class _Program(Protocol):
    def run(self) -> Sequence[object]: ...


def program_of(count: int) -> _Program:
    """A recorded graph with that many data-dependent sizes."""
    make: Callable[[int], _Program] = runpy.run_path(str(SCRIPTS / "program.py"))["Program"]
    return make(count)


@pytest.fixture(scope="module", autouse=True)
def _everything_that_propagates() -> None:  # pyright: ignore[reportUnusedFunction] - pytest calls it
    for name in (*(module for module, _ in CLASSES), "torch._inductor.fx_utils"):
        import_module(name)


def holders(value: object) -> set[tuple[str, str]]:
    """Where modules hold the object."""
    return {
        (name, attribute)
        for name, module in list(sys.modules.items())
        if isinstance(module, ModuleType)  # pyright: ignore[reportUnnecessaryIsInstance]  # anything may stand there
        for attribute, held in list(vars(module).items())
        if held is value
    }


WATCHED = (
    *((module, name, "run_node") for module, name in CLASSES),
    ("torch.fx.interpreter", "Interpreter", "run_node"),
    ("torch.fx.interpreter", "Interpreter", "run"),
)


def methods() -> list[object]:
    return [vars(getattr(sys.modules[module], name))[attribute] for module, name, attribute in WATCHED]


def rebind_unbacked() -> object:
    return vars(sys.modules[SHAPES])["rebind_unbacked"]


def code_of(function: object) -> CodeType:
    assert isinstance(function, FunctionType)
    return function.__code__


def test_everything_is_as_it_was_and_nothing_of_the_audit_is_left() -> None:
    watched = [rebind_unbacked(), *methods()]
    places = [holders(function) for function in watched]
    codes = [code_of(function) for function in watched]
    assert (SHAPES, "rebind_unbacked") in places[0]
    assert ("torch._inductor.fx_utils", "rebind_unbacked") in places[0]
    during: list[list[CodeType]] = []
    for _ in range(2):
        watch = audit()
        with watch:
            assert [rebind_unbacked(), *methods()] == watched
            assert [holders(function) for function in watched] == places
            during.append([code_of(function) for function in watched])
            assert not set(during[-1]) & set(codes)
        seen = weakref.ref(watch.seen)
        del watch
        assert [rebind_unbacked(), *methods()] == watched
        assert [code_of(function) for function in watched] == codes
        assert [holders(function) for function in watched] == places
        gc.collect()
        assert seen() is None
    # What is kept for the next audit is one code of each function.
    assert all(now is was for now, was in zip(*during, strict=True))


def test_a_function_says_the_same_of_itself_while_it_is_watched() -> None:
    shapes = sys.modules[SHAPES]
    for function in (shapes.rebind_unbacked, shapes.compute_unbacked_bindings):
        alone = (inspect.signature(function), inspect.getsourcefile(function), function.__doc__, repr(function))
        with audit():
            watched = (inspect.signature(function), inspect.getsourcefile(function), function.__doc__, repr(function))
        assert watched == alone


def test_a_function_with_other_parameters_is_replaced_wherever_it_is_held(tmp_path: Path) -> None:
    (tmp_path / "taken_during_an_audit.py").write_text(f"from {SHAPES} import rebind_unbacked as mine\n")
    sys.path.insert(0, str(tmp_path))
    program, original, shapes = program_of(2), rebind_unbacked(), vars(sys.modules[SHAPES])

    def never(*_: object) -> None:
        """Rebinds nothing."""

    places = holders(original)
    shapes["rebind_unbacked"] = never
    try:
        with audit() as findings:
            program.run()
            taken = import_module("taken_during_an_audit")
            assert taken.mine is rebind_unbacked() is not never
        assert taken.mine is rebind_unbacked() is never
        assert {finding.law for finding in findings} == {"EXACT"}
    finally:
        shapes["rebind_unbacked"] = original
        sys.path.remove(str(tmp_path))
        sys.modules.pop("taken_during_an_audit", None)
    assert holders(original) == places


def test_a_function_that_is_put_in_the_place_of_another_is_watched_too(monkeypatch: pytest.MonkeyPatch) -> None:
    program, original = program_of(2), rebind_unbacked()

    def never(*_: object) -> None:
        """Rebinds nothing."""

    with audit() as findings:
        monkeypatch.setattr(f"{SHAPES}.rebind_unbacked", never)
        program.run()
        monkeypatch.undo()
    assert rebind_unbacked() is original
    assert {finding.law for finding in findings} == {"EXACT"}


def test_a_code_that_the_program_gives_a_function_is_watched_and_stays() -> None:
    program, function = program_of(2), rebind_unbacked()
    code = code_of(function)

    def never(shape_env: object, n: object, result: object) -> None:
        """Rebinds nothing."""

    try:
        with audit() as findings:
            setattr(function, "__code__", never.__code__)  # noqa: B010 - as a program assigns it
            program.run()
        assert code_of(function) is never.__code__
        assert {finding.law for finding in findings} == {"EXACT"}
    finally:
        setattr(function, "__code__", code)  # noqa: B010 - see above


def test_what_the_program_puts_in_the_place_of_a_method_is_watched_and_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    program, shapes = program_of(2), sys.modules[SHAPES]
    interpreter = import_module("torch.fx.interpreter")

    def never(self: object, n: object) -> object:
        """Rebinds nothing."""
        return interpreter.Interpreter.run_node(self, n)

    monkeypatch.setattr(shapes.PropagateUnbackedSymInts, "run_node", methods()[0])
    with audit() as findings:
        shapes.PropagateUnbackedSymInts.run_node = never
        program.run()
    assert vars(shapes.PropagateUnbackedSymInts)["run_node"] is never
    assert {finding.law for finding in findings} == {"DOM", "FRESH"}


def test_a_function_that_is_put_there_is_watched_when_it_is_called_by_hand() -> None:
    program, shapes, original = program_of(2), sys.modules[SHAPES], rebind_unbacked()

    def mine(*_: object) -> None:
        """Rebinds nothing."""

    try:
        with audit() as findings:
            assert repr(shapes).startswith(f"<module '{SHAPES}' from ")
            setattr(shapes, "rebind_unbacked", mine)  # noqa: B010 - as a program assigns it
            assert rebind_unbacked() is not mine
            program.run()
        assert {finding.law for finding in findings} == {"EXACT"}
        assert (rebind_unbacked(), type(shapes)) == (mine, ModuleType)
    finally:
        vars(shapes)["rebind_unbacked"] = original


def test_a_wrapper_that_the_program_kept_is_dead_after_the_audit() -> None:
    program, original = program_of(1), rebind_unbacked()
    with audit():
        kept = rebind_unbacked()
    vars(sys.modules[SHAPES])["rebind_unbacked"] = kept
    watch = audit()
    try:
        with watch:
            program.run()
    finally:
        vars(sys.modules[SHAPES])["rebind_unbacked"] = original
    assert len(watch.seen.steps) == 1


class _Env(Protocol):
    """The part of an environment that the planted fault writes to."""

    unbacked_renamings: dict[object, object]
    replacements: dict[object, object]


@pytest.mark.parametrize(
    ("earlier", "law", "outcome"),
    [(10, "SORT", "refuted"), (100, "SORT", "refuted"), (300, "EXACT", "undecided")],
)
def test_what_happens_to_names_of_earlier_runs_is_seen(
    earlier: int, law: str, outcome: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A float of an earlier run becomes an integer. Where there are many names it is not known which step did it."""
    program, right = runpy.run_path(str(SCRIPTS / "program.py"))["Program"](1, "item"), rebind_unbacked()
    assert isinstance(right, FunctionType)

    def wrong(shape_env: _Env, n: object, result: object) -> None:
        right(shape_env, n, result)
        shape_env.replacements[list(shape_env.unbacked_renamings)[5]] = import_module("sympy").Integer(3)

    for _ in range(earlier):
        program.run()
    with audit() as findings:
        program.run()
        program.run()
    assert not findings
    monkeypatch.setattr(f"{SHAPES}.rebind_unbacked", wrong)
    with audit() as findings:
        program.run()
    assert {(finding.law, finding.outcome) for finding in findings} == {(law, outcome)}


LATER = f"""
import sys
from refimpl.torch import audit
finders = list(sys.meta_path)
with audit() as findings:
    assert "torch" not in sys.modules
    exec(open({str(SCRIPTS / "broken_link_constant.py")!r}).read())
assert [finding.law for finding in findings] == ["LINK"], list(findings)
shapes = sys.modules[{SHAPES!r}]
assert shapes.rebind_unbacked.__code__.co_firstlineno and shapes.rebind_unbacked.__closure__ is None
assert sys.meta_path == finders and type(shapes.__spec__.loader).__name__ == "SourceFileLoader"
"""


def test_pytorch_may_be_imported_within_the_audit() -> None:
    subprocess.run([sys.executable, "-c", LATER], check=True, cwd=ROOT)


@pytest.mark.slow
def test_pytorch_says_and_does_the_same() -> None:
    """Results, exceptions and their texts, every field of the environments, guards and their lines, caches."""
    script = SCRIPTS / "neutral.py"
    alone = subprocess.run([sys.executable, script], cwd=ROOT, capture_output=True, text=True, check=True)
    command = [sys.executable, "-m", "refimpl.cli", "audit", "--output", "/dev/null", str(script)]
    watched = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert watched.returncode == 1  # the script makes PyTorch refuse a step half way
    assert len(alone.stdout.splitlines()) > 100
    assert _without_addresses(watched.stdout) == _without_addresses(alone.stdout)


def _without_addresses(text: str) -> str:
    return re.sub(r"0x[0-9a-f]+", "0x", text)


def test_audits_nest_and_overlap() -> None:
    program = program_of(1)
    first, second, third = audit(), audit(), audit()
    with first as outer:
        with second as inner:
            program.run()
        program.run()
        third.__enter__()
        program.run()
    program.run()
    third.__exit__(None, None, None)
    program.run()
    assert (list(outer), list(inner)) == ([], [])
    assert [len(each.seen.steps) for each in (first, second, third)] == [3, 1, 2]


def test_threads_are_watched_each_on_its_own() -> None:
    programs = [program_of(3) for _ in range(4)]
    before = rebind_unbacked()
    watch = audit()
    with watch as findings:
        threads = [threading.Thread(target=program.run) for program in programs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert rebind_unbacked() is before
    assert list(findings) == []
    assert [len(run.steps) for run in watch.seen.runs] == [3] * 4


def test_findings_may_be_read_while_the_audit_runs() -> None:
    with audit() as findings:
        runpy.run_path(str(SCRIPTS / "broken_link_constant.py"))
        assert [finding.law for finding in findings] == ["LINK"]
        runpy.run_path(str(SCRIPTS / "broken_path_constant.py"))
        assert [finding.law for finding in findings] == ["LINK", "PATH"]
    assert (len(findings), findings[1].law, bool(findings)) == (2, "PATH", True)


def test_a_fault_of_the_observer_disturbs_nobody_and_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    program = program_of(1)

    def fails(*_: object) -> object:
        raise ValueError("planted")

    monkeypatch.setattr("refimpl.torch._observer.raw_places", fails)
    with audit() as findings:
        assert len(program.run()) == 1
    (trouble, *_) = findings
    assert (trouble.outcome, "planted" in trouble.message) == ("undecided", True)


def test_a_frame_of_what_is_watched_tells_its_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """A debugger asks for them; the closure of a method is among them."""
    program = program_of(1)
    interpreter = import_module("torch.fx.interpreter").Interpreter
    told: list[dict[str, object]] = []

    def fails(*_: object) -> object:
        frame = inspect.currentframe()
        while frame is not None:
            told.append(dict(frame.f_locals))
            frame = frame.f_back
        raise ValueError("mine")

    monkeypatch.setattr(interpreter, "placeholder", fails)
    with audit(), pytest.raises(ValueError, match="mine"):
        program.run()
    classes = [each["__class__"] for each in told if "__class__" in each and "gate" in each]
    assert getattr(sys.modules[SHAPES], "PropagateUnbackedSymInts") in classes  # noqa: B009 - PyTorch has no types here


def test_the_exception_of_the_program_is_passed_on() -> None:
    with pytest.raises(KeyError, match="mine"), audit():
        raise KeyError("mine")
    assert HUB.is_idle
