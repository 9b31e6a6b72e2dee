"""``refimpl propagate``: the blind run alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

import click

from refimpl.aten import ShapesError
from refimpl.cli.own_bug import own_bug
from refimpl.cli.paths import on_one_line, shown
from refimpl.export import ArchiveError, load
from refimpl.laws import Json, propagation_report, worst_exit_code

__all__ = ["run_propagate"]

SCHEMA: Final = "refimpl.propagation/1"
UNKNOWN: Final = 3


def run_propagate(
    paths: Sequence[Path],
    *,
    profile: Literal["exact", "torch-2.13"],
    style: Literal["text", "json"],
    output: Path | None,
) -> int:
    """Propagate all archives, print what each node gives; what cannot be read is said on standard error."""
    programs: list[Mapping[str, Json]] = []
    codes: list[int] = []
    for path in paths:
        try:
            programs.append(propagation_report(load(path, blinded=True), profile=profile, path=shown(path)))
            codes.append(UNKNOWN if programs[-1]["failures"] else 0)
        except ArchiveError as error:
            click.echo(f"error: {on_one_line(str(error))}", err=True)
            codes.append(2)
        except ShapesError as error:
            click.echo(f"error: {on_one_line(path)}: {error}", err=True)
            codes.append(2)
        except Exception as error:
            # The border of the program: our own bug becomes exit code 4 with its place.
            click.echo(f"error: {on_one_line(path)}: {own_bug(error)}", err=True)
            codes.append(4)
    if style == "json":
        text = json.dumps({"schema": SCHEMA, "programs": programs}, indent=1, ensure_ascii=False) + "\n"
    else:
        text = "".join(_text(program) for program in programs)
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
    return worst_exit_code(codes)


def _text(program: Mapping[str, Json]) -> str:
    lines = [str(program["path"])]
    values = program["values"]
    assert isinstance(values, Mapping)
    width = min(max((len(name) for name in values), default=0), 40)
    lines += [f"  {name:<{width}}  {_value(value)}" for name, value in values.items()]
    for title in ("facts", "requirements", "specializations", "bindings", "failures"):
        rows = program[title]
        assert isinstance(rows, list)
        if rows:
            lines.append(f"  {title}:")
            lines += [f"    {_row(row)}" for row in rows]
    return "\n".join(lines) + "\n"


def _value(value: Json) -> str:
    assert isinstance(value, Mapping)
    match value["kind"]:
        case "tensor":
            size, stride = _list(value["size"]), _list(value["stride"])
            offset = "" if value["storage_offset"] == 0 else f" offset {value['storage_offset']}"
            return f"{value['dtype']}[{size}] strides [{stride}]{offset}"
        case "list" | "tuple":
            items = value["items"]
            assert isinstance(items, list)
            return "(" + ", ".join(_value(item) for item in items) + ")"
        case "none" | "graph":
            return str(value["kind"])
        case _:
            return str(value["expr"])


def _list(values: Json) -> str:
    assert isinstance(values, list)
    return ", ".join(str(value) for value in values)


def _row(row: Json) -> str:
    assert isinstance(row, Mapping)
    if "symbol" in row:
        fresh = "" if row["fresh"] is None else f" (fresh {row['fresh']})"
        return f"{row['node']}: {row['symbol']} = {row['term']} at {row['path'] or 'the value itself'}{fresh}"
    if "message" in row:
        return f"{row['node']}: {row['message']}"
    return f"{row['node']}: {row['guard'] if 'guard' in row else row['expr']}"
