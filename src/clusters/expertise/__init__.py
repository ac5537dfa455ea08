"""Sharing of expertise: who holds what, who can help whom, and how sure that is.

Plans are made by the solver, with the rule and the priority `expertise`. This package looks at a
plan and says what it leaves open: gaps, the nearest holders, agreements between clusters, outreach
from providers that belong to no cluster, specialist staff shared out, and what wrong data would do;
and which shared posts, at which schools, would meet most unmet need per pound.
"""

from clusters.expertise.agreements import Agreement, Agreements, propose_sharing
from clusters.expertise.categories import mapping_frame, recode
from clusters.expertise.comparison import compare_sharing
from clusters.expertise.fewest_gaps import GapFloor, gap_floor, rules_for_fewest_gaps, unmet_floor
from clusters.expertise.holders import nearest_holders
from clusters.expertise.posts import Gap, Post, PostPlan, SharedPost
from clusters.expertise.providers import Provider
from clusters.expertise.reach import Reach, Reaches, need_beyond_reach, reach
from clusters.expertise.sensitivity import Sensitivity, expertise_sensitivity
from clusters.expertise.shared_posts import gaps, share_posts
from clusters.expertise.team import Team, TeamRole, TeamShare, share_team
from clusters.need_types import BROAD_AREAS, COUNCIL_CATEGORIES

__all__ = [
    "BROAD_AREAS",
    "COUNCIL_CATEGORIES",
    "Agreement",
    "Agreements",
    "Gap",
    "GapFloor",
    "Post",
    "PostPlan",
    "Provider",
    "Reach",
    "Reaches",
    "Sensitivity",
    "SharedPost",
    "Team",
    "TeamRole",
    "TeamShare",
    "compare_sharing",
    "expertise_sensitivity",
    "gap_floor",
    "gaps",
    "mapping_frame",
    "nearest_holders",
    "need_beyond_reach",
    "propose_sharing",
    "reach",
    "recode",
    "rules_for_fewest_gaps",
    "share_posts",
    "share_team",
    "unmet_floor",
]
