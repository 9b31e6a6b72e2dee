"""Every suite draws the same examples in every run."""

from __future__ import annotations

from tests import hypothesis_profile

__all__ = ["hypothesis_profile"]
"""Importing it loads the profile."""
