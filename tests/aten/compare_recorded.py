"""Evaluate every node of real archives from its recorded arguments and compare with its recorded result.

``python tests/aten/compare_recorded.py [--corpus DIR] [--family F] [--op NAME] [--verbose] [FILE...]`` prints, per
operator, how many calls agree, the first differences, and the operators that are not modelled.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from refimpl.aten._overload import UnmodelledOperatorError, overload
from refimpl.export import ArchiveError
from refimpl.terms import And, Cond, Eq, Ge, Ne, Not, Or
from tests.aten.agreement import Difference, differences
from tests.aten.recorded import Call, Recorded, read_recorded
from tests.aten.recorded_context import RecordedContext

ARCHIVES = Path(__file__).parents[1] / "corpus" / "archives"


@dataclass
class Tally:
    """What was found, by operator."""

    agree: Counter[str] = field(default_factory=Counter[str])
    wrong: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict[str, list[str]](list))
    unmodelled: Counter[str] = field(default_factory=Counter[str])


def checked(recorded: Recorded, call: Call, ctx: RecordedContext) -> list[Difference]:
    """The differences of one call. Raises UnmodelledOperatorError if it has no shape function."""
    result = overload(call.target).run(ctx, call.args, call.kwargs)
    return differences(ctx, result, call.result)


def context_of(recorded: Recorded) -> RecordedContext:
    """A context that knows the archive's ranges and hints."""
    ctx = RecordedContext(recorded.hints)
    for assumption in recorded.assumptions:
        ctx.learn(assumption)
    return ctx


def compare(path: Path, tally: Tally, only: str | None, verbose: bool) -> None:
    """Compare all calls of one archive."""
    recorded = read_recorded(str(path))
    ctx = context_of(recorded)
    levels = 0
    for call in recorded.calls:
        # Under vmap the record hides dimensions that count for the layout: a call by itself does not tell it.
        levels += call.target.endswith("._vmap_increment_nesting") - call.target.endswith("._vmap_decrement_nesting")
        if levels or not call.target.startswith("aten."):
            continue
        if only is None or only in call.target:
            _tally(path, recorded, call, ctx, tally, verbose)
        condition = asserted(call)
        if condition is not None:
            ctx.learn(condition)


def asserted(call: Call) -> Cond | None:
    """The condition that holds after the call, if it is an assert."""
    argument = call.args[0] if call.target == "aten._assert_scalar.default" else None
    return argument if isinstance(argument, (Ge, Eq, Ne, And, Or, Not)) else None


def _tally(path: Path, recorded: Recorded, call: Call, ctx: RecordedContext, tally: Tally, verbose: bool) -> None:
    fork = RecordedContext(ctx.hints)
    fork.bounds = ctx.bounds.fork()
    fork.conditions = list(ctx.conditions)
    where = f"{path.parent.name}/{path.stem} {call.name}"
    try:
        found = checked(recorded, call, fork)
    except UnmodelledOperatorError:
        tally.unmodelled[call.target] += 1
    except Exception as error:
        if verbose:
            traceback.print_exc()
        tally.wrong[call.target].append(f"{where}: {type(error).__name__}: {str(error)[:200]}")
    else:
        if found:
            tally.wrong[call.target].append(f"{where}: " + "; ".join(map(str, found[:4])))
        else:
            tally.agree[call.target] += 1


def archives(corpus: Path, family: str | None) -> Iterator[Path]:
    """The archives of a folder, sorted."""
    for path in sorted(corpus.rglob("*.pt2")):
        if family is None or path.parent.name == family:
            yield path


def main() -> None:
    """Run the comparison and print it; exit 1 if anything differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--corpus", type=Path, default=ARCHIVES)
    parser.add_argument("--family")
    parser.add_argument("--op")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--all", action="store_true", help="print every difference, not the first three an operator")
    options = parser.parse_args()
    paths: list[Path] = options.files or list(archives(options.corpus, options.family))
    for path in paths:
        if not path.is_file():
            parser.error(f"there is no archive {path}")
    if not paths:
        parser.error(f"there are no archives of the family {options.family} in {options.corpus}")
    tally = Tally()
    for path in paths:
        try:
            compare(path, tally, options.op, options.verbose)
        except ArchiveError as error:
            parser.error(f"{path} cannot be read: {error}")
    if options.op is not None and not (tally.agree or tally.wrong or tally.unmodelled):
        parser.error(f"no archive calls an operator whose name contains {options.op}")
    for name, lines in sorted(tally.wrong.items()):
        print(f"{name}: {tally.agree[name]} agree, {len(lines)} differ")
        for line in lines if options.all else lines[:3]:
            print(f"    {line}")
    print("not modelled:", ", ".join(f"{name} ({count})" for name, count in sorted(tally.unmodelled.items())) or "none")
    print(
        f"agree {sum(tally.agree.values())}, differ {sum(map(len, tally.wrong.values()))}, "
        f"not modelled {sum(tally.unmodelled.values())} calls of {len(tally.unmodelled)} operators"
    )
    sys.exit(1 if tally.wrong else 0)


if __name__ == "__main__":
    main()
