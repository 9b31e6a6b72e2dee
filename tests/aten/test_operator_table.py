"""Every overload that real programs use is modelled, and the page's table is what the tests' data say."""

from __future__ import annotations

import inspect

import pytest

from refimpl.aten import overload, schema_of
from refimpl.aten._families import load
from refimpl.aten._registry import lookup, names
from tests.aten.operator_table import PAGE, table, used_overloads


def test_every_overload_that_programs_use_is_modelled() -> None:
    used = used_overloads()
    assert len(used) == 733
    assert [name for name in used if not overload(name).is_modelled] == []


def test_the_page_holds_the_table_that_the_data_give() -> None:
    assert table() in PAGE.read_text(encoding="utf-8"), "run python tests/aten/operator_table.py"


load()


@pytest.mark.parametrize("name", [name for name in names() if name.startswith("aten.")])
def test_a_shape_function_takes_the_context_and_every_argument_of_the_schema(name: str) -> None:
    schema, function = schema_of(name), lookup(name)
    assert schema is not None
    assert function is not None
    parameters = inspect.signature(function).parameters.values()
    if not any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        assert len(parameters) == 1 + len(schema.arguments)
