"""What an operator raises that fake tensors cannot run: its result needs the contents."""

from __future__ import annotations

from typing import final

__all__ = ["DataDependentOutputException", "DynamicOutputShapeException"]


@final
class DynamicOutputShapeException(RuntimeError):
    """The sizes of the result depend on data, and no symbol stands for them; ``func`` is the operator.

    Source: ``torch._subclasses.fake_tensor.DynamicOutputShapeException``, whose text is the operator's name.
    """

    def __init__(self, func: str) -> None:
        super().__init__(func)
        self.func = func


@final
class DataDependentOutputException(RuntimeError):
    """The result is a number or truth value of the contents, for which no symbol stands; ``func`` is the operator.

    Source: ``torch._subclasses.fake_tensor.DataDependentOutputException``, whose text is the operator's name.
    """

    def __init__(self, func: str) -> None:
        super().__init__(func)
        self.func = func
