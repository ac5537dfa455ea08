"""What a verification found: findings, and the certificate that holds them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from clusters.domain import FrozenDict, SchoolId
from clusters.shown import Shown
from clusters.text import counted

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Certificate", "Finding"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Finding(Shown):
    """One way in which a plan breaks one rule.

    Parameters
    ----------
    rule
        A name of :data:`clusters.domain.RULE_NAMES`, or "assignment" or "centre".
    message
        A sentence that names the cluster, the schools and the numbers.
    cluster
        Label of the cluster, where the finding concerns one.
    schools
        Ids of the schools concerned, as the plan gives them where the problem has no such school.
    amount
        By how much the bound is missed, in the rule's own unit; None where there is no number.
    """

    rule: str
    message: str
    cluster: str | None = None
    schools: tuple[SchoolId, ...] = ()
    amount: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Put the finding into plain values that JSON can hold."""
        return {
            "rule": self.rule,
            "message": self.message,
            "cluster": self.cluster,
            "schools": [key if type(key) in (int, str) else str(key) for key in self.schools],
            "amount": _for_json(self.amount),
        }


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Certificate(Shown):
    """The outcome of verifying one plan.

    Parameters
    ----------
    findings
        Every way in which the plan breaks a rule; none when all rules hold.
    checked
        Names of the rules that were asked for and checked.
    objective
        Cost of the plan under the priorities, recomputed; None where the plan is too broken to
        have one, or where there are no priorities that fit the problem. Infinite where a journey
        that counts is impossible.
    costs
        The parts that add up to the objective, by priority.
    n_clusters, n_schools
        Clusters that hold a school of the problem; schools of the problem that the plan places.
    """

    findings: tuple[Finding, ...]
    checked: tuple[str, ...]
    objective: float | None
    costs: Mapping[str, float] = field(default_factory=FrozenDict)
    n_clusters: int
    n_schools: int

    def __repr__(self) -> str:
        found = "ok" if self.ok else f"{counted(len(self.findings), 'finding')}"
        size = f"{counted(self.n_schools, 'school')} in {counted(self.n_clusters, 'cluster')}"
        cost = "" if self.objective is None else f", cost {self.objective:,.1f}"
        return f"Certificate({found}, {size}, {counted(len(self.checked), 'rule')} checked{cost})"

    @property
    def ok(self) -> bool:
        """Whether every rule that was checked holds."""
        return not self.findings

    @property
    def broken(self) -> tuple[str, ...]:
        """Names of the rules with at least one finding, in the order checked."""
        found = {finding.rule for finding in self.findings}
        return tuple(name for name in self.checked if name in found)

    def summary(self) -> str:
        """Say in plain words what was checked and what was found."""
        size = f"{counted(self.n_schools, 'school')} in {counted(self.n_clusters, 'cluster')}"
        asked = f"{len(self.checked)} rules checked ({', '.join(self.checked)})"
        if self.ok:
            lines = [f"The plan ({size}) keeps all {asked}."]
        else:
            broken, found = len(self.broken), counted(len(self.findings), "finding")
            lines = [f"The plan ({size}) breaks {broken} of the {asked}; {found}:"]
            lines += [f"- {finding.rule}: {finding.message}" for finding in self.findings]
        if self.objective is not None:
            lines.append(f"Its cost under the priorities is {self.objective:,.1f}.")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Put the certificate into plain values that JSON can hold, to be saved with a plan."""
        return {
            "ok": self.ok,
            "checked": list(self.checked),
            "findings": [finding.to_dict() for finding in self.findings],
            "objective": _for_json(self.objective),
            "costs": {name: _for_json(cost) for name, cost in self.costs.items()},
            "n_clusters": self.n_clusters,
            "n_schools": self.n_schools,
        }

    def to_frame(self) -> pd.DataFrame:
        """Make a frame with one row for each finding."""
        import pandas as pd

        rows = [
            (f.rule, f.cluster, ", ".join(map(str, f.schools)), f.amount, f.message)
            for f in self.findings
        ]
        return pd.DataFrame(rows, columns=["rule", "cluster", "schools", "amount", "message"])


def _for_json(value: float | None) -> float | str | None:
    """Put infinity into words, since JSON has no such number."""
    return value if value is None or math.isfinite(value) else str(value)
