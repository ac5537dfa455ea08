"""Small numbers: which ones a public paper must not show, and which others would give them away.

A count of pupils below a threshold can point at a child. It is hidden (primary suppression), and so
are as many further counts as it takes that nobody can work it out from totals (secondary
suppression). All hidden numbers look the same: :data:`HIDDEN`.

What is assumed of somebody who tries to work them out: that they know every number published, every
sum that these numbers belong to, that counts are whole and not negative, and this policy. What they
can learn is the interval that linear programming leaves to each hidden number
(:func:`intervals`); :func:`suppress` hides until every interval is wide enough.
"""

from clusters.disclosure.policy import HIDDEN, SmallNumbers
from clusters.disclosure.redaction import OPEN_MEASURES, redacted
from clusters.disclosure.suppression import intervals, suppress
from clusters.disclosure.tables import suppress_table

__all__ = [
    "HIDDEN",
    "OPEN_MEASURES",
    "SmallNumbers",
    "intervals",
    "redacted",
    "suppress",
    "suppress_table",
]
