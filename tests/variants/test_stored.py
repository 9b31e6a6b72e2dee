"""A parameter, buffer or constant that is recorded otherwise than it is stored is refuted there, by VALUE."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from refimpl.export import ArchiveError, load
from refimpl.laws import check
from tests.variants.archive_json import Json, JsonObject, as_list, as_object, read, top_graph, write

ARCHIVES = Path(__file__).parents[1] / "corpus" / "archives"
BUFFER = ARCHIVES / "datadep" / "buffer_item.pt2"
WEIGHTS = ARCHIVES / "models" / "plain_dlrm.pt2"
CONSTANT = ARCHIVES / "real" / "lifted.pt2"


def _stored_with(original: Path, target: Path, **changes: Json) -> Path:
    """A copy whose first stored tensor has another form."""
    with zipfile.ZipFile(original) as source, zipfile.ZipFile(target, "w") as copy:
        for member in source.namelist():
            data = source.read(member)
            if member.endswith("_config.json") and (tree := as_object(json.loads(data)))["config"]:
                first = as_object(next(iter(as_object(tree["config"]).values())))
                as_object(first["tensor_meta"]).update(changes)
                data = json.dumps(tree).encode()
            copy.writestr(member, data)
    return target


def _ints(*numbers: int) -> list[Json]:
    return [{"as_int": number} for number in numbers]


@pytest.mark.parametrize(
    ("original", "changes", "node", "message"),
    [
        (BUFFER, {"dtype": 7}, "b_n", "dtype is recorded as torch.int64, but the archive stores torch.float32"),
        (BUFFER, {"sizes": _ints(1), "strides": _ints(1)}, "b_n", "number of dimensions is recorded as 0, but"),
        (BUFFER, {"storage_offset": {"as_int": 1}}, "b_n", "storage offset is recorded as 0, but the archive stores 1"),
        (BUFFER, {"device": {"type": "cuda", "index": 0}}, "b_n", "device is recorded as cpu, but the archive stores"),
        (WEIGHTS, {"sizes": _ints(2, 2)}, "p_e_weight", "size[0] is recorded as "),
        (WEIGHTS, {"strides": _ints(1, 90)}, "p_e_weight", "stride[0] is recorded as "),
        (CONSTANT, {"dtype": 4}, "c_lifted_tensor_0", "dtype is recorded as torch.int64, but the archive stores"),
    ],
)
def test_another_form_is_refuted_at_the_input(
    original: Path, changes: JsonObject, node: str, message: str, tmp_path: Path
) -> None:
    report = check(load(_stored_with(original, tmp_path / "stored.pt2", **changes)))
    assert (report.verdict, report.relation) == ("broken", "equivalent")
    assert {(row.law, row.node) for row in report.refuted} == {("VALUE", node)}
    assert report.refuted[0].message is not None
    assert report.refuted[0].message.startswith(message)
    assert report.refuted[0].witness is not None


def test_what_is_recorded_wrong_is_refuted_at_the_input_too(tmp_path: Path) -> None:
    model = read(WEIGHTS)
    sizes = as_list(as_object(as_object(top_graph(model)["tensor_values"])["p_e_weight"])["sizes"])
    sizes[0] = {"as_int": 999}
    report = check(load(write(model, WEIGHTS, tmp_path / "recorded.pt2")))
    assert {(row.law, row.node) for row in report.refuted} == {("VALUE", "p_e_weight")}


@pytest.mark.parametrize(
    ("original", "changes"),
    [
        (BUFFER, {}),
        (BUFFER, {"requires_grad": True}),
        (BUFFER, {"use_of_a_newer_version": 3}),
        (CONSTANT, {}),
    ],
)
def test_the_same_form_is_right(original: Path, changes: JsonObject, tmp_path: Path) -> None:
    assert check(load(_stored_with(original, tmp_path / "same.pt2", **changes))).verdict == "equivalent"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"dtype": 0}, ".dtype: the element type 0 is unknown"),
        ({"layout": 0}, ".layout: the layout 0 is unknown"),
        ({"sizes": _ints(-1), "strides": _ints(1)}, ".sizes: -1 is negative"),
        ({"sizes": _ints(2)}, ".strides: 0 strides are recorded for 1 sizes"),
        (
            {"storage_offset": {"as_expr": {"expr_str": "Symbol('u9')", "hint": None}}},
            ": the form of a stored tensor is numbers, not expressions",
        ),
    ],
)
def test_a_form_that_is_none_is_refused(changes: JsonObject, message: str, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError) as caught:
        load(_stored_with(BUFFER, tmp_path / "none.pt2", **changes))
    where = f"{caught.value.field}: {caught.value.message}"
    assert where == f"data/weights/model_weights_config.json: config['n'].tensor_meta{message}"


@pytest.mark.parametrize("kind", ["parameter", "tensor_constant"])
def test_what_is_stored_nowhere_is_refused(kind: str, tmp_path: Path) -> None:
    """PyTorch's verifier refuses it too."""
    original = {"parameter": WEIGHTS, "tensor_constant": CONSTANT}[kind]
    model = read(original)
    spec = as_object(as_list(as_object(as_object(model["graph_module"])["signature"])["input_specs"])[0])
    as_object(spec[kind])[f"{kind}_name"] = "no.where"
    with pytest.raises(ArchiveError) as caught:
        load(write(model, original, tmp_path / "elsewhere.pt2"))
    assert caught.value.field == "models/model.json: graph_module.signature.input_specs[0]"
    assert caught.value.message == f"the {kind.replace('_', ' ')} 'no.where' is not stored in the archive"
