"""What proofs are made of: obligations as text, symbolic integers that fork, the meaning of terms, the runner."""

from __future__ import annotations
