"""Every suite draws the same examples in every run."""

from __future__ import annotations

import tests.hypothesis_profile  # noqa: F401  # importing it loads the profile
