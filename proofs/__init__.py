"""Theorems about the shipped functions, proved by running those functions on symbolic arguments."""

from __future__ import annotations
