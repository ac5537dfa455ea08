"""Small numbers: which ones a public paper must not show, and which others would give them away.

A count of pupils below a threshold can point at a child. It is hidden, and so is whatever would
give it away. All hidden numbers look the same: :data:`HIDDEN`.

What is assumed of somebody who tries to work them out: that they know every number published, every
sum that these numbers belong to, that counts are whole and not negative, the numbers on roll, this
policy and this code (:mod:`clusters.disclosure.hiding` says what follows).
"""

from clusters.disclosure.hiding import Hidden, hide_amounts, hide_counts
from clusters.disclosure.policy import HIDDEN, LEAST_VALUES, SmallNumbers
from clusters.disclosure.redaction import OPEN_MEASURES, redacted

__all__ = [
    "HIDDEN",
    "LEAST_VALUES",
    "OPEN_MEASURES",
    "Hidden",
    "SmallNumbers",
    "hide_amounts",
    "hide_counts",
    "redacted",
]
