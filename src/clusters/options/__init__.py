"""Several plans to choose from: themes, how they differ, what they share, what trades for what.

How sure each school's place is, one plan out of several members' maps, and fairness between schools
are questions about several plans, too.
"""

from clusters.options.certainty import Draws, Stability
from clusters.options.consensus import Consensus, consensus
from clusters.options.curve import TradeOff, TradeOffPoint, trade_off
from clusters.options.fairness import Envy, Fairness, fairness
from clusters.options.proposing import propose
from clusters.options.ranking import Ranking, rank_options
from clusters.options.scoring import Scores, Win, score
from clusters.options.stability import stability
from clusters.options.themes import Theme
from clusters.options.values import Missing, Option, Options, Together, Trade, together_in_every

__all__ = [
    "Consensus",
    "Draws",
    "Envy",
    "Fairness",
    "Missing",
    "Option",
    "Options",
    "Ranking",
    "Scores",
    "Stability",
    "Theme",
    "Together",
    "Trade",
    "TradeOff",
    "TradeOffPoint",
    "Win",
    "consensus",
    "fairness",
    "propose",
    "rank_options",
    "score",
    "stability",
    "together_in_every",
    "trade_off",
]
