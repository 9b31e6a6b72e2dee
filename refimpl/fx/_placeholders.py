"""Marks for the leaves of ``concrete_args`` that stay inputs, and classes whose construction is recorded."""

from __future__ import annotations

from refimpl.fx._tracing import active_trace

__all__ = ["PH", "PHBase", "PHWithMeta", "ProxyableClassMeta", "proxyable_classes", "transfer_attributes"]

# A registry, and so mutable: a class announces itself by having the metaclass.
proxyable_classes: dict[type, None] = {}


class PHBase:
    """A leaf of ``concrete_args`` that stays an input."""

    def __repr__(self) -> str:
        return "PH"


PH = PHBase()


class PHWithMeta(PHBase):
    """A leaf that stays an input, with attributes that go to its node."""

    def __init__(self, ph_key: str | None = None) -> None:
        super().__init__()
        self.ph_key = ph_key


def transfer_attributes(source: object, destination: object) -> None:
    """Copy the plain attributes that ``destination`` lacks."""
    for name in dir(source):
        value: object = getattr(source, name)
        if not callable(value) and not name.startswith("__") and not hasattr(destination, name):
            setattr(destination, name, value)


class ProxyableClassMeta(type):
    """The metaclass of classes whose construction from proxies is recorded as one node while tracing.

    Source: ``torch.fx.ProxyableClassMeta``.
    """

    def __init__(cls, name: str, bases: tuple[type, ...], attrs: dict[str, object]) -> None:
        proxyable_classes.setdefault(cls)
        super().__init__(name, bases, attrs)

    def __call__(cls, *args: object, **kwargs: object) -> object:
        """Construct an instance, or while tracing with a proxy among the arguments record that."""
        if active_trace.get() is not None:
            from refimpl.fx._patching import find_proxy

            proxy = find_proxy(args, kwargs)
            if proxy is not None:
                return proxy.tracer.create_proxy("call_function", cls, args, kwargs)
        instance: object = super().__call__(*args, **kwargs)
        return instance
