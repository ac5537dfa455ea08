"""Find a plan, prove how good it is, and verify it before it is returned."""

from clusters.solver.result import CountResult, Progress, Result
from clusters.solver.settings import Settings, effort
from clusters.solver.solve import solve

__all__ = ["CountResult", "Progress", "Result", "Settings", "effort", "solve"]
