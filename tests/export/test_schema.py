"""The JSON records: what they accept, what they refuse, and where they say the fault is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from refimpl.export import ArchiveError, ErrorKind, Limits, read_archive
from refimpl.export.schema import SymInt, decode_payloads, decode_program, encode
from refimpl.export.writer import archive_members, zip_bytes
from tests.export.support import ARCHIVES, SMALL, Json, edited, members_of, refusal, with_members

MEMBER = "models/model.json"


def _program(path: Path = SMALL) -> bytes:
    return next(data for name, data in members_of(path).items() if name.endswith(MEMBER))


def _refused(raw: bytes, limits: Limits | None = None) -> ArchiveError:
    with pytest.raises(ArchiveError) as caught:
        decode_program(raw, MEMBER, limits or Limits())
    return caught.value


@pytest.mark.parametrize("path", ARCHIVES, ids=lambda path: path.stem)
def test_encoding_is_the_inverse_of_decoding(path: Path) -> None:
    for name, raw in members_of(path).items():
        if name.endswith(MEMBER):
            program = decode_program(raw, MEMBER, Limits())
            assert decode_program(encode(program), MEMBER, Limits()) == program
        elif name.endswith("_config.json"):
            payloads = decode_payloads(raw, name, Limits())
            assert decode_payloads(encode(payloads), name, Limits()) == payloads


def _without_nulls(value: Json) -> Json:
    match value:
        case dict():
            return {key: _without_nulls(item) for key, item in value.items() if item is not None}
        case list():
            return [_without_nulls(item) for item in value]
        case _:
            return value


@pytest.mark.parametrize("path", ARCHIVES, ids=lambda path: path.stem)
def test_nothing_of_the_json_is_lost(path: Path) -> None:
    """Every key and value that PyTorch wrote is in what we write (absent and null are the same to both)."""
    raw = _program(path)
    written: Json = json.loads(encode(decode_program(raw, MEMBER, Limits())))
    original: Json = json.loads(raw)
    assert _without_nulls(written) == _without_nulls(original)


@pytest.mark.parametrize("path", ARCHIVES[::5], ids=lambda path: path.stem)
def test_a_written_copy_reads_as_the_same_archive(path: Path, tmp_path: Path) -> None:
    original = read_archive(path)
    members = archive_members(original.program, weights=original.weights, constants=original.constants, stem="other")
    copy = tmp_path / "copy.pt2"
    copy.write_bytes(zip_bytes(members, compress=True))
    read = read_archive(copy)
    assert (read.program, read.weights, read.constants) == (original.program, original.weights, original.constants)


def test_another_minor_version_reads_and_its_new_fields_are_ignored(tmp_path: Path) -> None:
    def newer(program: dict[str, Json]) -> None:
        program["schema_version"] = {"major": 8, "minor": 999, "patch": 1}
        program["something_new"] = [1, {"a": None}]

    path = tmp_path / "newer.pt2"
    path.write_bytes(edited(SMALL, newer))
    assert read_archive(path).program.schema_version.minor == 999


@pytest.mark.parametrize("major", [0, 7, 9, 10**18])
def test_another_major_version_is_named_in_the_refusal(major: int) -> None:
    raw = _program().replace(b'"major": 8', b'"major": %d' % major)
    error = _refused(raw)
    assert error.kind is ErrorKind.VERSION
    assert error.field == "models/model.json: schema_version.major"
    assert f"{major}.20" in error.message
    assert "8.x" in error.message


def test_the_version_is_complained_about_before_anything_else() -> None:
    assert _refused(b'{"schema_version": {"major": 5, "minor": 1}, "graph_module": 7}').kind is ErrorKind.VERSION


@pytest.mark.parametrize(
    ("old", "new", "field", "words", "node"),
    [
        (b'"dtype": 5', b'"dtype": 77', "tensor_values['b_n'].dtype", "invalid enum value 77", None),
        (b'"dtype": 5', b'"dtype": "5"', "tensor_values['b_n'].dtype", "expected `int`, got `str`", None),
        (b'"target"', b'"targte"', "nodes[0]", "missing required field `target`", "sym_size_int_1"),
        (b'"as_int": 0', b'"as_integer": 0', "nodes[0].inputs[1].arg", "got `as_integer`", "sym_size_int_1"),
        (
            b'{"as_int": 0}',
            b'{"as_int": 0, "as_none": true}',
            "nodes[0].inputs[1].arg",
            "`as_int` and",
            "sym_size_int_1",
        ),
        (b'{"as_int": 0}', b"{}", "nodes[0].inputs[1].arg", "got none", "sym_size_int_1"),
        (b'{"as_int": 0}', b'{"as_int": null}', "nodes[0].inputs[1].arg", "exactly one known tag", "sym_size_int_1"),
        (b'"as_bool": false', b'"as_bool": 0', "nodes[4].inputs[2].arg.as_bool", "got `int`", "new_zeros"),
        (b'"kind": 1', b'"kind": 3', "nodes[0].inputs[0].kind", "invalid enum value 3", "sym_size_int_1"),
        (b'"as_int": 0', b'"as_int": 0.5', "nodes[0].inputs[1].arg.as_int", "got `float`", "sym_size_int_1"),
    ],
)
def test_a_fault_is_located(old: bytes, new: bytes, field: str, words: str, node: str | None) -> None:
    raw = _program()
    assert old in raw
    error = _refused(raw.replace(old, new, 1))
    assert error.kind is ErrorKind.SCHEMA
    assert error.field == f"models/model.json: graph_module.graph.{field}"
    assert words in error.message
    assert error.node == node


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]x", b"nonsense", b'{"schema_version": NaN}', b"\xff\xfe", b'{"a": "\xff"}', b"\xef\xbb\xbf{}"],
)
def test_malformed_json_is_refused(raw: bytes) -> None:
    assert _refused(raw).kind in (ErrorKind.JSON, ErrorKind.SCHEMA)


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"schema_version": {"major": 8, "minor": 1}, "unknown": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"schema_version": {"major": 8, "minor": 1}, "graph_module": {"graph": '
        + b'{"outputs": [{"as_string_to_argument": {"a": ' * 1
        + b'{"as_string_to_argument": {"a": ' * 100_000
        + b"}" * 200_003
        + b"}}",
    ],
    ids=["open arrays", "objects", "unknown field", "arguments"],
)
def test_deep_nesting_is_refused(raw: bytes) -> None:
    assert _refused(raw).kind in (ErrorKind.LIMIT, ErrorKind.SCHEMA, ErrorKind.JSON)


def test_too_many_objects_are_refused_before_decoding() -> None:
    error = _refused(_program(), Limits(json_objects=10))
    assert error.kind is ErrorKind.LIMIT
    assert "objects" in error.message


def test_huge_integers_are_refused() -> None:
    for digits in (5_000, 500_000):
        raw = _program().replace(b'{"as_int": 0}', b'{"as_int": ' + b"9" * digits + b"}", 1)
        assert _refused(raw).kind is ErrorKind.SCHEMA


def test_a_repeated_key_counts_once_as_in_pythons_json() -> None:
    raw = _program().replace(b'"torch_version": ', b'"torch_version": "0.1", "torch_version": ')
    assert decode_program(raw, MEMBER, Limits()) == decode_program(_program(), MEMBER, Limits())


def test_a_union_of_two_tags_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="exactly one"):
        SymInt()


@pytest.mark.parametrize(
    ("changes", "field", "kind"),
    [
        ({"archive_format": None}, "archive_format", ErrorKind.MISSING),
        ({"archive_format": b"pt3"}, "archive_format", ErrorKind.VERSION),
        ({"archive_version": b"1"}, "archive_version", ErrorKind.VERSION),
        ({"archive_version": None}, "archive_version", ErrorKind.MISSING),
        ({"archive_version": b"0" * 5000}, "archive_version", ErrorKind.LIMIT),
        ({"byteorder": b"big"}, "byteorder", ErrorKind.UNSUPPORTED),
        ({"byteorder": b"\xff\x00"}, "byteorder", ErrorKind.UNSUPPORTED),
        ({"models/model.json": None}, "models/model.json", ErrorKind.MISSING),
        ({"models/model.json": None, "models/a.json": b"", "models/b.json": b""}, "models/", ErrorKind.UNSUPPORTED),
        ({"data/weights/model_weights_config.json": None}, "weights_config.json", ErrorKind.MISSING),
        ({"data/weights/model_weights_config.json": b"{}"}, "weights_config.json", ErrorKind.SCHEMA),
        ({"data/constants/model_constants_config.json": b'{"config": 1}'}, "config", ErrorKind.SCHEMA),
    ],
)
def test_members_that_every_archive_has(
    changes: dict[str, bytes | None], field: str, kind: ErrorKind, tmp_path: Path
) -> None:
    error = refusal(with_members(SMALL, changes), tmp_path)
    assert error.kind is kind
    assert error.field.endswith(field)


@pytest.mark.parametrize(
    ("members", "seems"),
    [
        (("m/data.pkl", "m/version", "m/data/0"), " (it looks like a file of torch.save)"),
        (("m/data.pkl", "m/constants.pkl", "m/code/a.py"), " (it looks like a TorchScript archive of torch.jit.save)"),
        (("serialized_exported_program.json", "version"), " (it looks like an archive of an older PyTorch: "),
        (("word/document.xml", "m/mydata.pkl"), ""),
    ],
)
def test_another_file_of_pytorch_is_named_as_such(members: tuple[str, ...], seems: str, tmp_path: Path) -> None:
    error = refusal(zip_bytes(dict.fromkeys(members, b"x")), tmp_path)
    assert (error.kind, error.field) == (ErrorKind.MISSING, "archive_format")
    said = error.message.split("no such member")[1]
    assert said.startswith(seems)
    assert bool(said) is bool(seems)


def test_the_pickle_of_the_sample_inputs_is_never_opened(tmp_path: Path) -> None:
    data = with_members(SMALL, {"data/sample_inputs/model.pt": b"cos\nsystem\n(S'false'\ntR."})
    path = tmp_path / "pickle.pt2"
    path.write_bytes(data)
    assert read_archive(path).program == read_archive(SMALL).program
