"""Plans side by side by their sharing of expertise."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from clusters.arguments import checked
from clusters.domain import PlanLike, Priorities, Problem, Rules, plans_of
from clusters.expertise.agreements import propose_sharing
from clusters.expertise.fewest_gaps import gap_floor
from clusters.expertise.providers import Provider
from clusters.expertise.reach import reach
from clusters.measures import measure

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["compare_sharing"]


@checked
def compare_sharing(
    problem: Problem,
    plans: Mapping[str, PlanLike],
    priorities: Priorities | None = None,
    *,
    rules: Rules | None = None,
    providers: Iterable[Provider] = (),
    within_m: float | None = None,
    within_min: float | None = None,
) -> pd.DataFrame:
    """Put plans side by side by what they share, beside `compare`.

    Returns
    -------
    pandas.DataFrame
        A row for each plan: gaps, fewest_gaps (no plan has fewer; where rules are given),
        gaps_after_outreach, gaps_after_agreements; unmet pupils before and after likewise;
        share_covered (pupils in need whose own cluster holds any capacity), share_in_reach (a
        holder within the stated journey), unevenness (mean over types of the Gini coefficient of
        capacity per pupil between clusters), and the mean journey to the centre.

    Examples
    --------
    >>> from clusters import Plan, Problem
    >>> from clusters.expertise import compare_sharing
    >>> problem = Problem.from_arrays(["a", "b", "c"], [[0, 0], [3, 0], [9, 0]],
    ...     expertise={"asd": [2, 1, 0]})
    >>> plans = {"near": Plan.from_assignment({"a": "a", "b": "a", "c": "c"}),
    ...     "shared": Plan.from_assignment({"a": "a", "b": "b", "c": "b"})}
    >>> compare_sharing(problem, plans)["gaps"].to_dict()
    {'near': 1, 'shared': 0}
    """
    plans = plans_of(problem, plans)
    import pandas as pd

    providers = tuple(providers)
    rows = []
    for plan in plans.values():
        measures = measure(problem, plan, priorities)
        reached = reach(
            problem,
            plan,
            priorities,
            providers=providers,
            within_m=within_m,
            within_min=within_min,
        )
        agreed = propose_sharing(problem, plan, priorities, providers=providers)
        known = [row for row in measures.types if row.need > 0]
        need = math.fsum(row.need for row in known)
        covered = math.fsum(row.need * row.covered_share for row in known)
        uneven = [row.unevenness for row in known if not math.isnan(row.unevenness)]
        count, floor = measures.whole.n_clusters, None
        if rules is not None:
            floor = sum(row.least for row in gap_floor(problem, rules, n_clusters=count))
        rows.append(
            {
                "clusters": count,
                "gaps": measures.whole.expertise_gaps,
                "fewest_gaps": floor,
                "gaps_after_outreach": reached.gaps_after,
                "gaps_after_agreements": agreed.gaps_after,
                "unmet": reached.unmet,
                "unmet_after_outreach": reached.unmet_after,
                "unmet_after_agreements": agreed.unmet_after,
                "share_covered": covered / need if need else math.nan,
                "share_in_reach": reached.share_in_reach,
                "unevenness": math.fsum(uneven) / len(uneven) if uneven else math.nan,
                f"mean_journey_{problem.travel_unit}": measures.whole.journeys.mean,
            }
        )
    return pd.DataFrame(rows, index=pd.Index(list(plans), name="plan"))
