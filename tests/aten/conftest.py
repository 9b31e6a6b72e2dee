"""A live PyTorch, one for each file of tests that asks it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.aten.eager import Eager

__all__: list[str] = []


@pytest.fixture(scope="module")
def torch() -> Iterator[Eager]:
    with Eager() as running:
        yield running
