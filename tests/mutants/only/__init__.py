"""Which seeded fault of each clause its own checks notice and no check of another clause does."""

from __future__ import annotations

from tests import hypothesis_profile

__all__ = ["hypothesis_profile"]
"""Imported before any check is: a check takes the profile when it is made."""
