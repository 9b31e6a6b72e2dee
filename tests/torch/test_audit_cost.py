"""What an audit costs: less than the propagation that it watches, whatever is propagated and however often."""

from __future__ import annotations

import gc
import runpy
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, Protocol

import pytest

from refimpl.torch import audit

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("default")]  # the warnings are PyTorch's own

_PROGRAM: Final = Path(__file__).parent / "scripts" / "program.py"
_TIMES: Final = 6
_EARLIER: Final = (10, 100, 300, 1000)
"""So many runs that to read what each of them left would cost several times what is watched."""
_ATTEMPTS: Final = 5
"""Another job on the machine makes one attempt wrong, not every one."""


class _Program(Protocol):
    def run(self) -> Sequence[object]: ...


@pytest.fixture(autouse=True)
def _no_garbage_is_collected() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction] - pytest calls it
    gc.disable()
    yield
    gc.enable()


def _programs(count: int, body: str, times: int) -> list[_Program]:
    make: Callable[[int, str], _Program] = runpy.run_path(str(_PROGRAM))["Program"]
    return [make(count, body) for _ in range(times)]


def _alone(programs: Sequence[_Program]) -> None:
    for program in programs:
        program.run()


def _each_watched(programs: Sequence[_Program]) -> None:
    for program in programs:
        with audit() as findings:
            program.run()
        assert not findings


def _all_watched(programs: Sequence[_Program]) -> None:
    with audit() as findings:
        for program in programs:
            program.run()
    assert not findings


def _seconds(run: Callable[[Sequence[_Program]], None], programs: Sequence[_Program]) -> float:
    start = time.process_time()
    run(programs)
    return time.process_time() - start


@pytest.mark.parametrize("same", [False, True], ids=["each another graph", "one graph again and again"])
@pytest.mark.parametrize("watched", [_each_watched, _all_watched], ids=["an audit of each", "one audit of all"])
@pytest.mark.parametrize("count", [1, 2, 3, 5])
@pytest.mark.parametrize("body", ["plain", "nonzero", "item"])
def test_a_repeated_program_costs_more_than_its_audit(
    body: str, count: int, watched: Callable[[Sequence[_Program]], None], same: bool
) -> None:
    def given() -> list[_Program]:
        return _programs(count, body, 1) * _TIMES if same else _programs(count, body, _TIMES)

    _alone(given())
    watched(given())
    _hold(watched, given)


def _hold(watched: Callable[[Sequence[_Program]], None], given: Callable[[], Sequence[_Program]]) -> None:
    """Watching costs less than running, on the same machine at the same time."""
    ratios: list[float] = []
    while len(ratios) < _ATTEMPTS and min(ratios, default=2.0) >= 2.0:
        alone = _seconds(_alone, given())
        ratios.append(_seconds(watched, given()) / alone)
    assert min(ratios) < 2.0


@pytest.mark.parametrize(
    ("body", "earlier", "watched"),
    [
        *(("item", earlier, watched) for earlier in _EARLIER for watched in (_each_watched, _all_watched)),
        ("item", 3000, _each_watched),
        ("nonzero", 300, _each_watched),
        ("nonzero", 300, _all_watched),
    ],
)
def test_what_was_run_before_costs_nothing(
    body: str, earlier: int, watched: Callable[[Sequence[_Program]], None]
) -> None:
    """An environment keeps the names of every run in it."""
    programs = _programs(1, body, 1) * earlier
    _alone(programs)
    watched(programs[:_TIMES])
    _hold(watched, lambda: programs[:1] * 4 * _TIMES)


def test_many_sizes_cost_more_than_their_audit() -> None:
    (program,) = _programs(60, "sizes", 1)
    program.run()
    alone = min(_seconds(_alone, [program]) for _ in range(3))
    assert min(_seconds(_all_watched, [program]) for _ in range(3)) < 2 * alone
