"""For the property tests of others: hypothesis strategies, the laws as callables, a state machine, a pytest plugin."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refimpl.testing.box import BoxSolver
    from refimpl.testing.broken import LawBroken
    from refimpl.testing.environment_laws import (
        EnvironmentUnderTest,
        ObservableEnvironment,
        ReferenceEnvironment,
        ShapeEnvMachine,
    )
    from refimpl.testing.environments import RebindingStep, constraints, rebinding_steps, shape_envs
    from refimpl.testing.graph_strategies import graphs
    from refimpl.testing.implementations import Propagating, Rebinding, Reference
    from refimpl.testing.laws import ImplementationLaw, check_law
    from refimpl.testing.programs import Propagation, archives, exported_programs, propagations
    from refimpl.testing.propagation_laws import PROPAGATION_LAWS
    from refimpl.testing.rebinding_laws import REBINDING_LAWS
    from refimpl.testing.term_strategies import conditions, terms, valuations, value_ranges

__all__ = [
    "PROPAGATION_LAWS",
    "REBINDING_LAWS",
    "BoxSolver",
    "EnvironmentUnderTest",
    "ImplementationLaw",
    "LawBroken",
    "ObservableEnvironment",
    "Propagating",
    "Propagation",
    "Rebinding",
    "RebindingStep",
    "Reference",
    "ReferenceEnvironment",
    "ShapeEnvMachine",
    "archives",
    "check_law",
    "conditions",
    "constraints",
    "exported_programs",
    "graphs",
    "propagations",
    "rebinding_steps",
    "shape_envs",
    "terms",
    "valuations",
    "value_ranges",
]

_HOME = {
    "PROPAGATION_LAWS": "propagation_laws",
    "REBINDING_LAWS": "rebinding_laws",
    "BoxSolver": "box",
    "EnvironmentUnderTest": "environment_laws",
    "ImplementationLaw": "laws",
    "LawBroken": "broken",
    "ObservableEnvironment": "environment_laws",
    "Propagating": "implementations",
    "Propagation": "programs",
    "Rebinding": "implementations",
    "RebindingStep": "environments",
    "Reference": "implementations",
    "ReferenceEnvironment": "environment_laws",
    "ShapeEnvMachine": "environment_laws",
    "archives": "programs",
    "check_law": "laws",
    "conditions": "term_strategies",
    "constraints": "environments",
    "exported_programs": "programs",
    "graphs": "graph_strategies",
    "propagations": "programs",
    "rebinding_steps": "environments",
    "shape_envs": "environments",
    "terms": "term_strategies",
    "valuations": "term_strategies",
    "value_ranges": "term_strategies",
}


def __getattr__(name: str) -> object:
    # The pytest plugin lives in this package and is imported by every pytest: that must not import hypothesis.
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'refimpl.testing' has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"refimpl.testing.{home}"), name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
