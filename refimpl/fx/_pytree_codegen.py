"""The conventions of a graph traced with nested arguments: it takes their leaves and returns nested ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from refimpl.fx._narrow import is_list, is_tuple
from refimpl.fx._pytree import TreeSpec, tree_flatten, tree_flatten_like, tree_unflatten
from refimpl.fx.codegen import CodeGen

__all__ = ["PyTreeCodeGen", "PyTreeInfo"]


@dataclass(frozen=True, slots=True)
class PyTreeInfo:
    """The names of the nested arguments, their shape, and the shape of the result once it is known."""

    orig_args: list[str]
    in_spec: TreeSpec
    out_spec: TreeSpec | None


class PyTreeCodeGen(CodeGen):
    """Flattens the caller's arguments and restores the shape of the result."""

    def __init__(self, pytree_info: PyTreeInfo) -> None:
        super().__init__()
        self.pytree_info = pytree_info

    def set_output_shape(self, spec: TreeSpec) -> None:
        """Record the shape of the result."""
        self.pytree_info = replace(self.pytree_info, out_spec=spec)

    def process_inputs(self, *args: object) -> Sequence[object]:
        """The leaves of all arguments."""
        return tree_flatten(args)[0]

    def parameters(self) -> tuple[str, ...]:
        """The parameters of ``forward``, which are those of the traced function."""
        return tuple([name for name in self.pytree_info.orig_args if name != "self"])

    def leaves_of(self, values: Sequence[object], count: int) -> list[object]:
        """The values of the ``count`` placeholders, from those of the parameters.

        Raises what subscription raises for arguments that lack a place, ValueError where Python's unpacking does.
        """
        if not count:
            return []
        leaves = tree_flatten_like([*values], self.pytree_info.in_spec)
        if len(leaves) > count:
            raise ValueError(f"too many values to unpack (expected {count})")
        if len(leaves) < count:
            raise ValueError(f"not enough values to unpack (expected {count}, got {len(leaves)})")
        return leaves

    def process_outputs(self, outputs: object) -> object:
        """The leaves of the result in their shape."""
        spec = self.pytree_info.out_spec
        if spec is None:
            return outputs
        leaves: list[object] = list(outputs) if is_list(outputs) or is_tuple(outputs) else [outputs]
        return tree_unflatten(leaves, spec)

    def gen_fn_def(self, free_vars: list[str], maybe_return_annotation: str, *, expanded_def: bool = False) -> str:
        """The ``def`` line of the nested arguments, and a line that takes them apart."""
        names = self.pytree_info.orig_args
        if names and names[0] == "self":
            free_vars.insert(0, "self")
        definition = super().gen_fn_def(names[:], maybe_return_annotation, expanded_def=expanded_def)
        if not free_vars:
            return definition
        annotated = [variable for variable in free_vars if ":" in variable]
        if annotated:
            definition += "\n    " + "".join([variable + "; " for variable in annotated]) + "\n"
        bare = ", ".join([variable.split(":")[0].split("#")[0] for variable in free_vars])
        return f"{definition}\n    {bare}, = fx_pytree.tree_flatten_spec([{', '.join(names)}], self._in_spec)"

    def generate_output(
        self,
        output_args: object,
        *,
        descs: Sequence[str] | None = None,
        repr_fn: Callable[[object], str] | None = None,
    ) -> str:
        """The ``return`` statement, which restores the shape of the result."""
        plain = super().generate_output(output_args, descs=descs, repr_fn=repr_fn)
        if self.pytree_info.out_spec is None:
            return plain
        return f"return pytree.tree_unflatten({plain.removeprefix('return ')}, self._out_spec)"
