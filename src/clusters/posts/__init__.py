"""Better use of the money: which shared posts, at which schools, meet most unmet need per pound.

From need and expertise by cluster come the gaps; from the cost of a post and the pupils it covers,
what it would cost to fill them; within a budget, the choice of posts that covers most pupils, for
their own cluster or also for clusters within reach. The choice is by CP-SAT and says whether it is
proved to be the best.
"""

from clusters.posts.choice import gaps, share_posts
from clusters.posts.values import Gap, Post, PostPlan, SharedPost

__all__ = ["Gap", "Post", "PostPlan", "SharedPost", "gaps", "share_posts"]
