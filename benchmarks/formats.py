"""Readers of the benchmark formats of ../shared/bench (described in its README.md)."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import clusters as cl
from benchmarks.case import Task

__all__ = [
    "read_authority",
    "read_capacitated",
    "read_county",
    "read_districts",
    "read_kirklees",
    "read_state",
    "read_table",
    "with_nearest_secondary",
]

NEED_WEIGHTS = {"ehcps": 3, "sen_support": 1}
"""Need of the Kirklees cases of issue 3: an EHC plan counts three times."""


SCHOOLS_PER_CLUSTER = 9.5
KM_PER_DEGREE = 111.32


def read_table(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file by column."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def read_districts(path: Path) -> Task:
    """Balanced contiguous districts: three weights, each within a tolerance of its mean."""
    rows = [line.split() for line in path.read_text().splitlines() if line.strip()]
    n = int(rows[0][0])
    units, m = rows[1 : n + 1], int(rows[n + 1][0])
    pairs = [(int(row[0]), int(row[1])) for row in rows[n + 2 : n + 2 + m]]
    last = rows[n + 2 + m]
    k, share = int(last[1]), float(last[2]) if len(last) > 2 else 0.05
    names = ("w1", "w2", "w3")
    problem = cl.Problem.from_arrays(
        [int(row[0]) for row in units],
        [[float(row[1]), float(row[2])] for row in units],
        {name: [float(row[3 + c]) for row in units] for c, name in enumerate(names)},
        pairs,
    )
    return Task(
        problem=problem,
        rules=cl.Rules(n_clusters=k, balance=dict.fromkeys(names, share)),
        priorities=cl.Priorities(travel_by="schools"),
        unit="the instance's own distances",
    )


def read_capacitated(path: Path, *, truncated: bool) -> Task:
    """Capacitated p-median: sites, demand, the same capacity everywhere; no contiguity."""
    rows = [line.split() for line in path.read_text().splitlines() if line.strip()]
    n, k = int(rows[0][0]), int(rows[0][1])
    numbers = np.array([[float(v) for v in row[:4]] for row in rows[1 : n + 1]])
    xy, capacity, demand = numbers[:, :2], numbers[:, 2], numbers[:, 3]
    if len(set(capacity.tolist())) > 1:
        msg = f"{path.name}: capacities differ between sites, which a limit cannot say"
        raise ValueError(msg)
    distance = np.hypot(xy[:, None, 0] - xy[None, :, 0], xy[:, None, 1] - xy[None, :, 1])
    problem = cl.Problem.from_arrays(
        list(range(1, n + 1)),
        xy,
        {"demand": demand},
        travel_m=np.floor(distance) if truncated else distance,
    )
    limits = {"demand": (None, float(capacity[0]))}
    return Task(
        problem=problem,
        rules=cl.Rules(n_clusters=k, limits=limits, contiguous=False),
        priorities=cl.Priorities(travel_by="schools"),
        unit="the instance's own distances",
    )


def read_authority(folder: Path, *, share: float, k: int = 18) -> Task:
    """Read the synthetic authority of peers.md with its Gabriel neighbours."""
    rows = read_table(folder / "instance.csv")
    lines = (folder / "gabriel.gal").read_text().splitlines()[1:]
    pairs = set()
    for head, tail in zip(lines[::2], lines[1::2], strict=False):
        i = head.split()[0]
        pairs |= {(min(i, j), max(i, j)) for j in tail.split()}
    need = [float(row["need"]) for row in rows]
    problem = cl.Problem.from_arrays(
        [row["id"] for row in rows],
        [[1000 * float(row["x_km"]), 1000 * float(row["y_km"])] for row in rows],
        {"need": need},
        sorted(pairs),
    )
    return Task(
        problem=problem,
        rules=cl.Rules(n_clusters=k, balance={"need": share}),
        priorities=cl.Priorities(travel_by="need"),
        per=sum(need),
        unit="metres per unit of need",
    )


def read_kirklees(
    folder: Path,
    *,
    k: int = 18,
    balance: dict[str, float],
    by: str = "pupils",
    shelley: bool = False,
    pyramids: bool = False,
    priorities: dict[str, Any] | None = None,
) -> Task:
    """Read the 170 mainstream schools of January 2019 with Delaunay neighbours.

    Parameters
    ----------
    shelley
        Keep the 19 schools of the Shelley Pyramid together, excused from balance and from
        schools_per_cluster.
    pyramids
        Put each school into the pyramid of its nearest secondary: a stand-in, not Kirklees' own.
    """
    schools: Any = cl.read_schools(folder / "schools_jan2019_mainstream_kirklees.csv")
    if pyramids:
        schools = with_nearest_secondary(schools)
    problem = cl.build_problem(schools, neighbours="delaunay", need_weights=NEED_WEIGHTS)
    given: dict[str, Any] = {"n_clusters": k, "balance": balance}
    if shelley:
        group = [row["URN_2019"] for row in read_table(folder / "pyramid_shelley.csv")]
        given["together"] = [group]
        given["exceptions"] = {group[0]: ("balance", "schools_per_cluster")}
    return Task(
        problem=problem,
        rules=cl.Rules(**given),
        priorities=cl.Priorities(travel_by=by, **(priorities or {})),
        per=float(problem.measure(by).sum()),
        unit=f"metres per unit of {by}",
    )


def read_county(
    path: Path,
    *,
    balance: dict[str, float],
    k: int | None = None,
    scale: float = 1.0,
    by: str = "pupils",
    whole: bool = False,
) -> Task:
    """Read the mainstream schools of January 2019 that have a position and a roll.

    Parameters
    ----------
    k, scale
        Clusters; by default one for 9.5 schools, times `scale`.
    whole
        Keep the largest pyramid together, excused from balance. As there are no pyramids in the
        file, a pyramid is a secondary school and the schools that it is nearest to: a stand-in.
    """
    schools: Any = tuple(
        cl.School(
            urn=row["URN"],
            name=row["EstablishmentName"],
            easting=float(row["Easting"]),
            northing=float(row["Northing"]),
            phase="secondary" if "secondary" in row["SCHOOLTYPE"].lower() else "primary",
            pupils=int(row["NOR"]),
            ehcps=int(row["TSENELSE"]) if row["TSENELSE"].isdigit() else 0,
            sen_support=int(row["TSENELK"]) if row["TSENELK"].isdigit() else 0,
        )
        for row in read_table(path)
        if row["Easting"] and row["NOR"].isdigit()
    )
    problem = cl.build_problem(schools, need_weights=NEED_WEIGHTS)
    given: dict[str, Any] = {
        "n_clusters": k or round(scale * len(schools) / SCHOOLS_PER_CLUSTER),
        "balance": balance,
    }
    if whole:
        pyramids: dict[str, list[str]] = {}
        for school in with_nearest_secondary(schools):
            pyramids.setdefault(str(school.pyramid), []).append(str(school.urn))
        group = max(pyramids.values(), key=len)
        given["together"] = [group]
        given["exceptions"] = {group[0]: ("balance", "schools_per_cluster")}
    return Task(
        problem=problem,
        rules=cl.Rules(**given),
        priorities=cl.Priorities(travel_by=by),
        per=float(problem.measure(by).sum()),
        unit=f"metres per unit of {by}",
    )


def read_state(path: Path) -> Task:
    """Counties into districts: population x squared distance, population between L and U."""
    given = json.loads(path.read_text())
    nodes, people = given["nodes"], [float(node["pop"]) for node in given["nodes"]]
    degrees = np.array([[node["x"], node["y"]] for node in nodes])
    middle = np.cos(np.radians(degrees[:, 1].mean()))
    km = degrees * KM_PER_DEGREE * np.array([middle, 1.0])
    apart = km[:, None, :] - km[None, :, :]
    pairs = [(edge[0], edge[1]) for edge in given["edges"]]
    problem = cl.Problem.from_arrays(
        [int(node["id"]) for node in nodes],
        1000 * km,
        {"people": people},
        pairs,
        travel_m=(apart**2).sum(axis=2),
    )
    return Task(
        problem=problem,
        rules=cl.Rules(n_clusters=given["k"], limits={"people": (given["L"], given["U"])}),
        priorities=cl.Priorities(travel_by="people"),
        per=float(sum(people)),
        unit="square kilometres per head",
    )


def with_nearest_secondary(schools: Any) -> tuple[cl.School, ...]:
    """Copy the schools, each in the pyramid named after its nearest secondary school."""
    upper = [s for s in schools if s.phase == "secondary"]
    if not upper:
        msg = "no school is of phase 'secondary'"
        raise ValueError(msg)
    named = []
    for school in schools:
        nearest = min(
            upper,
            key=lambda s: (
                np.hypot(s.easting - school.easting, s.northing - school.northing),
                s.urn,
            ),
        )
        named.append(replace(school, pyramid=nearest.name))
    return tuple(named)
