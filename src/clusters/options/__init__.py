"""Several plans to choose from: themes, how they differ, what they share, what trades for what."""

from clusters.options.curve import TradeOff, TradeOffPoint, trade_off
from clusters.options.proposing import propose
from clusters.options.themes import Theme
from clusters.options.values import Missing, Option, Options, Together, Trade, together_in_every

__all__ = [
    "Missing",
    "Option",
    "Options",
    "Theme",
    "Together",
    "Trade",
    "TradeOff",
    "TradeOffPoint",
    "propose",
    "together_in_every",
    "trade_off",
]
