"""Functions of PyTorch replaced while an audit runs, wherever a module holds them, and put back when it ends."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import final

from refimpl.torch._disguise import stand_in
from refimpl.torch._leads import Lead, lead_of

__all__ = ["Patch", "Patches"]


@final
@dataclass(frozen=True, slots=True)
class Patch:
    """What is replaced: a function of a module (``name``), or a method of one of its classes (``Class.name``).

    ``template`` is what runs in its place: a function in which ``...`` stands for the watcher and the original.
    """

    module: str
    name: str
    template: object


@final
class Patches:
    """Replacements that are in force between `install` and `remove`.

    A module that is not imported yet is patched when it is. A function stays the object that it is, whoever holds it,
    and only leads elsewhere. Where that can't be (it does not have the parameters that are expected) it is replaced in
    every module that holds it under any name, and what a module takes over by ``from ... import`` meanwhile is put back
    too. What the program itself puts in the place of one of them is replaced as well, and left to the
    program when it is removed.
    """

    def __init__(self, patches: Sequence[Patch], watcher: object) -> None:
        self._patches = tuple(patches)
        self._watching = watcher
        self._leads: list[Lead] = []
        self._wrapped: list[tuple[object, object]] = []
        self._methods: list[tuple[type[object], str, object, object]] = []
        self._assigned: list[tuple[ModuleType, type[ModuleType]]] = []
        self._watcher: _Watcher | None = None
        self._in_front: dict[int, object] = {}
        """What leads to the observer, by identity: wrappers and functions that were led there."""

    def install(self) -> None:
        """Replace what is there, and watch for the modules that are not."""
        modules = dict.fromkeys(patch.module for patch in self._patches)
        self._patch(*(name for name in modules if name in sys.modules and not _is_being_imported(sys.modules[name])))
        missing = frozenset(name for name in modules if name not in sys.modules)
        if missing:
            self._watcher = _Watcher(missing, self._patch)
            sys.meta_path.insert(0, self._watcher)

    def remove(self) -> None:
        """Put every original back."""
        if self._watcher is not None and self._watcher in sys.meta_path:
            # What is imported later is not patched any more, whoever still holds the finder.
            sys.meta_path.remove(self._watcher)
        self._watcher = None
        for module, kind in self._assigned:
            module.__class__ = kind
        self._assigned.clear()
        for owner, name, original, wrapper in reversed(self._methods):
            if vars(owner).get(name) is wrapper:
                setattr(owner, name, original)
        self._methods.clear()
        for lead in self._leads:
            lead.undo()
        self._leads.clear()
        _replace_everywhere([(wrapper, original) for original, wrapper in self._wrapped])
        self._wrapped.clear()
        self._in_front.clear()

    def renew(self) -> None:
        """Stand in front of what the program has put in the place of something that is replaced, too."""
        for lead in self._leads:
            lead.renew()
        for patch in self._patches:
            module = sys.modules.get(patch.module)
            if module is None:
                continue
            class_name, dot, name = patch.name.rpartition(".")
            if dot:
                self._patch_method(vars(module).get(class_name), name, patch)
                continue
            current: object = vars(module).get(name)
            if current is not None and id(current) not in self._in_front:
                vars(module)[name] = wrapper = self._wrapper(patch, current)
                self._wrapped.append((current, wrapper))

    def _wrapper(self, patch: Patch, original: object) -> object:
        wrapper = stand_in(patch.template, original, (self._watching, original))
        self._in_front[id(wrapper)] = wrapper
        return wrapper

    def _patch(self, *names: str) -> None:
        """Replace what these modules define; all modules are gone through at most once."""
        found: list[tuple[object, object]] = []
        telling: dict[str, ModuleType] = {}
        for patch in self._patches:
            if patch.module not in names:
                continue
            module = sys.modules[patch.module]
            class_name, dot, attribute = patch.name.rpartition(".")
            if dot:
                self._patch_method(vars(module)[class_name], attribute, patch)
            else:
                original: object = vars(module)[attribute]
                lead = lead_of(original, patch.template, self._watching)
                if lead is not None:
                    self._leads.append(lead)
                    self._in_front[id(lead.function)] = lead.function
                else:
                    found.append((original, self._wrapper(patch, original)))
                telling[patch.module] = module
        _replace_everywhere(found)
        self._wrapped += found
        for module in telling.values():
            if type(module) is ModuleType:
                self._assigned.append((module, ModuleType))
                module.__class__ = _telling(self.renew)

    def _patch_method(self, cls: object, name: str, patch: Patch) -> None:
        if not isinstance(cls, type) or name not in vars(cls):
            return
        current: object = vars(cls)[name]
        if id(current) in self._in_front:
            return
        wrapper = self._wrapper(patch, current)
        self._methods.append((cls, name, current, wrapper))
        setattr(cls, name, wrapper)


def _telling(assigned: Callable[[], None]) -> type[ModuleType]:
    """Modules that tell when an attribute of theirs is assigned from outside; nobody else sees a difference."""

    class Telling(ModuleType):
        def __setattr__(self, name: str, value: object) -> None:
            super().__setattr__(name, value)
            assigned()

    Telling.__name__ = Telling.__qualname__ = ModuleType.__name__
    Telling.__module__ = ModuleType.__module__
    return Telling


def _replace_everywhere(pairs: Sequence[tuple[object, object]]) -> None:
    """In every module, whatever is (identically) the first of a pair becomes the second."""
    table = {id(old): (old, new) for old, new in pairs}
    if not table:
        return
    for module in list(sys.modules.values()):
        if not isinstance(module, ModuleType):  # pyright: ignore[reportUnnecessaryIsInstance]  # anything may stand there
            continue
        namespace = vars(module)
        if table.keys().isdisjoint(map(id, list(namespace.values()))):
            continue
        for name, value in list(namespace.items()):
            if id(value) in table:
                namespace[name] = table[id(value)][1]


def _is_being_imported(module: ModuleType) -> bool:
    return bool(getattr(module.__spec__, "_initializing", False))


@final
class _Watcher(MetaPathFinder):
    """Calls back once one of the modules has been imported."""

    def __init__(self, names: frozenset[str], imported: Callable[[str], None]) -> None:
        self._names = set(names)
        self._imported = imported

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The specification that the other finders give, its loader watched."""
        if fullname not in self._names:
            return None
        for finder in sys.meta_path:
            if finder is self:
                continue
            find = getattr(finder, "find_spec", None)
            spec: object = None if find is None else find(fullname, path, target)
            if isinstance(spec, ModuleSpec):
                if spec.loader is not None:
                    spec.loader = _WatchedLoader(spec.loader, self._done)
                return spec
        return None

    def _done(self, module: ModuleType, loader: Loader) -> None:
        name = module.__name__
        if name in self._names:
            self._names.discard(name)
            if module.__spec__ is not None:
                module.__spec__.loader = loader
            module.__loader__ = loader
            self._imported(name)


@final
class _WatchedLoader(Loader):
    """The loader of a watched module; every other question goes to the module's own loader."""

    def __init__(self, loader: Loader, done: Callable[[ModuleType, Loader], None]) -> None:
        self._loader = loader
        self._done = done

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As the module's own loader does."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """As the module's own loader does; then the callback."""
        self._loader.exec_module(module)
        self._done(module, self._loader)

    def __getattr__(self, name: str) -> object:
        found: object = getattr(self._loader, name)
        return found
