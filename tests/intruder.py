"""Somebody who wants to know hidden numbers, and has the whole public pack and the open code.

Written apart from `clusters.disclosure`: it reads the files of a pack, sets up what they say as a
system over whole numbers, and solves it (CP-SAT); or tries possible numbers out by making the pack
again, and compares all files byte by byte.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import sqlite3
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

import clusters as cl
from clusters.budget import Assumptions, look_ahead
from clusters.disclosure import HIDDEN

COUNTS = ("ehcps", "sen_support")
FORMULA = cl.Formula({"ehcps": 3, "sen_support": 1}, lump_per_cluster="1000")
POT = "900000"
NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?", re.IGNORECASE)


# ---- authorities ------------------------------------------------------------------------------


def authority(seed: int, n: int, k: int | None = None) -> tuple[cl.Problem, cl.Plan]:
    """Draw schools of very different sizes, and a plan of about n / 6 clusters."""
    rng = np.random.default_rng(seed)
    k = k or max(2, round(n / rng.uniform(4, 9)))
    xy = rng.uniform(0, 20_000, (n, 2)).round()
    rolls = np.exp(rng.normal(5.2, 0.8, n)).astype(int) + 15
    share = rng.choice([0.0, 0.01, 0.03, 0.05], n, p=[0.1, 0.3, 0.4, 0.2])
    plans = np.minimum(rolls // 3, rng.poisson(rolls * share))
    support = np.minimum(rolls // 3, rng.poisson(rolls * rng.uniform(0.02, 0.2, n)))
    schools = [
        cl.School(
            urn=str(100001 + i),
            name=f"School {i}",
            easting=float(400_000 + xy[i, 0]),
            northing=float(400_000 + xy[i, 1]),
            phase="primary",
            pupils=int(rolls[i]),
            ehcps=int(plans[i]),
            sen_support=int(support[i]),
            topup_pence=int(plans[i]) * 4_321_00,
        )
        for i in range(n)
    ]
    centres = rng.choice(n, k, replace=False)
    nearest = centres[((xy[:, None] - xy[None, centres]) ** 2).sum(-1).argmin(1)]
    plan = cl.Plan.from_assignment(
        {schools[i].urn: schools[nearest[i]].urn for i in range(n)},
    )
    return cl.Problem.from_schools(schools), plan


def other_plan(problem: cl.Problem, plan: cl.Plan) -> cl.Plan:
    """The same with one school in another cluster."""
    one, two = plan.clusters[0], plan.clusters[1]
    moved = next(m for m in one.members if m != one.centre) if len(one.members) > 1 else None
    if moved is None:
        return plan
    return cl.Plan(
        (
            replace(one, members=tuple(m for m in one.members if m != moved)),
            replace(two, members=(*two.members, moved)),
            *plan.clusters[2:],
        )
    )


@dataclass(kw_only=True)
class Case:
    """What a council hands to `write_report` for the public."""

    problem: cl.Problem
    plan: cl.Plan
    threshold: int = 5
    formats: tuple[str, ...] = ("csv",)
    more: Mapping[str, Any] = field(default_factory=dict)

    def with_counts(self, counts: Mapping[tuple[str, str], int]) -> Case:
        """The same with other counts."""
        schools = []
        for school in self.problem.schools:
            new = {name: counts.get((name, school.urn), getattr(school, name)) for name in COUNTS}
            schools.append(replace(school, **new, topup_pence=(new["ehcps"] or 0) * 4_321_00))
        return replace(self, problem=cl.Problem.from_schools(schools))

    def write(self, folder: Path) -> Path:
        """Write everything that a council could give, its formula and its forecast included."""
        pot = cl.Pot(POT, contingency="3%")
        split = cl.split_budget(self.problem, self.plan, pot, FORMULA)
        cl.write_report(
            folder,
            self.problem,
            {"Proposal": self.plan, "Another": other_plan(self.problem, self.plan)},
            split=split,
            rules=cl.Rules(n_clusters=(1, 99), balance={"need": 0.9}, contiguous=False),
            priorities=cl.Priorities(travel_by="need"),
            outlook=look_ahead(split, Assumptions(growth="5%"), n_simulations=100),
            audience="public",
            threshold=self.threshold,
            formats=self.formats,
            **self.more,
        )
        return folder


# ---- reading every file -----------------------------------------------------------------------


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def texts_of(folder: Path) -> Iterator[tuple[str, str]]:
    """Every text in every file: parts of zipped documents and rows of databases too."""
    for name, data in files_of(folder).items():
        if zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for part in archive.namelist():
                    yield f"{name}/{part}", archive.read(part).decode("utf-8", "ignore")
        elif name.endswith(".gpkg"):
            with sqlite3.connect(folder / name) as base:
                for (table,) in base.execute("SELECT name FROM sqlite_master WHERE type='table'"):
                    try:
                        rows = base.execute(f'SELECT * FROM "{table}"').fetchall()
                    except sqlite3.OperationalError:  # a table of an index
                        continue
                    yield f"{name}/{table}", json.dumps(rows, default=str)
        else:
            yield name, data.decode("utf-8", "ignore")


def numbers_of(folder: Path) -> set[float]:
    """Every number in every file."""
    found = set()
    for _, text in texts_of(folder):
        for match in NUMBER.findall(text):
            digits = match.replace(",", "")
            if len(digits) < 16:
                found.add(float(digits))
    return found


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


# ---- solving ----------------------------------------------------------------------------------


class System:
    """What a pack says of the hidden counts, as equations over whole numbers."""

    def __init__(self, folder: Path, threshold: int, total: Mapping[str, int]) -> None:
        self.model = cp_model.CpModel()
        self.low, self.home = 3 * threshold, dict[str, str]()
        self.hidden: dict[tuple[str, str], Any] = {}
        self.loose: set[tuple[str, str]] = set()  # counts of clusters whose sum is hidden
        self.small: dict[tuple[str, str], Any] = {}
        self.terms: dict[tuple[str, str], Any] = {}
        schools = rows_of(folder / "figures/schools.csv")
        clusters = {row["cluster"]: row for row in rows_of(folder / "figures/clusters.csv")}
        homes: dict[str, list[str]] = {}
        for row in schools:
            homes.setdefault(row["cluster"], []).append(row["urn"])
            self.home[row["urn"]] = row["cluster"]
            for name in COUNTS:
                self._count(name, row, threshold)
            self.model.add(
                sum(self.terms[name, row["urn"]] for name in COUNTS) <= int(row["pupils"])
            )
        for name in COUNTS:
            for label, ids in homes.items():
                told = clusters[label][name]
                terms = [self.terms[name, urn] for urn in ids]
                if told != HIDDEN:
                    self.model.add(sum(terms) == int(float(told)))
                else:
                    self.loose |= {(name, urn) for urn in ids if (name, urn) in self.hidden}
            self.model.add(sum(self.terms[name, row["urn"]] for row in schools) == total[name])
        self._small_somewhere(homes, clusters, threshold)
        self._money(folder, homes)

    def _count(self, name: str, row: Mapping[str, str], threshold: int) -> None:
        key, roll = (name, row["urn"]), int(row["pupils"])
        if row[name] != HIDDEN:
            self.terms[key] = int(float(row[name]))
            return
        self.terms[key] = self.hidden[key] = self.model.new_int_var(1, roll, "x")
        small = self.model.new_bool_var("small")
        self.model.add_linear_expression_in_domain(
            self.hidden[key],
            cp_model.Domain.from_intervals([[1, threshold - 1], [roll - threshold + 1, roll]]),
        ).only_enforce_if(small)
        self.small[key] = small

    def _small_somewhere(
        self, homes: Mapping[str, list[str]], clusters: Any, threshold: int
    ) -> None:
        """A cluster whose sum is shown hides its counts because one is small.

        Where it shows some count above zero, those hidden are low.
        """
        for name in COUNTS:
            for label, ids in homes.items():
                keys = [(name, urn) for urn in ids if (name, urn) in self.hidden]
                if keys and clusters[label][name] != HIDDEN:
                    self.model.add_bool_or([self.small[key] for key in keys])
                    others = [(name, urn) for urn in ids if (name, urn) not in self.hidden]
                    if any(self.terms[key] for key in others):
                        for key in keys:
                            low = cp_model.Domain(1, 3 * threshold - 1)
                            self.model.add_linear_expression_in_domain(
                                self.hidden[key], low
                            ).only_enforce_if(~self.small[key])

    def _money(self, folder: Path, homes: Mapping[str, list[str]]) -> None:
        """Every sum by cluster is pot x units / all units, as the page says."""
        path = folder / "figures/money.csv"
        factors = (
            {row["factor"]: row for row in rows_of(folder / "figures/factors.csv")}
            if ((folder / "figures/factors.csv").exists())
            else {}
        )
        if "units" not in factors or not path.exists():
            return
        pot, units = int(factors["units"]["total_pence"]), float(factors["units"]["quantity"])
        for row in rows_of(path):
            if row["units_pence"] == HIDDEN:
                continue
            pence, step = int(float(row["units_pence"])), 100_000 + 1
            own = sum(
                3 * self.terms["ehcps", urn] + self.terms["sen_support", urn]
                for urn in homes[row["cluster"]]
            )
            if not isinstance(own, int):
                self.model.add(pot * own <= int((pence + step) * units))
                self.model.add(pot * own >= int((pence - step) * units))

    def possible(
        self,
        wanted: int = 3,
        accept: Callable[[dict[tuple[str, str], int]], bool] = lambda _: True,
        near: Mapping[tuple[str, str], int] | None = None,
        tries: int = 60,
    ) -> dict[tuple[str, str], set[int]]:
        """Values of each hidden count that agree with everything; at most as many as wanted.

        Parameters
        ----------
        accept
            Whether a whole set of counts is a possible one.
        near
            Solutions are sought near these.
        """
        found: dict[tuple[str, str], set[int]] = {key: set() for key in self.hidden}
        gaps = [] if near is None else self._gaps(near)
        for part in (self.hidden.keys() - self.loose, self.loose):
            for _ in range(2 * wanted):  # as many new values at once as there can be
                solution = self._solve({key: found[key] for key in part}, wanted, gaps, near)
                if solution is None or not accept(solution):
                    break
                for key, value in solution.items():
                    found[key].add(value)
        for key in self.hidden:  # one by one what is left
            guesses = self._new(key, found, gaps) if near is None else self._moves(key, near)
            for solution in itertools.islice(guesses, tries):
                if len(found[key]) >= wanted:
                    break
                if solution[key] not in found[key] and accept(solution):
                    for other, value in solution.items():
                        found[other].add(value)
        return found

    def _new(
        self, key: tuple[str, str], found: Mapping[tuple[str, str], set[int]], gaps: list[Any]
    ) -> Iterator[dict[tuple[str, str], int]]:
        """Solutions with a new value of one count, as long as there are any."""
        while (solution := self._solve({key: found[key]}, 0, gaps)) is not None:
            yield solution

    def _moves(
        self, key: tuple[str, str], truth: Mapping[tuple[str, str], int]
    ) -> Iterator[dict[tuple[str, str], int]]:
        """Counts in which pupils have moved between one school and another of a hidden sum."""
        start = {other: truth[other] for other in self.hidden}
        mates = [
            other
            for other in self.hidden
            if other != key
            and other[0] == key[0]
            and (self.home[other[1]] == self.home[key[1]] or {key, other} <= self.loose)
        ]
        for step in (1, -1, 2, -2, 3, -3):
            for mate in mates:
                if min(start[key] + step, start[mate] - step) >= 1:
                    yield start | {key: start[key] + step, mate: start[mate] - step}

    def _gaps(self, near: Mapping[tuple[str, str], int]) -> list[Any]:
        gaps = []
        for key, var in self.hidden.items():
            gap = self.model.new_int_var(0, 10_000, "gap")
            self.model.add_abs_equality(gap, var - near[key])
            gaps.append(gap)
        return gaps

    def _solve(
        self,
        found: Mapping[tuple[str, str], set[int]],
        wanted: int,
        gaps: list[Any],
        near: Mapping[tuple[str, str], int] | None = None,
    ) -> dict[tuple[str, str], int] | None:
        """Find counts that differ from those found: all of them where none are wanted, else most.

        With counts that they should be near to, the nearest; what is low there stays low.
        """
        model, fresh = self.model.clone(), []
        for key, values in found.items():
            var = model.get_int_var_from_proto_index(self.hidden[key].index)
            other = cp_model.Domain.from_values(sorted(values)).complement()
            if not wanted:
                model.add_linear_expression_in_domain(var, other)
            elif len(values) < wanted:
                fresh.append(model.new_bool_var("fresh"))
                model.add_linear_expression_in_domain(var, other).only_enforce_if(fresh[-1])
        if wanted and not fresh:
            return None
        for key, value in (near or {}).items():
            if key in self.hidden:
                var = model.get_int_var_from_proto_index(self.hidden[key].index)
                model.add(var < self.low if value < self.low else var >= self.low)
        far = sum(model.get_int_var_from_proto_index(gap.index) for gap in gaps)
        model.maximize(30 * sum(fresh) - far)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.catch_sigint_signal = False
        solver.parameters.max_time_in_seconds = 2
        solver.parameters.relative_gap_limit = 0.1 if gaps else 0.0
        if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        if wanted and not any(solver.value(each) for each in fresh):
            return None
        return {
            key: solver.value(model.get_int_var_from_proto_index(v.index))
            for key, v in self.hidden.items()
        }


def totals(problem: cl.Problem) -> dict[str, int]:
    """Sums over the whole authority, which are published elsewhere."""
    return {name: sum(getattr(s, name) for s in problem.schools) for name in COUNTS}


def narrow(values: Mapping[tuple[str, str], set[int]]) -> list[tuple[str, str]]:
    """Hidden counts with fewer than three possible values."""
    return sorted(key for key, found in values.items() if len(found) < 3)


def solve_pack(case: Case, folder: Path) -> dict[tuple[str, str], set[int]]:
    """Attack 1: what the published figures leave open."""
    return System(folder, case.threshold, totals(case.problem)).possible()


def rerun_pack(case: Case, folder: Path, spare: Path) -> dict[tuple[str, str], set[int]]:
    """Attack 2: which possible counts lead to the very same files when the code is run again."""
    truth = {(n, s.urn): getattr(s, n) for s in case.problem.schools for n in COUNTS}
    published, runs = files_of(folder), iter(range(10**6))

    def same(counts: dict[tuple[str, str], int]) -> bool:
        again = case.with_counts(counts).write(spare / str(next(runs)))
        return files_of(again) == published

    system = System(folder, case.threshold, totals(case.problem))
    return system.possible(accept=same, near=truth)
