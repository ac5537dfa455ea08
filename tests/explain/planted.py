"""Twenty conflicts planted into an authority of 170 schools, with the rules that are to blame."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from clusters.domain import Problem, Rules


def planted(problem: Problem) -> Mapping[str, tuple[Rules, set[str]]]:
    """Rules that cannot all hold, each with the names of the rules in conflict.

    Every case also carries rules that have no part in the conflict.
    """
    ids = problem.ids
    big = max(problem.pyramids.values(), key=len)
    pupils = problem.measure("pupils")
    mean = float(pupils.sum()) / 18
    largest = ids[int(pupils.argmax())]
    near: dict[object, set[object]] = {}
    for a, b in problem.neighbour_pairs():
        near.setdefault(a, set()).add(b)
        near.setdefault(b, set()).add(a)
    leaf = min(near, key=lambda key: (len(near[key]), str(key)))
    far = problem.distance_m
    one, other = np.unravel_index(int(far.argmax()), far.shape)
    west = [ids[p] for p in np.argsort(problem.xy_m[:, 0])[:25].tolist()]
    loose = {"balance": {"pupils": 0.6}}
    wide = {"schools_per_cluster": (2, 60)}
    return {
        "pyramid above the cap": (
            Rules(n_clusters=18, schools_per_cluster=(4, 14), together=[big], **loose),
            {"together", "schools_per_cluster"},
        ),
        "pyramid above the balance": (
            Rules(n_clusters=18, balance={"pupils": 0.05}, together=[big], **wide),
            {"together", "balance", "n_clusters"},
        ),
        "too many clusters for the least": (
            Rules(n_clusters=25, schools_per_cluster=(7, 20), **loose),
            {"n_clusters", "schools_per_cluster"},
        ),
        "too few clusters for the most": (
            Rules(n_clusters=18, schools_per_cluster=(2, 9), **loose),
            {"n_clusters", "schools_per_cluster"},
        ),
        "a school above the limit": (
            Rules(n_clusters=18, limits={"pupils": (None, float(pupils.max()) - 1)}, **wide),
            {"limits"},
        ),
        "limits below the total": (
            Rules(n_clusters=18, limits={"pupils": (None, round(0.9 * mean))}, **wide),
            {"n_clusters", "limits"},
        ),
        "limits above the total": (
            Rules(n_clusters=18, limits={"pupils": (round(1.1 * mean), None)}, **wide),
            {"n_clusters", "limits"},
        ),
        "no whole number within the balance": (
            Rules(n_clusters=18, balance={"schools": 0.02, "pupils": 0.6}),
            {"n_clusters", "balance"},
        ),
        "together and apart": (
            Rules(n_clusters=18, together=[big], apart=[[big[2], big[5]]], **wide),
            {"together", "apart"},
        ),
        "together and apart through a chain": (
            Rules(
                n_clusters=18,
                together=[[ids[0], ids[1]], [ids[1], ids[2]], [ids[2], ids[3]]],
                apart=[[ids[0], ids[3]]],
                **loose,
            ),
            {"together", "apart"},
        ),
        "more apart than clusters": (
            Rules(n_clusters=18, apart=[ids[:170:9]], **loose),
            {"n_clusters", "apart"},
        ),
        "fewer centres than clusters": (
            Rules(n_clusters=18, centres=ids[:170:15], **loose),
            {"n_clusters", "centres"},
        ),
        "nobody within reach": (
            Rules(n_clusters=18, centres=west, max_travel_m=6000, **loose),
            {"max_travel", "centres"},
        ),
        "too far for so few clusters": (
            Rules(n_clusters=18, max_travel_m=1500, **wide),
            {"n_clusters", "max_travel"},
        ),
        "together at the two ends": (
            Rules(n_clusters=18, together=[[ids[one], ids[other]]], max_travel_m=9000, **loose),
            {"together", "max_travel"},
        ),
        "the way between is too long": (
            Rules(n_clusters=18, together=[[ids[one], ids[other]]], schools_per_cluster=(2, 10)),
            {"together", "contiguous", "schools_per_cluster"},
        ),
        "limits against balance": (
            Rules(
                n_clusters=18,
                balance={"pupils": 0.1},
                limits={"pupils": (round(0.5 * mean), round(0.88 * mean))},
            ),
            {"n_clusters", "limits"},
        ),
        "more clusters than schools": (Rules(n_clusters=171, **wide), {"n_clusters"}),
        "a dead end cut off from its neighbours": (
            Rules(
                n_clusters=18,
                balance={"pupils": 0.3},
                apart=[[leaf, key] for key in sorted(near[leaf], key=str)],
            ),
            {"apart", "contiguous", "balance"},  # whatever the number of clusters
        ),
        "the largest school above a range": (
            Rules(
                n_clusters=(17, 19),
                limits={"pupils": (None, float(problem.school(largest).pupils or 0) - 5)},
                **wide,
            ),
            {"limits"},
        ),
    }
