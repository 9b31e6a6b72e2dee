"""A stand-in for ``torch.nn.Module``: named parts, called through ``forward``."""

# Callers may be untyped: what a wrong class raises is part of the behaviour.
# pyright: reportUnnecessaryIsInstance=false

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from refimpl.fx._module_repr import describe
from refimpl.fx._tracing import active_trace

__all__ = ["Module"]

_SelfT = TypeVar("_SelfT", bound="Module")


def _forward_unimplemented(self: Module, *input: object) -> object:
    """What a call does until a subclass defines ``forward``: raise ``NotImplementedError``."""
    raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')  # PyTorch's


class Module:
    """Holds submodules, parameters, buffers and plain attributes; calling it calls ``forward``.

    Assigning a ``Module`` registers it as a submodule; parameters and buffers are values of any class, made by
    ``register_parameter`` and ``register_buffer``. Messages are those of ``torch.nn.Module``.
    """

    training: bool
    _modules: dict[str, Module | None]
    _parameters: dict[str, object]
    _buffers: dict[str, object]

    forward: Callable[..., object] = _forward_unimplemented
    """What a call does; a subclass defines it (``NotImplementedError`` otherwise)."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        # Taken only to be refused in the name of the subclass that passes them on.
        if kwargs:
            raise TypeError(
                f"{type(self).__name__}.__init__() got an unexpected keyword argument '{next(iter(kwargs))}'"
            )
        if args:
            given = len(args) + 1
            raise TypeError(f"{type(self).__name__}.__init__() takes 1 positional argument but {given} were given")
        state = self.__dict__
        state["training"] = True
        state["_parameters"] = {}
        state["_buffers"] = {}
        state["_modules"] = {}

    def __call__(self, *args: object, **kwargs: object) -> object:
        trace = active_trace.get()
        if trace is not None:
            return trace.call_module(self, args, kwargs)
        return self.forward(*args, **kwargs)

    def __getattr__(self, name: str) -> object:
        state = self.__dict__
        for kind in ("_parameters", "_buffers", "_modules"):
            if kind in state and name in state[kind]:
                trace = active_trace.get()
                value: object = state[kind][name]
                return value if trace is None else trace.read_attribute(name, value)
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __setattr__(self, name: str, value: object) -> None:
        modules = self.__dict__.get("_modules")
        if isinstance(value, Module):
            if modules is None:
                raise AttributeError("cannot assign module before Module.__init__() call")
            self.__dict__.pop(name, None)
            self._parameters.pop(name, None)
            self._buffers.pop(name, None)
            modules[name] = value
        elif modules is not None and name in modules:
            if value is not None:
                raise TypeError(
                    f"cannot assign '{_typename(value)}' as child module '{name}' (torch.nn.Module or None expected)"
                )
            modules[name] = None
        elif modules is not None and name in self._parameters:
            self._parameters[name] = value
        elif modules is not None and name in self._buffers:
            self._buffers[name] = value
        else:
            object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        for part in (self._parameters, self._buffers, self._modules):
            if name in part:
                del part[name]
                return
        object.__delattr__(self, name)

    def __dir__(self) -> list[str]:
        names = [*dir(type(self)), *self.__dict__, *self._parameters, *self._modules, *self._buffers]
        return sorted({name for name in names if not name[0].isdigit()})

    def __repr__(self) -> str:
        return describe(self._get_name(), self.extra_repr(), self._modules)

    def extra_repr(self) -> str:
        """What a subclass adds to its ``repr``."""
        return ""

    def _get_name(self) -> str:
        """The name of the class, as printed."""
        return type(self).__name__

    def add_module(self, name: str, module: Module | None) -> None:
        """Register a submodule; ``TypeError`` if it is none, ``KeyError`` for a name that is taken or has a dot."""
        if not isinstance(module, Module) and module is not None:
            raise TypeError(f"{_typename(module)} is not a Module subclass")
        self._check_name("module", name, self._modules)
        self._modules[name] = module

    def register_module(self, name: str, module: Module | None) -> None:
        """``add_module`` under its other name."""
        self.add_module(name, module)

    def register_buffer(self, name: str, tensor: object, persistent: bool = True) -> None:
        """Register a value as a buffer; ``KeyError`` for a name that is taken or has a dot."""
        if "_buffers" not in self.__dict__:
            raise AttributeError("cannot assign buffer before Module.__init__() call")
        self._check_name("buffer", name, self._buffers)
        self._buffers[name] = tensor

    def register_parameter(self, name: str, param: object) -> None:
        """Register a value as a parameter; ``KeyError`` for a name that is taken or has a dot."""
        if "_parameters" not in self.__dict__:
            raise AttributeError("cannot assign parameter before Module.__init__() call")
        self._check_name("parameter", name, self._parameters)
        self._parameters[name] = param

    def _check_name(self, kind: str, name: object, registered: object) -> None:
        """Raise if a part of this kind can't be registered under ``name``."""
        if not isinstance(name, str):
            raise TypeError(f"{kind} name should be a string. Got {_typename(name)}")
        if hasattr(self, name) and not (isinstance(registered, dict) and name in registered):
            raise KeyError(f"attribute '{name}' already exists")
        if "." in name:
            raise KeyError(f'{kind} name can\'t contain "."' + (f", got: {name}" if kind == "module" else ""))
        if name == "":
            raise KeyError(f'{kind} name can\'t be empty string ""')

    def get_submodule(self, target: str) -> Module:
        """The submodule at a dotted path, itself for ``""``; ``AttributeError`` if there is none."""
        module: Module = self
        for atom in target.split(".") if target else ():
            if not hasattr(module, atom):
                raise AttributeError(f"{module._get_name()} has no attribute `{atom}`")
            found: object = getattr(module, atom)
            if not isinstance(found, Module):
                raise AttributeError(f"`{atom}` is not an nn.Module")
            module = found
        return module

    def get_parameter(self, target: str) -> object:
        """The parameter at a dotted path; ``AttributeError`` if there is none."""
        path, _, name = target.rpartition(".")
        owner = self.get_submodule(path)
        if not hasattr(owner, name):
            raise AttributeError(f"{owner._get_name()} has no attribute `{name}`")
        if name not in owner._parameters:
            raise AttributeError(f"`{name}` is not an nn.Parameter")
        return owner._parameters[name]

    def get_buffer(self, target: str) -> object:
        """The buffer at a dotted path; ``AttributeError`` if there is none."""
        path, _, name = target.rpartition(".")
        owner = self.get_submodule(path)
        if not hasattr(owner, name):
            raise AttributeError(f"{owner._get_name()} has no attribute `{name}`")
        if name not in owner._buffers:
            raise AttributeError(f"`{name}` is not a buffer")
        return owner._buffers[name]

    def named_modules(
        self, memo: set[Module] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """This module (name ``""``) and all below it with their dotted paths, each once."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, module in self._modules.items():
            if module is not None:
                yield from module.named_modules(memo, f"{prefix}.{name}" if prefix else name, remove_duplicate)

    def modules(self) -> Iterator[Module]:
        """This module and all below it, each once."""
        for _, module in self.named_modules():
            yield module

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The direct submodules with their names, each once."""
        seen: set[Module] = set()
        for name, module in self._modules.items():
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def children(self) -> Iterator[Module]:
        """The direct submodules, each once."""
        for _, module in self.named_children():
            yield module

    def _named_members(self, kind: str, prefix: str, recurse: bool, once: bool) -> Iterator[tuple[str, object]]:
        """The parameters or buffers with their dotted paths, each value once unless ``once`` is false."""
        seen: set[int] = set()
        modules = self.named_modules(prefix=prefix, remove_duplicate=once) if recurse else [(prefix, self)]
        for path, module in modules:
            members: dict[str, object] = module.__dict__[kind]
            for name, value in members.items():
                if value is not None and id(value) not in seen:
                    if once:
                        seen.add(id(value))
                    yield (f"{path}.{name}" if path else name), value

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, object]]:
        """The parameters with their dotted paths, each value once unless ``remove_duplicate`` is false."""
        return self._named_members("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[object]:
        """The parameters, each value once."""
        for _, value in self.named_parameters(recurse=recurse):
            yield value

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, object]]:
        """The buffers with their dotted paths, each value once unless ``remove_duplicate`` is false."""
        return self._named_members("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[object]:
        """The buffers, each value once."""
        for _, value in self.named_buffers(recurse=recurse):
            yield value

    def apply(self: _SelfT, fn: Callable[[Module], None]) -> _SelfT:
        """Call ``fn`` on every module below this one, then on this one."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def train(self: _SelfT, mode: bool = True) -> _SelfT:
        """Set the ``training`` flag here and below; ``ValueError`` if ``mode`` is no bool."""
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self: _SelfT) -> _SelfT:
        """Clear the ``training`` flag here and below."""
        return self.train(False)


def _typename(value: object) -> str:
    """The qualified name of a value's class, as ``torch.typename`` gives it."""
    cls = type(value)
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"
