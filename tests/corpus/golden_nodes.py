"""What PyTorch computed for each node (``golden``) against what refimpl computes, in value at many sizes."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from refimpl.export import load
from refimpl.laws import Report, check
from tests.corpus.infix import Number, infix_value
from tests.variants.archive_json import Json, JsonObject, as_list, as_object, as_text, read, top_graph

__all__ = ["DROPPED", "differences", "golden_path"]

SAMPLES = 12
TRIES = 2000
DROPPED = ", the recorded offset, which PyTorch's loader drops"
SYMBOL = re.compile(r"\b(?:s|u|zuf)\d+\b")


def golden_path(archive: Path, golden: Path) -> Path:
    """The recorded run of an archive."""
    return golden / f"{archive.parent.name}__{archive.name.removesuffix('.pt2')}.json"


def _rows(record: JsonObject) -> dict[str, JsonObject]:
    """The rows of the run under the Python dispatcher, which is the truth."""
    rows = {as_text(row["name"]): row for row in map(as_object, as_list(record["nodes"]))}
    pydisp = record.get("pydisp")
    if isinstance(pydisp, dict) and "nodes_differing" in pydisp:
        rows |= {as_text(row["name"]): row for row in map(as_object, as_list(pydisp["nodes_differing"]))}
    return rows


def _valuations(record: JsonObject, values: JsonObject, *, guarded: bool) -> list[dict[str, Number]]:
    """Sizes within the recorded ranges and asserts; with guards, backed sizes stay at their hints."""
    rng = random.Random(0)
    before = as_object(record["env_before"])
    hints, ranges = as_object(before["hint"]), as_object(before["range"])
    asserts = [as_text(text) for texts in as_object(before["asserts"]).values() for text in as_list(texts)]
    # Ranges of one archive lack a symbol that its values use, and a storage offset that PyTorch's loader drops may be
    # the only place of a symbol: names come from the values of both too.
    names = sorted({*ranges, *hints, *SYMBOL.findall(json.dumps([record["nodes"], values]))})
    result: list[dict[str, Number]] = []
    for sample in range(TRIES):
        sizes: dict[str, Number] = {}
        for name in names:
            if name in hints:
                sizes[name] = int(str(hints[name])) * (1 if guarded else 1 + sample % 3)
            elif name.startswith("zuf"):
                sizes[name] = rng.choice([0.0, 0.5, 1.0, 2.25, 100.0])
            else:
                sizes[name] = _drawn(rng, ranges.get(name))
        if all(_number(text, sizes) for text in asserts):
            result.append(sizes)
        if len(result) == SAMPLES:
            break
    assert result, "no sizes satisfy the recorded asserts"
    return result


def _drawn(rng: random.Random, bounds: Json) -> int:
    low, high = (str(bound) for bound in bounds) if isinstance(bounds, list) else ("0", "int_oo")
    least = int(low) if low.lstrip("-").isdigit() else 0
    return rng.randint(least, min(int(high), least + 12) if high.isdigit() else least + 12)


def _number(value: Json, sizes: Mapping[str, Number]) -> Number | None:
    if isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        try:
            return infix_value(value, sizes)
        except ZeroDivisionError:
            return None
    raise TypeError(f"no expression: {value!r}")


def _same(left: Json, right: Json, samples: list[dict[str, Number]]) -> bool:
    return left == right or all(_number(left, sizes) == _number(right, sizes) for sizes in samples)


def _tensor(ours: JsonObject, theirs: JsonObject, samples: list[dict[str, Number]]) -> Iterator[str]:
    if ours["dtype"] != theirs["dtype"]:
        yield f"dtype {ours['dtype']} against {theirs['dtype']}"
    if ours["device"] != theirs["dev"]:
        yield f"device {ours['device']} against {theirs['dev']}"
    for what, left, right in (("size", ours["size"], theirs["t"]), ("stride", ours["stride"], theirs["s"])):
        mine, golden = as_list(left), as_list(right)
        if len(mine) != len(golden) or not all(_same(a, b, samples) for a, b in zip(mine, golden, strict=True)):
            yield f"{what} {mine} against {golden}"
    if not _same(ours["storage_offset"], theirs["o"], samples):
        yield f"offset {ours['storage_offset']} against {theirs['o']}"


def _value(ours: Json, theirs: Json, samples: list[dict[str, Number]]) -> Iterator[str]:
    if isinstance(theirs, list):
        items = as_list(as_object(ours)["items"]) if isinstance(ours, dict) and "items" in ours else None
        if items is None or len(items) != len(theirs):
            yield f"{ours!r} against {theirs!r}"
        else:
            for mine, golden in zip(items, theirs, strict=True):
                yield from _value(mine, golden, samples)
        return
    mine = as_object(ours)
    if isinstance(theirs, dict) and "t" in theirs:
        if mine["kind"] != "tensor":
            yield f"{mine['kind']} against a tensor"
        else:
            yield from _tensor(mine, theirs, samples)
    elif theirs is None:
        if mine["kind"] != "none":
            yield f"{mine!r} against none"
    else:
        expected: Json = next(iter(theirs.values())) if isinstance(theirs, dict) else theirs
        if mine["kind"] in {"tensor", "none", "list", "tuple", "graph"} or not _same(mine["expr"], expected, samples):
            yield f"{mine!r} against {theirs!r}"


def _offsets(archive: Path) -> set[str]:
    """The nodes whose recorded tensor starts elsewhere than at the first element of its storage."""
    tensors = as_object(top_graph(read(archive))["tensor_values"])
    return {name for name, tensor in tensors.items() if as_object(tensor)["storage_offset"] != {"as_int": 0}}


def differences(archive: Path, golden: Path) -> Iterator[tuple[str, str]]:
    """(node, what differs) for each node that both have and that PyTorch could run.

    An offset that differs from 0 because PyTorch's loader drops recorded ones is a difference that says so.
    """
    record = as_object(json.loads(golden_path(archive, golden).read_text(encoding="utf-8")))
    program = load(archive)
    report: Json = json.loads(Report((check(program, values=True),)).to_json())
    values = as_object(as_object(as_list(as_object(report)["programs"])[0])["values"])
    samples = _valuations(record, values, guarded=bool(program.guards))
    offsets = _offsets(archive)
    for name, row in _rows(record).items():
        if row["op"] in {"output", "get_attr"} or name not in values or "not_run" in row:
            continue
        theirs = row.get("new", row.get("old"))
        if isinstance(theirs, dict) and "obj" in theirs:
            continue
        for difference in _value(values[name], theirs, samples):
            dropped = name in offsets and difference.startswith("offset") and difference.endswith(" against 0")
            yield name, difference + DROPPED * dropped
