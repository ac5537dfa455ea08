"""What the columns of the frames mean, in a sentence each."""

from __future__ import annotations

from collections.abc import Mapping

from clusters.report.wording.words import capital, measure_name, need_name

COLUMNS: Mapping[str, str] = {
    "urn": "Unique reference number of the school.",
    "name": "Name of the school.",
    "school": "Name of the school.",
    "phase": "Age group of the school.",
    "number": "Number of the cluster: the same on every map and in every table and option.",
    "colour": "Colour of the cluster on every map, as red, green and blue.",
    "map_number": "Number of the school on the maps: its place from A to Z.",
    "from_number": "Number of the cluster that the school leaves.",
    "to_number": "Number of the cluster that the school joins.",
    "from": "Cluster that the school leaves.",
    "to": "Cluster that the school joins.",
    "why": "What the move does to the journey, and why the school is in its cluster.",
    "cluster": "Name of the cluster.",
    "place": "Name of the place that the cluster matches in every option.",
    "plan": "Cost of the best plan so far.",
    "clusters": "Number of clusters.",
    "schools_not_placed": "Schools that the option puts into no cluster.",
    "smallest_cluster": "Schools in the smallest cluster.",
    "largest_cluster": "Schools in the largest cluster.",
    "travel_by": "What each school counts with in the mean journey.",
    "pyramid_extra_pieces": "Clusters that pyramids lie in beyond one each: 0 if all are whole.",
    "schools_moved": "Schools that are in another cluster than today.",
    "unmet_need": "Pupils of whose type of need their cluster has no expertise on record.",
    "worst_journey_school": "The school with the longest journey to its centre.",
    "need_not_known": "Schools whose pupils with this need are not known.",
    "capacity_not_known": "Schools whose expertise of this type is not known.",
    "capacity_per_pupil": "Expertise on record for each pupil with this need.",
    "nearest_outside_name": "The nearest school outside the cluster that has the expertise.",
    "nearest_outside_journey_m": "Journey from the centre of the cluster to that school.",
    "nearest_outside_journey_min": "Journey from the centre of the cluster to that school.",
    "unevenness": "How unevenly the expertise lies: 0 if every pupil has the same of it (Gini).",
    "units": "Units of need: each count times its weight.",
    "lump_per_cluster_pence": "Lump sum that each cluster has.",
    "lump_per_school_pence": "Lump sum that each school brings.",
    "sparsity_pence": "Money for small schools far from others.",
    "change_per_pupil_pence": "Change for each pupil on roll.",
    "change_per_ehcp_pence": "Change for each EHC plan.",
    "yearly_per_ehcp_pence": "What is proposed for a year, for each EHC plan.",
    "first financial year_pence": "What is paid in the first financial year (to March).",
    "next financial year_pence": "What is paid in the financial year after it.",
    "simulated_expected": "What EHC plans would cost, on average over simulated years.",
    "simulated_chance_of_overspend": "Share of simulated years in which the money does not do.",
    "simulated_contingency": "Money held back that would keep the risk at the level that was "
    "chosen.",
    "simulated_buffer": "What the money is above the cost expected.",
    "simulated_buffer_percent": "The same in per cent of that cost.",
    "simulated_shortfall": "What would be missing, on average over the simulated years.",
    "clusters_at_risk": "Clusters whose money would not do.",
    "fsm": "Pupils who are eligible for free school meals.",
    "low_prior_attainment": "Pupils with low attainment before they came.",
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

_IN_FRAME: Mapping[tuple[str, str], str] = {
    ("together", "group"): "Set of schools that are together in every option.",
    ("together", "schools"): "Number of schools in the set.",
    ("expertise", "need"): "Pupils of the cluster with this need.",
    ("types", "need"): "Pupils with this need.",
    ("assumptions", "value"): "Value, and where it is from.",
    ("small_schools", "journey"): "Journey to the centre of the cluster.",
    ("furthest", "journey"): "Journey to the centre of the cluster.",
    ("options", "compactness"): "Mean over the clusters: 1 is round, near 0 long and thin.",
    ("factors", "total_pence"): "Money that the factor brings in all.",
}
"""Meaning of columns that mean something else, or something closer, in one frame."""

WORKING: Mapping[str, str] = {
    "step": "Step of the working, or number that was decided.",
    "value": "Its value: pounds, a weight, a share or a count.",
    "name of the cell": "Name by which formulas call the cell to its left.",
    "tie": "Place in the order that settles ties of a penny: the lowest URN first.",
    "lump per cluster": "The cluster's lump sum; a school's row holds its equal part.",
    "lump per school": "Lump sums that schools bring.",
    "sparsity": "Money for small schools far from others, as given.",
    "formula exact": "Money by the formula before it is rounded.",
    "floor": "Least that it may have.",
    "cap": "Most that it may have.",
    "flexible exact": "Money after floor and cap, before it is rounded.",
    "whole pennies": "The same, rounded down to a penny.",
    "remainder": "What rounding down left; the largest ones get a penny more.",
    "flexible": "Money by the formula, after floor and cap, to the penny.",
    "of the split": "The same sum as the papers of the pack have it.",
    "difference": "The two compared: 0.",
}
"""Meaning of the columns that only the sheet has which works the split out."""

_PREFIXES: Mapping[str, str] = {
    "mean_journey_": "Mean journey to the centre, each school counted as the priorities say:",
    "worst_journey": "Longest journey to a centre, or whose it is.",
    "simulated_": "From simulated years, not a forecast:",
    "nearest_outside": "The nearest school outside the cluster that has the expertise.",
}


def meaning(column: str, frame: str = "") -> str:
    """Say what a column means, in one frame or anywhere.

    Examples
    --------
    >>> meaning("ehcps"), meaning("asd")
    ('Pupils with an EHC plan.', 'Autistic spectrum disorder.')
    """
    if (frame, column) in _IN_FRAME:
        return _IN_FRAME[frame, column]
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


def meaning_in_working(column: str) -> str:
    """Say what a column means on the sheet that works the split out.

    Examples
    --------
    >>> meaning_in_working("today"), meaning_in_working("measure pupils")
    ('What is spent today in a year.', 'Pupils on roll.')
    """
    if column in WORKING:
        return WORKING[column]
    name = column.removeprefix("measure ")
    return meaning(name if name != column or name in COLUMNS else f"{name}_pence")
