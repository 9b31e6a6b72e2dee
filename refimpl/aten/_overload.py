"""The callable that an FX node's target is: one overload of one operator, bound by its schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Final, cast, final

from refimpl.aten._arguments import Converter, converter
from refimpl.aten._autocast import active_autocast, cast_arguments
from refimpl.aten._devices import ON_ONE_DEVICE, common_device
from refimpl.aten._impure import draws_random_numbers, is_effectful
from refimpl.aten._in_place import accepts_overlap, changes_metadata, functional_name, in_place, wording_of
from refimpl.aten._out import functional_of_out, out_form, outs_of
from refimpl.aten._registry import ShapeFunction, custom_schema, lookup
from refimpl.aten._schemas import Schema, schema_of
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.mode import current_mode
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.fx import has_side_effect

__all__ = ["OpOverload", "UnmodelledOperatorError", "overload"]


class UnmodelledOperatorError(LookupError):
    """The operator has no shape function; ``operator`` is its name.

    ``written`` are the values that a wrapper gives after the operator's own, whatever that computes.
    """

    def __init__(self, operator: str, written: Sequence[Value] = ()) -> None:
        super().__init__(f"the operator {operator} has no shape function")
        self.operator = operator
        self.written: tuple[Value, ...] = tuple(written)


def _tensors(value: object) -> Iterable[FakeTensor]:
    """The tensor that an argument is, or those of a list."""
    if type(value) is FakeTensor:
        return (value,)
    if isinstance(value, tuple):
        items = cast("tuple[object, ...]", value)  # isinstance leaves the elements unknown
        return [item for item in items if isinstance(item, FakeTensor)]
    return ()


@final
class OpOverload:
    """One overload, as ``torch._ops.OpOverload``: ``str()`` is ``aten.add.Tensor``.

    Calling it runs the shape function under the current fake tensor mode; :meth:`run` takes the context explicitly
    and gives raw terms. Raises RuntimeError, worded as PyTorch's, for arguments that do not fit the schema, and
    UnmodelledOperatorError if there is no shape function.
    """

    def __init__(self, schema: Schema, function: ShapeFunction | None = None) -> None:
        namespace, base, variant = schema.name.split(".")
        self.name: Final = schema.name
        self.schema: Final = schema
        # What dead code elimination asks of PyTorch's operators too.
        self._schema: Final = schema
        self._nondeterministic_seeded: Final = draws_random_numbers(schema.name)
        self.namespace: Final = namespace
        self.__name__: str = f"{base}.{variant}"
        self.__qualname__ = self.__name__
        self.__module__ = f"torch.ops.{namespace}"
        self._function = function
        self._on_one_device: Final = base in ON_ONE_DEVICE
        self._converters: Final[list[Converter]] = [converter(schema, i) for i in range(len(schema.arguments))]
        positional = sum(not argument.keyword_only for argument in schema.arguments)
        self._positional: Final = self._converters[:positional]
        self._defaults: Final = [argument.default for argument in schema.arguments]
        self._named: Final = [
            (argument.name, convert, argument.has_default, argument.default)
            for argument, convert in zip(schema.arguments, self._converters, strict=True)
        ]
        # Bound positionally, how many arguments must be given at least.
        self._required: Final = max((i + 1 for i, a in enumerate(schema.arguments) if not a.has_default), default=0)
        self._index: Final = {argument.name: i for i, argument in enumerate(schema.arguments)}
        written = () if changes_metadata(schema) else enumerate(schema.arguments)
        self._written: Final = tuple(i for i, argument in written if argument.type.written)

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"<OpOverload(op='{self.namespace}.{self.name.split('.')[1]}', overload='{self.name.split('.')[2]}')>"

    @property
    def is_modelled(self) -> bool:
        """Whether the operator has a shape function."""
        return self._find() is not None

    @property
    def is_mutable(self) -> bool:
        """Whether the schema says that an argument is written."""
        return bool(self._written)

    def bind(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> list[object]:
        """Every argument in the schema's order, checked and converted, defaults filled in."""
        given = len(args)
        if given + len(kwargs) > len(self._defaults):
            raise RuntimeError(self._too_many(given + len(kwargs)))
        values = [convert(value) for convert, value in zip(self._positional, args, strict=False)]
        if given > len(self._positional):
            raise RuntimeError(
                f"{self._base}() takes {len(self._positional)} positional argument(s) but {given} was/were given.  "
                f"Declaration: {self.schema.text}"
            )
        if not kwargs and given >= self._required:
            values.extend(self._defaults[given:])
            return values
        for name, convert, has_default, default in self._named[given:]:
            if name in kwargs:
                values.append(convert(kwargs[name]))
            elif has_default:
                values.append(default)
            else:
                raise RuntimeError(
                    f"{self._base}() is missing value for argument '{name}'. Declaration: {self.schema.text}"
                )
        for name in kwargs:
            if self._index.get(name, -1) < given:
                raise RuntimeError(self._unknown(name))
        return values

    @property
    def _base(self) -> str:
        return self.schema.text.partition("(")[0].partition(".")[0]

    def _too_many(self, given: int) -> str:
        return (
            f"{self._base}() expected at most {len(self._defaults)} argument(s) but received {given} argument(s). "
            f"Declaration: {self.schema.text}"
        )

    def _unknown(self, name: str) -> str:
        if name in self._index:
            return f"Argument '{name}' specified both as positional and keyword argument. Schema: {self.schema.text}"
        return f"Unknown keyword argument '{name}' for operator '{self._base}'. Schema: {self.schema.text}"

    def _find(self) -> ShapeFunction | None:
        if self._function is None:
            self._function = self._registered()
            if self._function is None:
                from refimpl.aten._families import load

                load()
                self._function = self._registered()
        return self._function

    def _registered(self) -> ShapeFunction | None:
        """The function registered for the operator or for the one it is a form of; one family is loaded."""
        from refimpl.aten._families import load_family_of

        load_family_of(self.name)
        own = lookup(self.name)
        if own is not None:
            return own
        functional = functional_name(self.schema) or functional_of_out(self.schema)
        if functional is None:
            return None
        load_family_of(functional)
        shared = lookup(functional)
        if shared is None:
            return None
        if outs_of(self.schema):
            other = schema_of(functional)
            return None if other is None else out_form(self.schema, shared, other)
        return self._in_place_form(shared)

    def _in_place_form(self, functional: ShapeFunction) -> ShapeFunction:
        if changes_metadata(self.schema):
            return functional
        return in_place(functional, overlapping=accepts_overlap(self.schema), wording=wording_of(self.schema))

    def run(self, ctx: Context, args: tuple[object, ...], kwargs: Mapping[str, object]) -> Value:
        """Bind, run the shape function, record what the schema says is written; the result holds raw terms."""
        function = self._function or self._find()
        if function is None:
            raise UnmodelledOperatorError(self.name)
        values = self.bind(args, kwargs)
        lower = active_autocast.get()
        if lower is not None:
            values = cast_arguments(self.name, values, lower)
        result = function(ctx, *values)
        if self._on_one_device:
            common_device([tensor for value in values for tensor in _tensors(value)])
        for position in self._written:
            for tensor in _tensors(values[position]):
                ctx.mutate(tensor)
        return result

    def __call__(self, /, *args: object, **kwargs: object) -> object:
        """Run under the current fake tensor mode; sizes in the result are its ``SymInt``s."""
        mode = current_mode()
        if mode is None:
            raise RuntimeError(f"{self.name} needs a fake tensor mode: call it within `with FakeTensorMode(...)`")
        return mode.wrap(self.run(mode, args, kwargs))


@cache
def overload(name: str) -> OpOverload:
    """The overload of that name, such as ``aten.add.Tensor``.

    Raises AttributeError, worded as PyTorch's, if PyTorch 2.13 has none.
    """
    schema = schema_of(name)
    if schema is not None:
        found = OpOverload(schema)
        return has_side_effect(found) if is_effectful(name) else found
    from refimpl.aten._families import load_entry_points, load_family_of

    load_family_of(name)
    custom = custom_schema(name)
    if custom is None:
        load_entry_points()
        custom = custom_schema(name)
    if custom is not None:
        return OpOverload(custom)
    namespace, _, rest = name.partition(".")
    base, _, variant = rest.rpartition(".")
    if schema_of(f"{namespace}.{base}.default") is not None:
        raise AttributeError(f"The underlying op of '{namespace}.{base}' has no overload name '{variant}'")
    raise AttributeError(f"'_OpNamespace' '{namespace}' object has no attribute '{base}'")
