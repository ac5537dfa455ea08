"""Other tools, run on the same tasks: the optional extra `peers`.

Each module has one function that parts the schools of a task with one tool and gives back the
cluster number of each school. Measuring is done elsewhere, the same way for all.
"""

from __future__ import annotations

import importlib.util

from benchmarks.measuring import Peer
from benchmarks.peers import kmeans, metis, pmedian, recom

__all__ = ["PEERS", "installed"]

PEERS = (
    Peer("GerryChain short bursts", "gerrychain", recom.short_bursts),
    Peer("GerryChain recursive tree", "gerrychain", recom.recursive_tree),
    Peer("METIS", "pymetis", metis.part),
    Peer("k-means-constrained", "k-means-constrained", kmeans.part),
    Peer("HiGHS p-median", "highspy", pmedian.part),
)


def installed(peer: Peer) -> bool:
    """Whether the package that a peer needs is here."""
    return importlib.util.find_spec(peer.package.replace("-", "_")) is not None
