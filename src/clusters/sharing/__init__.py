"""Sharing of expertise: who holds what, who can help whom, and how sure that is.

Plans are made by the solver, with the rule and the priority `expertise`. This package looks at a
plan and says what it leaves open: gaps, the nearest holders, agreements between clusters, outreach
from providers that belong to no cluster, specialist staff shared out, and what wrong data would do.
"""

from clusters.sharing.agreements import Agreement, Agreements, propose_sharing
from clusters.sharing.floor import GapFloor, gap_floor, rules_for_fewest_gaps, unmet_floor
from clusters.sharing.holders import nearest_holders
from clusters.sharing.providers import Provider
from clusters.sharing.reach import Reach, Reaches, need_beyond_reach, reach
from clusters.sharing.recoding import mapping_frame, recode
from clusters.sharing.sensitivity import Sensitivity, expertise_sensitivity
from clusters.sharing.team import Team, TeamRole, TeamShare, share_team
from clusters.sharing.versus import compare_sharing

__all__ = [
    "Agreement",
    "Agreements",
    "GapFloor",
    "Provider",
    "Reach",
    "Reaches",
    "Sensitivity",
    "Team",
    "TeamRole",
    "TeamShare",
    "compare_sharing",
    "expertise_sensitivity",
    "gap_floor",
    "mapping_frame",
    "nearest_holders",
    "need_beyond_reach",
    "propose_sharing",
    "reach",
    "recode",
    "rules_for_fewest_gaps",
    "share_team",
    "unmet_floor",
]
