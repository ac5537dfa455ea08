"""For parents and carers: what changes, what does not, who decides; and the same in easy words.

Both are drafts: the author checks them, and fills the marked places.
"""

from __future__ import annotations

from clusters.report.document.blocks import Judgement, Points, Section, Words
from clusters.report.material import Material
from clusters.text import counted


def what_changes(material: Material) -> Section:
    """Say what would change."""
    facts = material.chosen.facts
    return Section(
        title="What would change",
        anchor="change",
        blocks=(
            Words(
                f"The council proposes that {counted(facts.measures.whole.n_schools, 'school')} "
                f"work together in {counted(len(facts.clusters), 'cluster')}. A cluster is a group "
                "of schools near each other.",
                "lead",
            ),
            Points(
                (
                    "Schools of a cluster would share staff and skills for special needs.",
                    "They would share some of the money for support, and say how it is used.",
                    "Your child would stay at the same school.",
                )
            ),
            Judgement("say when this would start, and where a list of all clusters can be seen."),
        ),
    )


def what_stays(_: Material) -> Section:
    """Say what would not change."""
    return Section(
        title="What would not change",
        anchor="stay",
        blocks=(
            Points(
                (
                    "An EHC plan is a right in law. What a plan says must be provided.",
                    "You can still ask for an assessment, in the same way as now.",
                    "You can still appeal against a decision, in the same way as now.",
                    "Every school must still support pupils with special needs.",
                )
            ),
            Judgement("have a lawyer check these sentences."),
        ),
    )


def who_decides(_: Material) -> Section:
    """Say who decides, and whom to ask."""
    return Section(
        title="Who decides, and whom to ask",
        anchor="decide",
        blocks=(
            Words("Nothing is decided yet. The Schools Forum will talk about the proposal first."),
            Judgement("say who decides in the council, when, and how families are asked."),
            Judgement("say how a cluster decides on money, and what happens in an emergency."),
            Judgement(
                "give a name, a telephone number and an address; name the local SEND information, "
                "advice and support service."
            ),
        ),
    )


def easy(material: Material) -> Section:
    """Say it in short sentences."""
    facts = material.chosen.facts
    return Section(
        title="Our plan in easy words",
        anchor="easy",
        blocks=(
            Points(
                (
                    "Some children need extra help at school.",
                    "We want schools to work in teams.",
                    f"There would be {len(facts.clusters)} teams.",
                    "A team is called a cluster.",
                    "Schools in a cluster help each other.",
                    "They share money for extra help.",
                    "You stay at your school.",
                    "Some people have an EHC plan.",
                    "That plan stays. It is the law.",
                    "Nothing is decided yet.",
                    "You can tell us what you think.",
                )
            ),
            Judgement("say how people can tell you, and by when. Ask people to check this page."),
        ),
    )
