"""What two values differ in whatever the sizes are."""

from __future__ import annotations

from collections.abc import Iterator

from refimpl.fake_tensor import FakeTensor
from refimpl.laws.observation import Held
from refimpl.laws.scalars import is_scalar, sort_name

__all__ = ["kind", "mismatches"]


def mismatches(old: Held, new: Held) -> Iterator[tuple[str, str, str]]:
    """About what they differ, and both in words."""
    if isinstance(old, FakeTensor) and isinstance(new, FakeTensor):
        for about, left, right in (
            ("dtype", str(old.dtype), str(new.dtype)),
            ("device", str(old.device), str(new.device)),
            ("layout", old.layout, new.layout),
            ("rank", f"{len(old.sizes)} dimensions", f"{len(new.sizes)} dimensions"),
        ):
            if left != right:
                yield about, left, right
    elif kind(old) != kind(new):
        yield "value", kind(old), kind(new)


def kind(value: Held) -> str:
    """The kind of the value, with what it is where that is all there is to say."""
    match value:
        case FakeTensor():
            return "a tensor"
        case None | str():
            return repr(value)
        case list() | tuple():
            return f"{len(value)} values"
        case _:
            return f"a number ({sort_name(value)})" if is_scalar(value) else "an opaque object"
