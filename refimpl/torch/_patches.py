"""Functions of PyTorch replaced while an audit runs, wherever a module holds them, and put back when it ends."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import final

from refimpl.torch._disguise import stand_in
from refimpl.torch._leads import Lead, lead_of

__all__ = ["Gate", "Patch", "Patches"]


@final
@dataclass(frozen=True, slots=True)
class Patch:
    """What is replaced: a function of a module (``name``), or a method of one of its classes (``Class.name``).

    ``template`` is what runs in its place: a function in which ``...`` stands for the watcher and the original.
    """

    module: str
    name: str
    template: object

    @property
    def class_name(self) -> str:
        """The class whose method it is; empty for a function."""
        return self.name.rpartition(".")[0]


@final
class Gate:
    """What leads to the observer, and only while ``watcher`` is one."""

    __slots__ = ("watcher",)

    def __init__(self, watcher: object = None) -> None:
        self.watcher = watcher


@final
class Patches:
    """Replacements that are in force between `install` and `remove`, any number of times.

    A module that is not imported yet is patched when it is. A function or method stays the object that it is, whoever
    holds it, and only leads elsewhere. Where that can't be (it does not have the parameters that are expected) it is
    replaced in every module that holds it under any name, and what a module takes over by ``from ... import`` meanwhile
    is put back too. What the program itself puts in the place of one of them is watched as well, and left to the
    program when it is removed.
    """

    def __init__(self, patches: Sequence[Patch], watcher: object) -> None:
        self._patches = tuple(patches)
        self._watching = watcher
        self._leading = Gate()
        self._wrapping = Gate()
        self._kept: dict[Patch, Lead] = {}
        """The leads of the functions that were found last: their code is made once for many audits."""
        self._usual: _Usual | None = None
        self._leads: list[Lead] = []
        self._wrapped: list[tuple[object, object]] = []
        self._methods: list[tuple[type[object], str, object, object]] = []
        self._assigned: list[tuple[ModuleType, type[ModuleType]]] = []
        self._telling: type[ModuleType] = _telling(self.renew)
        self._watcher: _Watcher | None = None
        self._in_front: dict[tuple[str, str, int], object] = {}
        """What leads to the observer, by patch and identity: wrappers and functions that are led there."""
        self._standing: list[_Standing] = []

    @property
    def is_installed(self) -> bool:
        """Whether they are in force."""
        return self._leading.watcher is not None

    def install(self) -> None:
        """Replace what is there, and watch for the modules that are not."""
        self._leading.watcher = self._watching
        self._wrapping = Gate(self._watching)
        modules, usual = sys.modules, self._usual
        if usual is not None and usual.is_there():
            self._leads, self._standing, self._in_front = [*usual.leads], [*usual.standing], dict(usual.in_front)
            for lead in usual.leads:
                lead.renew()
            self._listen()
            missing = usual.missing
        else:
            names = dict.fromkeys(patch.module for patch in self._patches)
            self._patch(*(name for name in names if name in modules and not _is_being_imported(modules[name])))
            missing = frozenset(name for name in names if name not in modules)
            self._usual = self._if_settled(missing)
        if missing:
            self._watcher = _Watcher(missing, self._patch)
            sys.meta_path.insert(0, self._watcher)

    def _if_settled(self, missing: frozenset[str]) -> _Usual | None:
        """What there is now, if only functions are led and each patch whose module is there stands somewhere."""
        found = sum(patch.module not in missing for patch in self._patches)
        if self._wrapped or self._methods or len(self._standing) != found:
            return None
        return _Usual(tuple(self._leads), tuple(self._standing), dict(self._in_front), missing)

    def _listen(self) -> None:
        """Be told when an attribute of a module that defines such a function is assigned."""
        for standing in self._standing:
            module = standing.module
            if standing.owner is module and type(module) is ModuleType:
                self._assigned.append((module, ModuleType))
                module.__class__ = self._telling

    def remove(self) -> None:
        """Put every original back."""
        self._leading.watcher = self._wrapping.watcher = None
        if self._watcher is not None and self._watcher in sys.meta_path:
            # What is imported later is not patched any more, whoever still holds the finder.
            sys.meta_path.remove(self._watcher)
        self._watcher = None
        for module, kind in self._assigned:
            ModuleType.__setattr__(module, "__class__", kind)  # nobody is to be told of it
        self._assigned.clear()
        for owner, name, original, wrapper in reversed(self._methods):
            if vars(owner).get(name) is wrapper:
                setattr(owner, name, original)
        self._methods.clear()
        for lead in self._leads:
            lead.undo()
        self._leads = []
        _replace_everywhere([(wrapper, original) for original, wrapper in self._wrapped])
        self._wrapped.clear()
        self._in_front = {}
        self._standing = []

    def renew(self) -> None:
        """Stand in front of what the program has put in the place of something that is replaced, too."""
        for lead in self._leads:
            if not lead.is_in_force:
                lead.renew()
        if not all(map(_Standing.is_unchanged, self._standing)):
            self._standing = [each for patch in self._patches if (each := self._stand(patch)) is not None]

    def _stand(self, patch: Patch, found: list[tuple[object, object]] | None = None) -> _Standing | None:
        """Stand in front of what is there now; ``found`` takes the functions that are to be replaced everywhere."""
        module = sys.modules.get(patch.module)
        if module is None:
            return None
        class_name, dot, name = patch.name.rpartition(".")
        owner: object = vars(module).get(class_name) if dot else module
        if not isinstance(owner, type if dot else ModuleType):
            return None
        # A method that the program has deleted may be given again.
        current: object = vars(owner).get(name)
        if current is not None and (patch.module, patch.name, id(current)) not in self._in_front:
            current = self._watched(patch, owner, name, current, found)
        return _Standing(patch, module, owner, vars(owner), name, current)

    def _watched(
        self, patch: Patch, owner: object, name: str, current: object, found: list[tuple[object, object]] | None
    ) -> object:
        """What stands there from now on: the function, which is led to the observer, or a wrapper."""
        of_program = isinstance(owner, ModuleType) and found is None
        lead = (
            None if of_program or any(each.function is current for each in self._leads) else self._lead(patch, current)
        )
        if lead is not None:
            lead.renew()
            self._leads.append(lead)
            self._in_front[patch.module, patch.name, id(current)] = current
            return current
        wrapper = stand_in(patch.template, current, (self._wrapping, current))
        self._in_front[patch.module, patch.name, id(wrapper)] = wrapper
        if isinstance(owner, type):
            self._methods.append((owner, name, current, wrapper))
            setattr(owner, name, wrapper)
        elif found is not None:
            found.append((current, wrapper))
        else:
            vars(owner)[name] = wrapper
            self._wrapped.append((current, wrapper))
        return wrapper

    def _lead(self, patch: Patch, current: object) -> Lead | None:
        kept = self._kept.get(patch)
        if kept is not None and kept.function is current:
            return kept
        lead = lead_of(current, patch.template, self._leading)
        if lead is not None:
            self._kept[patch] = lead
        return lead

    def _patch(self, *names: str) -> None:
        """Replace what these modules define; all modules are gone through at most once."""
        found: list[tuple[object, object]] = []
        for patch in self._patches:
            standing = self._stand(patch, found) if patch.module in names else None
            if standing is not None:
                self._standing.append(standing)
        _replace_everywhere(found)
        self._wrapped += found
        self._listen()


@final
class _Standing:
    """What stands in the place of a function or method."""

    __slots__ = ("_name", "_names", "_patch", "_value", "module", "owner")

    def __init__(
        self, patch: Patch, module: ModuleType, owner: object, names: Mapping[str, object], name: str, value: object
    ) -> None:
        self.module = module
        self.owner = owner
        self._patch = patch
        self._names = names
        self._name = name
        self._value = value

    def is_unchanged(self) -> bool:
        """Whether it still stands there."""
        if self._names.get(self._name) is not self._value or sys.modules.get(self._patch.module) is not self.module:
            return False
        return self.owner is self.module or vars(self.module).get(self._patch.class_name) is self.owner


@final
@dataclass(frozen=True, slots=True)
class _Usual:
    """What was led to the observer when an audit began: mostly the next one begins with the same."""

    leads: tuple[Lead, ...]
    standing: tuple[_Standing, ...]
    in_front: Mapping[tuple[str, str, int], object]
    missing: frozenset[str]

    def is_there(self) -> bool:
        """Whether all of it stands where it stood, and nothing came to it."""
        modules = sys.modules
        return not any(name in modules for name in self.missing) and all(map(_Standing.is_unchanged, self.standing))


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
