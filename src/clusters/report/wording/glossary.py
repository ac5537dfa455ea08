"""The words of the pack and what they mean."""

from __future__ import annotations

from collections.abc import Mapping

GLOSSARY: Mapping[str, str] = {
    "Balance": "How near each cluster is to the average cluster, for example in pupils.",
    "Best possible": "A limit, worked out by the search, that no plan under the same rules can "
    "beat.",
    "Centre": "The school in a cluster to which journeys are measured.",
    "Cluster": "A group of schools that work together and share expertise and money.",
    "Contingency": "Money kept back for costs that nobody could foresee.",
    "EHC plan": "Education, health and care plan. A legal document that sets out the support a "
    "child or young person must have.",
    "Expertise": "Skills, staff time or places that a school can share with others.",
    "Formula": "The sum by which the money is shared out. Each part of it is shown.",
    "Lead": "The school whose SENCO leads the cluster. It need not be the centre.",
    "Need unit": "What the formula counts. Plans and pupils with support count with their weights; "
    "the section on the money says which.",
    "Option": "A plan that is being discussed.",
    "Phase": "The age group of a school, such as primary, middle or secondary.",
    "Pot": "The whole sum of money to be shared out.",
    "Pyramid": "A secondary school and the schools whose pupils go on to it.",
    "SENCO": "The teacher who leads on special educational needs in a school.",
    "SEND": "Special educational needs and disabilities.",
    "SEN support": "Help in school for a pupil with special needs and no EHC plan.",
    "Top-up": "Money for a pupil's support above what a school pays from its own budget.",
    "URN": "Unique reference number. The number by which a school is known.",
}
"""In the order of the alphabet; every term that a page uses and a parent may not know."""
