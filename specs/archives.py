"""ARC: what is read from an archive of ``torch.export.save``, and what is refused."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl.export import ArchiveError, ErrorKind, ExportedProgram, Limits, UnreadGuard, load, read_archive
from refimpl.export.builder import ProgramBuilder, tensor
from refimpl.export.prefix import Expression
from refimpl.symbolic_shapes import keystr
from refimpl.terms import float_symbol, symbol
from specs.clauses import Clause, checks
from tests.export.support import (
    ARCHIVES,
    SMALL,
    Json,
    bindings_of,
    edited,
    golden,
    members_of,
    python_zip,
    with_members,
)
from tests.variants.archive_json import as_object, top_graph

__all__ = ["ARC_01", "ARC_02", "ARC_03", "ARC_04", "ARC_05", "ARC_06", "ARC_07", "ARC_08", "ARC_09", "ARC_10", "ARC_11"]

_EXPORT = "refimpl.export"


def read(data: bytes, *, limits: Limits | None = None, blinded: bool = False) -> ExportedProgram:
    """The program in an archive of these bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program.pt2"
        path.write_bytes(data)
        return load(path, limits=limits, blinded=blinded)


def refused(data: bytes, *, limits: Limits | None = None) -> ArchiveError:
    """The error with which the archive of these bytes is refused."""
    with pytest.raises(ArchiveError) as caught:
        read(data, limits=limits)
    return caught.value


def counting(low: int | None, high: int | None, *, name: str = "u0", size: Expression | None = None) -> ProgramBuilder:
    """``nonzero`` of a vector, its count recorded under a name with a range."""
    program = ProgramBuilder()
    s0, count = program.symbol("s0", hint=8, low=2, high=64), program.unbacked(name, low, high)
    x = program.input("x", tensor([s0]))
    recorded = tensor([count if size is None else size, 1], "int64", strides=[1, 1])
    program.output(program.call("aten.nonzero.default", x, out=recorded))
    return program


ENDS = st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1))
ARC_01 = Clause(
    "ARC-01",
    "Recorded ranges are read with both ends as recorded, open ends as open, keys as the terms they denote.",
    f"{_EXPORT}.ranges:read_ranges",
    "arc-floats-in-no-value-are-integers",
)


@checks(ARC_01)
@given(low=ENDS, high=ENDS, number=st.integers(0, 99))
def test_ranges_are_read_as_recorded(low: int | None, high: int | None, number: int) -> None:
    program = read(counting(low, high, name=f"u{number}").to_bytes())
    found = {entry.key: (entry.term, entry.low, entry.high) for entry in program.ranges}
    assert found == {"s0": (symbol("s0"), 2, 64), f"u{number}": (symbol(f"u{number}"), low, high)}
    assert dict(program.hints) == {"s0": 8}


ARC_02 = Clause(
    "ARC-02",
    "Bindings are rebuilt from the recorded values, where PyTorch's loader finds them: alone, in a product, behind a"
    " boolean.",
    f"{_EXPORT}.bindings:_visit_int",
    "arc-products-of-three-are-divided",
)
U0, S0 = Expression("Symbol('u0', integer=True)", "int"), Expression("Symbol('s0', integer=True)", "int")


@checks(ARC_02)
@given(factor=st.integers(1, 9))
def test_products_are_bound_with_their_divisor(factor: int) -> None:
    program = read(counting(0, None, size=U0 * factor).to_bytes())
    node = next(node for node in program.graph_module.graph.nodes if node.op == "call_function")
    divided = "" if factor == 1 else f".__floordiv__({factor})"
    assert {name: keystr(path) for name, path in bindings_of(node).items()} == {"u0": f".size()[0]{divided}"}
    program = read(counting(0, None, size=U0 * S0 * factor).to_bytes())
    node = next(node for node in program.graph_module.graph.nodes if node.op == "call_function")
    bound = {name: keystr(path) for name, path in bindings_of(node).items()}
    assert bound == ({"u0": ".size()[0].__floordiv__(s0)"} if factor == 1 else {}), "times two symbols or a number"


@checks(ARC_02)
@pytest.mark.parametrize("path", ARCHIVES[::5], ids=lambda path: path.stem)
def test_the_bindings_of_real_archives_are_pytorchs(path: Path) -> None:
    rows = golden(path)["nodes"]
    assert isinstance(rows, list)
    expected = {str(row["name"]): row.get("bindings") or {} for row in rows if isinstance(row, dict)}
    for node in load(path).graph_module.graph.nodes:
        assert {name: str(keys) for name, keys in bindings_of(node).items()} == expected[node.name]


ARC_03 = Clause(
    "ARC-03",
    "Whatever exceeds a limit is refused as such: bytes, members, objects, characters, digits, depth, nodes.",
    f"{_EXPORT}.expressions:ExpressionReader._parse",
    "arc-expressions-nest-without-end",
)
TIGHT = (
    Limits(archive_bytes=100),
    Limits(members=3),
    Limits(directory_bytes=100),
    Limits(json_bytes=100),
    Limits(json_objects=10),
    Limits(expression_characters=10),
    Limits(graph_nodes=2),
)


@checks(ARC_03)
@pytest.mark.parametrize("limits", TIGHT, ids=str)
def test_each_limit_refuses(limits: Limits) -> None:
    assert refused(SMALL.read_bytes(), limits=limits).kind is ErrorKind.LIMIT


@checks(ARC_03)
@given(depth=st.integers(1, 12), limit=st.integers(1, 12))
def test_nesting_is_limited(depth: int, limit: int) -> None:
    text = "Add(" * depth + "Symbol('u0', integer=True)" + ", Integer(1))" * depth
    data = counting(0, None, size=Expression(text, "int")).to_bytes()
    if depth > limit:
        assert refused(data, limits=Limits(expression_depth=limit)).kind is ErrorKind.LIMIT
    else:
        assert read(data, limits=Limits(expression_depth=limit)).node_count == 1


ARC_04 = Clause(
    "ARC-04",
    "Nothing that an archive contains is executed: text outside the grammar is refused or kept as text.",
    f"{_EXPORT}.expressions:ExpressionReader._symbol",
    "arc-any-assumption-is-accepted",
)


def _expression_of_item(text: str) -> Callable[[dict[str, Json]], None]:
    def edit(program: dict[str, Json]) -> None:
        values = as_object(top_graph(program)["sym_int_values"])
        values["item"] = {"as_expr": {"expr_str": text}}

    return edit


@checks(ARC_04)
@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('touch hacked')",
        "Symbol('u0', integer=True).__class__",
        "Symbol('u0', integer=True, hacked=True)",
        "exec('hacked = 1')",
        "Add(Symbol('u0', integer=True), open('hacked', 'w'))",
        "(lambda: 0)()",
    ],
)
def test_text_is_never_run(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    error = refused(edited(SMALL, _expression_of_item(text)))
    assert error.kind is ErrorKind.EXPRESSION
    assert list(tmp_path.iterdir()) == []


@checks(ARC_04)
def test_guards_and_pickles_are_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    program = counting(0, None)
    program.guard("__import__('os').system('touch hacked')")
    assert [type(guard) for guard in read(program.to_bytes()).guards] == [UnreadGuard]
    pickled = with_members(SMALL, {"data/sample_inputs/model.pt": b"cos\nsystem\n(S'touch hacked'\ntR."})
    (tmp_path / "pickle.pt2").write_bytes(pickled)
    assert read_archive(tmp_path / "pickle.pt2").program == read_archive(SMALL).program
    assert [entry.name for entry in tmp_path.iterdir()] == ["pickle.pt2"]


ARC_05 = Clause(
    "ARC-05",
    "A refusal is one error that names file, field and node; damage raises nothing else.",
    f"{_EXPORT}.errors:ArchiveError.inside",
    "arc-fields-are-not-located",
)


@checks(ARC_05)
@pytest.mark.parametrize("text", ["u0", "Add(", "Symbol('u0', integer=True))", "Nope(Integer(1))"])
def test_a_refusal_says_where(text: str) -> None:
    error = refused(edited(SMALL, _expression_of_item(text)))
    assert error.path.endswith("program.pt2")
    assert error.field.startswith("models/model.json: graph_module.graph.sym_int_values['item']")
    assert error.node == "item"
    assert str(error).startswith(f"{error.path}: models/model.json: ")
    bad: Callable[[dict[str, Json]], None] = _without_input_specs
    assert refused(edited(SMALL, bad)).field == "models/model.json: graph_module.signature.input_specs"


def _without_input_specs(program: dict[str, Json]) -> None:
    module = program["graph_module"]
    assert isinstance(module, dict)
    signature = module["signature"]
    assert isinstance(signature, dict)
    signature["input_specs"] = []


@checks(ARC_05)
@settings(max_examples=120)
@given(places=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=4))
def test_damage_is_refused_or_harmless(places: list[tuple[int, int]]) -> None:
    raw = bytearray(SMALL.read_bytes())
    for place, value in places:
        raw[place % len(raw)] = value
    try:
        read(bytes(raw))
    except ArchiveError as error:
        assert error.path  # noqa: PT017 - both outcomes are right


ARC_06 = Clause(
    "ARC-06",
    "A member whose bytes do not match their checksum is refused.",
    f"{_EXPORT}._zip:_read_member",
    "arc-checksums-are-not-compared",
)
ARC_07 = Clause(
    "ARC-07",
    "Members with unsafe names, or two of one name, are refused.",
    f"{_EXPORT}._zip:_member_name",
    "arc-members-outside-of-the-archive",
)
ARC_08 = Clause(
    "ARC-08",
    "An archive of another format or version is refused before its program is looked at.",
    f"{_EXPORT}.archive:_check_header",
    "arc-versions-are-not-compared",
)
ARC_09 = Clause(
    "ARC-09",
    "A blinded copy, whose computed values are withheld, is read only when that is asked for.",
    f"{_EXPORT}.program:load",
    "arc-inputs-may-be-withheld",
)
ARC_10 = Clause(
    "ARC-10",
    "The names that a re-run may allocate begin after every name that the archive uses.",
    f"{_EXPORT}.ranges:first_fresh",
    "arc-names-of-ranges-may-be-taken",
)


@checks(ARC_06)
@given(place=st.integers(0, 5000), bit=st.integers(0, 7))
def test_a_changed_byte_of_the_program_is_noticed(place: int, bit: int) -> None:
    members = members_of(SMALL)
    (name,) = [name for name in members if name.endswith("models/model.json")]
    whole = bytearray(python_zip(members))
    at = whole.index(members[name]) + place % len(members[name])
    whole[at] ^= 1 << bit
    error = refused(bytes(whole))
    assert (error.kind, "checksum" in error.message) == (ErrorKind.ZIP, True)


@checks(ARC_07)
@pytest.mark.parametrize("name", ["../up", "a/../../up", "/absolute", "a//b", "a\\b", "a/./b", "a/\u202eb"])
def test_unsafe_names_are_refused(name: str) -> None:
    error = refused(python_zip({**members_of(SMALL), name: b"x"}))
    assert (error.kind, "unsafe name" in error.message) == (ErrorKind.ZIP, True)


@checks(ARC_08)
@pytest.mark.parametrize("member", ["archive_format", "archive_version"])
def test_another_format_or_version_is_refused(member: str) -> None:
    data = with_members(SMALL, {member: b"99", "models/model.json": b"{}"})
    error = refused(data)
    assert (error.kind, error.field) == (ErrorKind.VERSION, member)


@checks(ARC_09)
def test_a_blinded_copy_is_read_only_when_asked() -> None:
    def blind(program: dict[str, Json]) -> None:
        text = json.dumps(program)
        assert '"new_zeros"' in text
        values = as_object(top_graph(program)["tensor_values"])
        del values["new_zeros"]

    data = edited(SMALL, blind)
    assert refused(data).kind is ErrorKind.MISSING
    assert read(data, blinded=True).unrecorded == ("new_zeros",)


@checks(ARC_09)
@pytest.mark.parametrize("blinded", [False, True])
def test_what_the_caller_gives_is_never_withheld(blinded: bool) -> None:
    def without_inputs(program: dict[str, Json]) -> None:
        values = as_object(top_graph(program)["tensor_values"])
        del values["x"]

    with pytest.raises(ArchiveError) as raised:
        read(edited(SMALL, without_inputs), blinded=blinded)
    assert raised.value.kind is ErrorKind.MISSING


@checks(ARC_10, ARC_01)
@given(number=st.integers(0, 200), low=ENDS)
def test_a_range_alone_gives_a_float_its_sort_and_keeps_its_name(number: int, low: int | None) -> None:
    program = counting(0, None)
    program.range(f"zuf{number}", low, None)
    found = read(program.to_bytes())
    assert [(entry.term, entry.low, entry.high) for entry in found.ranges[2:]] == [
        (float_symbol(f"zuf{number}"), low, None)
    ]
    assert (found.next_unbacked_int, found.next_unbacked_float) == (1, number + 1)


@checks(ARC_10)
@given(numbers=st.lists(st.integers(0, 200), min_size=1, max_size=4, unique=True))
def test_fresh_names_begin_after_every_used_one(numbers: list[int]) -> None:
    program = counting(0, None, name=f"u{numbers[0]}")
    for number in numbers[1:]:
        program.range(f"u{number}", 0, 9)
    assert read(program.to_bytes()).next_unbacked_int == max(numbers) + 1


ARC_11 = Clause(
    "ARC-11",
    "A float may be recorded as a whole number, since what cancels is the integer 0; a condition, or a term of"
    " integers, is refused where a float is recorded.",
    f"{_EXPORT}._values:ValueReader.real",
    "arc-whole-numbers-are-no-floats",
)
FLOATS = Path("tests/corpus/archives/real/floats.pt2")


def _recorded_float(text: str) -> bytes:
    def edit(program: dict[str, Json]) -> None:
        values = as_object(top_graph(program)["sym_float_values"])
        values["item"] = {"as_expr": {"expr_str": text, "hint": None}}

    return edited(FLOATS, edit)


@checks(ARC_11)
@pytest.mark.parametrize(
    ("text", "value"),
    [("Integer(0)", 0.0), ("Integer(-3)", -3.0), ("Float('0.5', precision=53)", 0.5), ("Symbol('zuf0')", "zuf0")],
)
def test_a_float_may_be_recorded_as_a_whole_number(text: str, value: float | str) -> None:
    (found,) = (
        node.meta["recorded"] for node in read(_recorded_float(text)).graph_module.graph.nodes if node.name == "item"
    )
    assert found == (float_symbol(value) if isinstance(value, str) else value)
    assert not isinstance(found, int)


@checks(ARC_11)
@pytest.mark.parametrize("text", ["true", "Symbol('u7', integer=True)", "Add(Symbol('u7', integer=True), Integer(1))"])
def test_another_sort_is_no_float(text: str) -> None:
    error = refused(_recorded_float(text))
    assert error.kind is ErrorKind.SCHEMA
    assert error.field.endswith("sym_float_values['item'].as_expr.expr_str")
