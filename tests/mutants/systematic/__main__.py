"""Tries the changes: ``python -m tests.mutants.systematic --every 5``; the results are appended and resumed from.

One process imports everything once and forks for each change. Which check runs which line is measured first; a
change is tried against the checks that run its lines, those first that noticed most in the least time. ``--budget``
is the processor's time for each change: what survives it is *open* until ``--again`` asks every check.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from types import CodeType
from typing import Final

from tests.mutants.systematic import PACKAGES
from tests.mutants.systematic.arguments import PAGE, read_arguments, table, with_table
from tests.mutants.systematic.changes import ROOT, Change, changes, modules
from tests.mutants.systematic.checking import all_checks, run_one, seconds, traced
from tests.mutants.systematic.forked import Found, first_failure, in_child
from tests.mutants.systematic.lines import moved
from tests.mutants.systematic.planting import Functions, differing, plant_in_import
from tests.mutants.systematic.record import Result, read_record, write_record

__all__ = ["main"]


_TRACED: Final = 4.0
"""The processor's seconds for tracing the lines of one check."""


class _Run:
    """``coverage`` has the usual time and the lines of each check; ``results`` the last result of each change."""

    def __init__(self, work: Path, budget: float, only: str = "") -> None:
        self.work = work
        self.budget = budget
        self.only = only
        self.coverage = _read_coverage(work)
        self.results = _read_results(work)
        self.noticed: Counter[tuple[str, str]] = Counter()
        for name, result in self.results.items():
            self._learn(name, str(result["by"]))

    def _learn(self, name: str, by: str) -> None:
        module, qualname, *_ = name.split(":")
        self.noticed[module, by] += 1
        self.noticed[f"{module}:{qualname}", by] += 5

    def candidates(self, change: Change, *, at_import: bool) -> list[tuple[str, float]]:
        """The checks that run a line of the change, the most promising first."""
        first, last = change.lines
        module, qualname, *_ = change.id.split(":")
        found: list[tuple[float, str, float]] = []
        for check, (usual, lines) in self.coverage.items():
            if not re.search(self.only, check):
                continue
            ran = lines.get(change.module, [])
            if ran if at_import else any(first <= line <= last for line in ran):
                weight = 0.5 + self.noticed[module, check] + self.noticed[f"{module}:{qualname}", check]
                found.append((-weight / (usual + 0.03), check, usual))
        return [(check, usual) for _, check, usual in sorted(found)]

    def keep(self, change: Change, found: Found | None, of: int) -> None:
        """Record what became of a change; that some of the checks pass says nothing new."""
        if self.only and found is not None and found.how is None:
            return
        if found is None:
            outcome, by, how, ran = "equal", None, None, 0
        else:
            by, how, ran = found.by, found.how, found.ran
            outcome = "killed" if how else "unreached" if not of else "survived" if found.complete else "open"
            if by:
                self._learn(change.id, by)
        result = {"id": change.id, "outcome": outcome, "by": by, "how": how, "ran": ran, "of": of}
        self.results[change.id] = dict(result)
        with (self.work / "results.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(result) + "\n")


def _sources() -> dict[str, str]:
    return {module: (ROOT / (module.replace(".", "/") + ".py")).read_text(encoding="utf-8") for module in modules()}


def _keep_sources(work: Path) -> str:
    """Keep the text of all modules, by whose lines something is measured; the name of this version."""
    text = json.dumps(_sources())
    version = sha256(text.encode()).hexdigest()[:12]
    (work / f"sources-{version}.json").write_text(text, encoding="utf-8")
    return version


def _present_checks(work: Path) -> frozenset[str]:
    """The checks that there were when the last run began: one that is gone notices nothing."""
    path = work / "checks.json"
    return frozenset(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else frozenset()


def _read_coverage(work: Path) -> dict[str, tuple[float, dict[str, list[int]]]]:
    """The last measurement of each check, in lines of the present text."""
    path, present, known = work / "coverage.jsonl", _sources(), _present_checks(work)
    maps: dict[str, dict[str, dict[int, list[int]]]] = {}
    found: dict[str, tuple[float, dict[str, list[int]]]] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        check, usual, lines, version = json.loads(line)
        if check not in known:
            continue
        if version not in maps:
            kept = json.loads((work / f"sources-{version}.json").read_text(encoding="utf-8"))
            maps[version] = {
                module: moved(kept[module].splitlines(), text.splitlines())
                for module, text in present.items()
                if kept.get(module, text) != text
            }
        now: dict[str, list[int]] = {}
        for module, numbers in lines.items():
            shift = maps[version].get(module)
            now[module] = numbers if shift is None else sorted({n for old in numbers for n in shift.get(old, ())})
        found[check] = (usual, now)
    return found


def _read_results(work: Path) -> dict[str, dict[str, object]]:
    path = work / "results.jsonl"
    if not path.exists():
        return {}
    known = _present_checks(work)
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {row["id"]: row for row in rows if row["by"] is None or row["by"] in known}


def _measure(run: _Run) -> None:
    """The time and the lines of each check that has none yet."""
    from tests.mutants.mutant import forget_results

    version = _keep_sources(run.work)
    (run.work / "checks.json").write_text(json.dumps(all_checks()), encoding="utf-8")
    run.coverage = _read_coverage(run.work)
    for check in all_checks():
        if check in run.coverage:
            continue

        def body(write: object, check: str = check) -> None:
            assert callable(write)
            before = seconds()
            run_one(check)
            usual = seconds() - before
            forget_results()
            with traced(_TRACED) as lines:
                run_one(check)
            write(json.dumps([check, round(usual, 3), lines, version]))

        written, status = in_child(body)
        if status != 0:
            print(f"left out, as it does not pass without a change: {check}", flush=True)
            continue
        with (run.work / "coverage.jsonl").open("a", encoding="utf-8") as file:
            file.write(written[0] + "\n")
        print(f"measured {check}", flush=True)
    run.coverage = _read_coverage(run.work)
    run.results = _read_results(run.work)


def _warm(run: _Run, chosen: Iterable[Change]) -> None:
    """In a process that has imported everything: the changes of functions; the others are left for import."""
    from tests.mutants.mutant import forget_results

    all_checks()
    from tests.mutants import run_check

    for check in all_checks():
        run_check.check_at(check)
    gc.collect()
    functions = Functions()
    gc.freeze()
    _measure(run)
    originals: dict[str, CodeType] = {}
    waiting: list[Change] = []
    for change in chosen:
        if change.module not in originals:
            originals[change.module] = compile(Path(change.file).read_text(encoding="utf-8"), change.file, "exec")
        pairs = differing(originals[change.module], change.code())
        if pairs is None or not functions.knows(pairs):
            waiting.append(change)
            continue
        if not pairs:
            run.keep(change, None, 0)
            continue

        def prepare(pairs: list[tuple[CodeType, CodeType]] = pairs) -> None:
            functions.exchange(pairs)
            forget_results()

        checks = run.candidates(change, at_import=False)
        run.keep(change, first_failure(checks, run.budget, prepare), len(checks))
    (run.work / "waiting.json").write_text(json.dumps([change.id for change in waiting]), encoding="utf-8")


def _cold(run: _Run, chosen: Iterable[Change]) -> None:
    """The changes of what runs at import, each in a process that imports everything with it."""
    waiting = set(json.loads((run.work / "waiting.json").read_text(encoding="utf-8")))
    for change in chosen:
        if change.id in waiting:
            code = change.code()

            def prepare(module: str = change.module, code: CodeType = code) -> None:
                plant_in_import(module, code)
                all_checks()

            checks = run.candidates(change, at_import=True)
            run.keep(change, first_failure(checks, run.budget, prepare), len(checks))


def _write(rows: Iterable[Mapping[str, object]]) -> None:
    """Write the results on changes of the present code to the record, and the table to the page."""
    by_package = {package: {c.id for name in modules(package) for c in changes(name)} for package in PACKAGES}
    equal = {str(row["id"]) for row in rows if row["outcome"] == "equal"}
    present = {name for found in by_package.values() for name in found} - equal
    write_record(_recorded(row) for row in rows if row["id"] in present)
    counts = {package: len(found - equal) for package, found in by_package.items()}
    rows_of_table = table(read_record(), read_arguments(), counts)
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), rows_of_table), encoding="utf-8")


def _recorded(row: Mapping[str, object]) -> Result:
    by, how = row["by"], row["how"]
    return Result(str(row["id"]), None if by is None else str(by), None if how is None else str(how))


def main(*arguments: str) -> int:
    """Try the chosen changes that have no result yet."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants.systematic", description=__doc__)
    parser.add_argument("modules", nargs="*", help="whole module names; all by default")
    parser.add_argument("--work", type=Path, default=Path("build/mutants"), help="where results are kept")
    parser.add_argument("--every", type=int, default=1, help="every so many changes only")
    parser.add_argument("--offset", type=int, default=0, help="of these, which")
    parser.add_argument("--kinds", default="", help="only these kinds of changes, with commas: compare,constant,...")
    parser.add_argument("--budget", type=float, default=10.0, help="processor seconds for each change")
    parser.add_argument("--only", default="", help="ask only checks whose id matches; what they pass is not recorded")
    parser.add_argument("--again", action="store_true", help="try again what survived or is open")
    parser.add_argument("--list", action="store_true", help="list what was not noticed so far, and try nothing")
    parser.add_argument("--write", action="store_true", help="write the results to the record, and try nothing")
    given = parser.parse_args(arguments)
    given.work.mkdir(parents=True, exist_ok=True)
    run = _Run(given.work, given.budget, given.only)
    everything = [change for module in given.modules or modules() for change in changes(module)]
    if given.write:
        _write(run.results.values())
        return 0
    alive = {name for name, result in run.results.items() if result["outcome"] in ("survived", "open", "unreached")}
    done = set(run.results) - alive if given.again else set(run.results)
    if given.list:
        for change in everything:
            if change.id in alive:
                print(f"{change.id} line {change.lines[0]}, {run.results[change.id]['outcome']}: {change.shows}")
        return 0
    kinds = set(given.kinds.split(",")) - {""}
    chosen = [
        change
        for change in everything[given.offset :: given.every]
        if (change.id in alive if given.again else change.id not in done) and (not kinds or change.site.kind in kinds)
    ]
    print(f"{len(chosen)} of {len(everything)} changes", flush=True)
    for name in (
        "cvc5",
        "hypothesis.stateful",
        "hypothesis.strategies",
        "jsonschema",
        "msgspec",
        "pytest",
        "rich",
        "z3",
    ):
        __import__(name)
    child = os.fork()
    if child == 0:
        try:
            _warm(run, chosen)
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            raise
        finally:
            sys.stdout.flush()
            os._exit(0)
    os.waitpid(child, 0)
    run = _Run(given.work, given.budget, given.only)
    _cold(run, chosen)
    count = Counter(str(run.results[c.id]["outcome"]) for c in everything if c.id in run.results)
    print(dict(count))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
