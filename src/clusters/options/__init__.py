"""Several plans to choose from: themes, how they differ, what they share, what trades for what."""

from clusters.options.curve import TradeOff, TradeOffPoint, trade_off
from clusters.options.proposing import propose
from clusters.options.stability import Draws, Stability, stability
from clusters.options.themes import Theme
from clusters.options.values import Option, Options, Together, Trade, together_in_every

__all__ = [
    "Draws",
    "Option",
    "Options",
    "Stability",
    "Theme",
    "Together",
    "Trade",
    "TradeOff",
    "TradeOffPoint",
    "propose",
    "stability",
    "together_in_every",
    "trade_off",
]
