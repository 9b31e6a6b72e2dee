"""What symbolic shapes raise; each error carries its fields, its text is derived from them."""

from __future__ import annotations

from refimpl.terms import Cond, IntTerm, Scalar, Symbol, is_condition, to_text

__all__ = [
    "GuardOnDataDependentSymNode",
    "PendingUnbackedSymbolNotFound",
    "RebindingError",
    "RebindingInconsistentError",
    "RebindingUndecidedError",
    "UndecidedGuardError",
]


class GuardOnDataDependentSymNode(RuntimeError):
    """A decision on an unbacked symbol that nothing known decides.

    ``cond`` is the condition or number asked for, ``hinted`` the same with backed symbols at their hints;
    ``origins`` maps each unbacked symbol in it to the node that allocated it, ``node`` is where it was asked.
    """

    def __init__(
        self,
        cond: Scalar,
        hinted: Scalar | None = None,
        node: str = "",
        origins: dict[str, str] | None = None,
        size_like: tuple[str, ...] = (),
    ) -> None:
        self.cond = cond
        self.hinted: Scalar = cond if hinted is None else hinted
        self.node = node
        self.origins: dict[str, str] = origins or {}
        self.size_like = size_like
        asked = "extract specialized integer from" if isinstance(cond, (int, IntTerm)) else "guard on"
        lines = [
            f"Could not {asked} data-dependent expression {to_text(self.hinted)} (unhinted: {to_text(cond)}).  "
            f"(Size-like symbols: {', '.join(size_like) or 'none'})"
        ]
        lines += [f"  {name} was allocated by {origin or 'an input'}" for name, origin in sorted(self.origins.items())]
        if node:
            lines.append(f"Caused by: {node}")
        super().__init__("\n".join(lines))


class UndecidedGuardError(RuntimeError):
    """A decision on sizes, dtype or structure that the caller's contract leaves open."""

    def __init__(self, cond: Scalar, node: str) -> None:
        self.cond = cond
        self.node = node
        asked = "whether" if is_condition(cond) else "the number"
        super().__init__(f"the contract of the program leaves open {asked} {to_text(cond)}, on which {node} depends")


class PendingUnbackedSymbolNotFound(RuntimeError):
    """Symbols were allocated that do not stand in the operator's result."""

    def __init__(self, pending: tuple[Symbol, ...], value: object) -> None:
        self.pending = pending
        names = ", ".join(symbol.name for symbol in pending)
        super().__init__(
            f"Pending unbacked symbols {{{names}}} not in returned outputs {value} .\n"
            "Did you accidentally call new_dynamic_size() or item() more times "
            "than you needed to in your fake implementation?"
        )


class RebindingError(RuntimeError):
    """A recorded binding that the result of its node does not honour; the environment is as before the node."""


class RebindingInconsistentError(RebindingError):
    """The equation of a binding has no solution in what is known."""

    def __init__(
        self, symbol: str, path: str, term: Scalar, core: tuple[Cond, ...], reason: str, *, inexact: bool = False
    ) -> None:
        self.symbol = symbol
        self.path = path
        self.term = term
        self.core = core
        self.inexact = inexact
        because = " and ".join(to_text(cond) for cond in core)
        super().__init__(
            f"{symbol} cannot be {to_text(term)}, the value at {path or 'the result'}: {reason}"
            + (f" ({because})" if because else "")
        )


class RebindingUndecidedError(RebindingError):
    """A binding for which no exact step is known."""

    def __init__(self, symbol: str, path: str, reason: str) -> None:
        self.symbol = symbol
        self.path = path
        self.reason = reason
        super().__init__(f"{symbol} at {path or 'the result'}: {reason}")
