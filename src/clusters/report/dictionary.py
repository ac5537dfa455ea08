"""What the columns of the frames mean, in a sentence each."""

from __future__ import annotations

from collections.abc import Mapping

from clusters.report.words import capital, measure_name, need_name

COLUMNS: Mapping[str, str] = {
    "urn": "Unique reference number of the school.",
    "name": "Name of the school.",
    "school": "Name of the school.",
    "phase": "Age group of the school.",
    "number": "Number of the cluster: the same on every map and in every table and option.",
    "from_number": "Number of the cluster that the school leaves.",
    "to_number": "Number of the cluster that the school joins.",
    "from": "Cluster that the school leaves.",
    "to": "Cluster that the school joins.",
    "why": "What the move does to the journey, and why the school is in its cluster.",
    "cluster": "Name of the cluster.",
    "place": "Name of the place that the cluster matches in every option.",
    "plan": "Name of the option, or cost of the best plan so far.",
    "centre": "URN of the school to which journeys are measured.",
    "centre_name": "Name of the school to which journeys are measured.",
    "schools": "Number of schools.",
    "pupils": "Pupils on roll.",
    "ehcps": "Pupils with an EHC plan.",
    "sen_support": "Pupils with SEN support.",
    "pyramid": "The secondary school that most pupils go on to, or its group.",
    "easting": "Metres east on the British National Grid.",
    "northing": "Metres north on the British National Grid.",
    "journey_m": "Kilometres to the centre of the cluster (the CSV file has metres).",
    "journey_min": "Minutes to the centre of the cluster.",
    "journey": "Journey to the centre of the cluster: kilometres, or minutes where the data have "
    "minutes.",
    "compactness": "1 is a round cluster, near 0 a long thin one (Polsby and Popper 1991).",
    "pyramids_whole": "Pyramids that lie in the cluster with all their schools.",
    "pyramids_part": "Pyramids that lie in the cluster with some of their schools.",
    "pyramids_split": "Pyramids that lie in more than one cluster.",
    "type": "Type of need.",
    "capacity": "Expertise on record that can be shared.",
    "holders": "Schools in the cluster that have it on record.",
    "gap": "Whether the cluster has none on record.",
    "gaps": "Clusters that have none on record.",
    "expertise_gaps": "Clusters without recorded expertise in a type that some school has.",
    "assumption": "What the simulated figures rest on.",
    "year": "Financial year, April to March.",
    "grant_pence": "The high needs block.",
    "transfer_pence": "What comes from another block.",
    "income_pence": "Promised income that is counted on.",
    "income_not_counted_pence": "Promised income that is not counted on.",
    "mitigations_pence": "What measures are expected to save.",
    "other_pence": "Further costs.",
    **{
        f"{name}_{level}_pence": f"{words} in {level} of 100 simulated futures, or better."
        for name, words in (
            ("opening", "Balance at the start of the year"),
            ("demand", "Cost of provision"),
            ("in_year", "What is left of the year"),
            ("closing", "Balance at the end of the year"),
        )
        for level in (10, 50, 90)
    },
    "covered_share": "Share of the pupils whose cluster has some.",
    "note": "What has to be known about the money.",
    "step": "Step from the pot to what is shared.",
    "pence": "Sum of money.",
    "factor": "Part of the formula.",
    "unit": "What is counted.",
    "quantity": "How many there are.",
    "rate_pence": "Money for one.",
    "committed_pence": "Top-ups of EHC plans that must be paid.",
    "backdated_pence": "Payments owed from the past.",
    "units_pence": "Money for need units.",
    "formula_pence": "Money by the formula.",
    "protection_pence": "What floor and cap add or take.",
    "flexible_pence": "Money by the formula, after floor and cap.",
    "total_pence": "All money of the row.",
    "today_pence": "What is spent today in a year.",
    "yearly_pence": "What is proposed for a year.",
    "change_pence": "Proposed less today.",
    "change_percent": "Change in per cent of today.",
    "outcome": "Whether it gains or loses.",
    "units_worked": "How the need units come about: each weight x the number that counts with it.",
    "line": "How the sum comes about; it can be worked out again from these words.",
    "group": "Group of schools.",
    "way": "What the groups are told apart by.",
    "gain": "Schools that gain money.",
    "lose": "Schools that lose money.",
    "mean_journey": "Mean journey to the centre, each school counted by its pupils.",
    "longest_journey": "Longest journey to a centre.",
    "seconds": "Seconds since the search began.",
    "bound": "What no plan under the rules can beat.",
    "figure": "Name of the figure.",
    "value": "Its value, and where it is from.",
    "convention": "How it is worked out.",
    "meaning": "What it means.",
    "plans": "EHC plans today.",
    "budget": "Pounds that there are for a year.",
    "scenario": "What is assumed to happen.",
}
"""Meaning of a column by its name."""

_PREFIXES: Mapping[str, str] = {
    "mean_journey_": "Mean journey to the centre, each school counted as the priorities say:",
    "worst_journey": "Longest journey to a centre, or whose it is.",
    "simulated_": "From simulated years, not a forecast:",
    "nearest_outside": "The nearest school outside the cluster that has the expertise.",
}


def meaning(column: str) -> str:
    """Say what a column means.

    Examples
    --------
    >>> meaning("ehcps"), meaning("asd")
    ('Pupils with an EHC plan.', 'Autistic spectrum disorder.')
    """
    if column in COLUMNS:
        return COLUMNS[column]
    for prefix, words in _PREFIXES.items():
        if column.startswith(prefix):
            rest = column.removeprefix(prefix).removesuffix("_m").removesuffix("_min")
            rest = "" if rest in ("m", "min") else rest.replace("_", " ").strip()
            return words if words.endswith(".") else f"{words} {rest or 'all schools'}."
    plain = column.removesuffix("_pence")
    for ending, words in (
        ("_furthest_below", "how far the lowest cluster is below the mean, a fraction of it"),
        ("_furthest_above", "how far the highest cluster is above the mean, a fraction of it"),
        ("_not_known", "schools for which this is not known"),
    ):
        if plain.endswith(ending):
            return f"{capital(measure_name(plain.removesuffix(ending)))}: {words}."
    name = need_name(plain)
    return f"{capital(measure_name(plain) if name == plain else name)}."
