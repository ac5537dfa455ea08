"""The words of the pack and what they mean."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """A word and its meaning."""

    word: str
    meaning: str


GLOSSARY = (
    Entry("Balance", "How near each cluster is to the average cluster, for example in pupils."),
    Entry(
        "Best possible",
        "A limit, worked out by the search, that no plan under the same rules can beat.",
    ),
    Entry("Centre", "The school in a cluster to which journeys are measured."),
    Entry("Cluster", "A group of schools that work together and share expertise and money."),
    Entry("Contingency", "Money kept back for costs that nobody could foresee."),
    Entry(
        "EHC plan",
        "Education, health and care plan. A legal document that sets out the support a child or "
        "young person must have.",
    ),
    Entry("Expertise", "Skills, staff time or places that a school can share with others."),
    Entry("Formula", "The sum by which the money is shared out. Each part of it is shown."),
    Entry("Lead", "The school whose SENCO leads the cluster. It need not be the centre."),
    Entry(
        "Need unit",
        "What the formula counts. Plans and pupils with support count with their weights; the "
        "section on the money says which.",
    ),
    Entry("Option", "A plan that is being discussed."),
    Entry("Phase", "The age group of a school, such as primary, middle or secondary."),
    Entry("Pot", "The whole sum of money to be shared out."),
    Entry("Pyramid", "A secondary school and the schools whose pupils go on to it."),
    Entry("SENCO", "The teacher who leads on special educational needs in a school."),
    Entry("SEND", "Special educational needs and disabilities."),
    Entry("SEN support", "Help in school for a pupil with special needs and no EHC plan."),
    Entry("Top-up", "Money for a pupil's support above what a school pays from its own budget."),
    Entry("URN", "Unique reference number. The number by which a school is known."),
)
"""In the order of the alphabet; every term that a page uses and a parent may not know."""
