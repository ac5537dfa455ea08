"""For parents and carers: what changes, what does not, who decides; and the same in easy words.

Both are drafts: the author checks them, and fills the marked places.
"""

from __future__ import annotations

from collections.abc import Iterator

from clusters.report.document.blocks import Block, Judgement, Points, Words, section
from clusters.report.material import Material
from clusters.text import counted


@section("What would change", "change")
def what_changes(material: Material) -> Iterator[Block]:
    """Say what would change."""
    facts = material.chosen.facts
    yield Words(
        f"The council proposes that {counted(facts.measures.whole.n_schools, 'school')} work "
        f"together in {counted(len(facts.clusters), 'cluster')}. A cluster is a group of schools "
        "near each other.",
        "lead",
    )
    yield Points(
        (
            "Schools of a cluster would share staff and skills for special needs.",
            "They would share some of the money for support, and say how it is used.",
            "Your child would stay at the same school.",
        )
    )
    yield Judgement("say when this would start, and where a list of all clusters can be seen.")


@section("What would not change", "stay")
def what_stays(_: Material) -> Iterator[Block]:
    """Say what would not change."""
    yield Points(
        (
            "An EHC plan is a right in law. What a plan says must be provided.",
            "You can still ask for an assessment, in the same way as now.",
            "You can still appeal against a decision, in the same way as now.",
            "Every school must still support pupils with special needs.",
        )
    )
    yield Judgement("have a lawyer check these sentences.")


@section("Who decides, and whom to ask", "decide")
def who_decides(_: Material) -> Iterator[Block]:
    """Say who decides, and whom to ask."""
    yield Words("Nothing is decided yet. The Schools Forum will talk about the proposal first.")
    yield Judgement("say who decides in the council, when, and how families are asked.")
    yield Judgement("say how a cluster decides on money, and what happens in an emergency.")
    yield Judgement(
        "give a name, a telephone number and an address; name the local SEND information, advice "
        "and support service."
    )


@section("Our plan in easy words", "easy")
def easy(material: Material) -> Iterator[Block]:
    """Say it in short sentences."""
    yield Points(
        (
            "Some children need extra help at school.",
            "We want schools to work in teams.",
            f"There would be {len(material.chosen.facts.clusters)} teams.",
            "A team is called a cluster.",
            "Schools in a cluster help each other.",
            "They share money for extra help.",
            "You stay at your school.",
            "Some people have an EHC plan.",
            "That plan stays. It is the law.",
            "Nothing is decided yet.",
            "You can tell us what you think.",
        )
    )
    yield Judgement("say how people can tell you, and by when. Ask people to check this page.")
