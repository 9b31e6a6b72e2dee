"""Record what PyTorch's fake tensors give for the ``out=`` variants of recorded calls.

``python tests/differential/record_out.py`` (with the test extra; torch 2.13.0 here or in the Python that the
environment variable ``REFIMPL_TORCH_PYTHON`` names) writes ``tests/aten/data/out_forms.jsonl``: of each variant that is
modelled, a call of its functional form with tensors of the result's sizes to write into, and one with empty tensors;
and the same with images or volumes whose channels are innermost in memory.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from refimpl.aten._out import functional_of_out, outs_of
from refimpl.aten._overload import overload
from refimpl.aten._schemas import out_names, schema_of
from tests.aten.calls import DATA, Json, field, read_calls
from tests.aten.eager import Eager, Outcome


def _first_calls() -> dict[str, dict[str, Json]]:
    """The first recorded call of each operator that runs and asks for no contents."""
    found: dict[str, dict[str, Json]] = {}
    for file in ("calls.jsonl", "layouts.jsonl", "eager.jsonl"):
        for call in read_calls(file):
            if "error" not in call and '"v"' not in str(call):
                found.setdefault(field(call, "op"), call)
    return found


def _channels_last(value: Json) -> Json:
    """The arguments with each tensor of three or more dimensions laid out so."""
    if isinstance(value, list):
        return [_channels_last(item) for item in value]
    if not isinstance(value, dict) or not isinstance(fields := value.get("t"), list):
        return value
    sizes = [int(str(size)) for size in fields[0]] if isinstance(fields[0], list) else []
    if len(sizes) < 3 or fields[2] != 0:
        return value
    strides, running = [0] * len(sizes), 1
    for dim in (1, *range(len(sizes) - 1, 1, -1), 0):
        strides[dim] = running
        running *= max(sizes[dim], 1)
    return {"t": [list[Json](sizes), list[Json](strides), *fields[2:]]}


def _is_image(value: Json) -> bool:
    """Whether a tensor of images or volumes of more than one channel and pixel is among the arguments."""
    if isinstance(value, list):
        return any(map(_is_image, value))
    if not isinstance(value, dict) or not isinstance(fields := value.get("t"), list) or not isinstance(fields[0], list):
        return False
    sizes = [int(str(size)) for size in fields[0]]
    return len(sizes) in (4, 5) and 0 not in sizes and sizes[1] > 1 and max(sizes[2:]) > 1


def _images() -> dict[str, dict[str, Json]]:
    """Of each operator the first recorded call that takes images, with the channels innermost."""
    found: dict[str, dict[str, Json]] = {}
    for file in ("calls.jsonl", "layouts.jsonl", "eager.jsonl", "drawn.jsonl"):
        for call in read_calls(file):
            if "error" not in call and '"v"' not in str(call) and _is_image(call["args"]):
                found.setdefault(field(call, "op"), call | {"args": _channels_last(call["args"])})
    return found


def _tensors(result: Json) -> list[list[Json]]:
    """The fields of the tensors of a result; nothing if something else is among them."""
    items = result if isinstance(result, list) else [result]
    fields = [item["t"] for item in items if isinstance(item, dict) and isinstance(item.get("t"), list)]
    return [item for item in fields if isinstance(item, list)] if len(fields) == len(items) else []


def _recorded(torch: Eager, name: str, call: dict[str, Json]) -> Iterator[dict[str, Json]]:
    """The calls of one variant that fake tensors accept."""
    schema = schema_of(name)
    assert schema is not None
    names = [argument.name for argument in schema.arguments[-outs_of(schema) :]]
    results = _tensors(torch.fake(call).get("out"))
    if len(results) != len(names):
        return
    fitting: list[Json] = [{"t": result} for result in results]
    empty: list[Json] = [{"t": [list[Json]([0]), list[Json]([1]), 0, result[3]]} for result in results]
    for outs in (fitting, empty):
        given = call["kwargs"]
        assert isinstance(given, dict)
        kwargs = {key: value for key, value in given.items() if any(key == a.name for a in schema.arguments)}
        asked: dict[str, Json] = {
            "op": name,
            "args": call["args"],
            "kwargs": kwargs | dict(zip(names, outs, strict=True)),
        }
        outcome: Outcome = torch.fake(asked)
        if "out" in outcome:
            yield asked | outcome


def main() -> None:
    """Run the recorder."""
    calls, images = _first_calls(), _images()
    lines: list[str] = []
    with Eager() as torch:
        for name in out_names():
            schema = schema_of(name)
            functional = None if schema is None else functional_of_out(schema)
            if functional is not None and overload(name).is_modelled:
                for call in filter(None, (calls.get(functional), images.get(functional))):
                    lines += [json.dumps(made, sort_keys=True) for made in _recorded(torch, name, call)]
    (DATA / "out_forms.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main()
