"""A quick profile of Hypothesis for mutation testing (see [tool.mutmut] in pyproject.toml)."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("quick", max_examples=12, deadline=None, derandomize=True, database=None)
