"""BLI, continued: what is assumed of a custom operator, and what its wrapper gives whatever the operator does."""

from __future__ import annotations

import pytest

from refimpl.aten._overload import UnmodelledOperatorError
from refimpl.laws.failures import with_written
from specs.blind import BLI_02
from specs.clauses import checks
from tests.variants import test_assumed

__all__: list[str] = []

test_a_size_of_an_assumed_tensor_is_not_negative = checks(BLI_02)(
    test_assumed.test_a_size_of_an_assumed_tensor_is_not_negative
)
test_nothing_else_is_assumed_about_it = checks(BLI_02)(test_assumed.test_nothing_else_is_assumed_about_it)
test_what_is_written_keeps_its_sizes_whatever_writes = checks(BLI_02)(
    test_assumed.test_what_is_written_keeps_its_sizes_whatever_writes
)


@checks(BLI_02)
@pytest.mark.parametrize(
    ("recorded", "written", "assumed"),
    [
        ((1, 2, 3), (), (1, 2, 3)),
        ((1, 2, 3), (9,), (1, 2, 9)),
        ((1, 2, 3), (8, 9), (1, 8, 9)),
        ((1, 2, 3), (7, 8, 9), (7, 8, 9)),
        ((1, 2), (7, 8, 9), (1, 2)),  # as many are not recorded: that is for VALUE to say
        (1, (9,), 1),
        (1, (), 1),
    ],
)
def test_the_last_values_of_a_wrapper_are_what_it_wrote(
    recorded: object, written: tuple[int, ...], assumed: object
) -> None:
    assert with_written(recorded, UnmodelledOperatorError("mylib.op.default", written)) == assumed
    assert with_written(recorded, RuntimeError("no")) is recorded
