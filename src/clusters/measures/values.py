"""The measures of one plan as frozen values, and their frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from clusters.arguments import checked, described
from clusters.domain import SchoolId, TravelUnit
from clusters.domain.values import picked
from clusters.errors import ArgumentError
from clusters.measures.access import Access, TypeMeasures
from clusters.shown import Shown, framed
from clusters.text import counted

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ClusterMeasures", "Journeys", "Measures", "PlanMeasures"]

FRAMES = ("cluster", "plan", "expertise", "type")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Journeys(Shown):
    """Journeys of some schools to their centres, in the problem's unit; NaN where there are none.

    Parameters
    ----------
    mean
        Weighted by the measure in ``Measures.travel_by``.
    worst, worst_school
        The longest journey, unweighted, and whose it is.
    by_phase
        Weighted mean by phase.
    rural
        Weighted mean of the rural schools; NaN where rurality is not known.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> journeys = cl.measure(problem, plan).whole.journeys
    >>> journeys.mean, journeys.worst
    (500.0, 1000.0)
    """

    mean: float
    worst: float
    worst_school: SchoolId | None
    by_phase: Mapping[str, float]
    rural: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ClusterMeasures(Shown):
    """What one cluster is like.

    Parameters
    ----------
    label, centre, centre_name
        As in the plan; centre None where it is not known.
    size
        Schools.
    totals
        Sum over the members of every measure; of what is known, where some is not.
    not_known
        Members that lack a number, by the measure's name (only where any does).
    phases
        Schools by phase.
    journeys
        To the centre.
    compactness
        Polsby-Popper: 4 pi x area / perimeter squared of the cluster's territory; 1 for a disc,
        near 0 for a thread (Polsby and Popper 1991). None where territories are not known.
    pyramids_whole, pyramids_part
        Pyramids of which the cluster holds all schools, and some.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> west = cl.measure(problem, plan).clusters[0]
    >>> west.label, west.size, west.totals["pupils"]
    ('West', 2, 150.0)
    """

    label: str
    centre: SchoolId | None
    centre_name: str | None
    size: int
    totals: Mapping[str, float]
    not_known: Mapping[str, int]
    phases: Mapping[str, int]
    journeys: Journeys
    compactness: float | None
    pyramids_whole: tuple[str, ...]
    pyramids_part: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PlanMeasures(Shown):
    """What a plan is like as a whole.

    Parameters
    ----------
    n_clusters, n_schools, not_placed
        Clusters that hold a school; schools of the problem in a cluster, and in none.
    smallest, largest
        Schools in the smallest and largest cluster.
    journeys
        Of all schools with a centre.
    balance
        By measure, how far the lowest and the highest cluster are from the mean cluster, as
        fractions of the mean (-0.2, 0.3).
    compactness
        Mean over clusters; None where territories are not known.
    pyramids_split
        Pyramids that lie in more than one cluster.
    extra_pieces
        Pieces of pyramids beyond one each.
    schools_moved
        Against the reference: the fewest schools that change cluster; None without a reference.
    expertise_gaps
        Clusters without recorded capacity of a type, added up over types.
    unmet_need
        Pupils beyond what capacity covers, added up over types; None where no policy says what
        one unit of capacity covers.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> whole = cl.measure(problem, plan).whole
    >>> whole.smallest, whole.largest, whole.balance["pupils"]
    (2, 2, (0.0, 0.0))
    """

    n_clusters: int
    n_schools: int
    not_placed: int
    smallest: int
    largest: int
    journeys: Journeys
    balance: Mapping[str, tuple[float, float]]
    compactness: float | None
    pyramids_split: tuple[str, ...]
    extra_pieces: int
    schools_moved: int | None
    expertise_gaps: int
    unmet_need: float | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Measures(Shown):
    """What a plan is like: by cluster, as a whole, and its sharing of expertise.

    Parameters
    ----------
    travel_by
        The measure that weights mean journeys ("schools": each school counts once).
    travel_unit
        "m" or "min": the unit of every journey.
    clusters
        In the order of the plan; clusters without a school are left out.
    whole
        The plan as a whole.
    expertise
        Each cluster's access to each type of expertise.
    types
        Each type over the whole plan.
    names
        School names by id, for frames.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> measures = cl.measure(problem, plan)
    >>> measures
    Measures(2 clusters, journeys by 'schools')
    >>> measures.whole.n_clusters
    2
    """

    travel_by: str
    travel_unit: TravelUnit
    clusters: tuple[ClusterMeasures, ...]
    whole: PlanMeasures
    expertise: tuple[Access, ...]
    types: tuple[TypeMeasures, ...]
    names: Mapping[SchoolId, str]

    def __repr__(self) -> str:
        return f"Measures({counted(len(self.clusters), 'cluster')}, journeys by {self.travel_by!r})"

    @checked
    def to_frame(self, kind: str = "cluster") -> pd.DataFrame:
        """Make a frame.

        Parameters
        ----------
        kind
            "cluster": a row for each cluster. "plan": one row. "expertise": a row for each
            cluster and type. "type": a row for each type. The unit of journeys ends the name of
            their columns (_m metres, _min minutes).

        Raises
        ------
        ValueError
            If kind is none of these.
        """
        return framed(self.rows(kind))

    @checked
    def rows(self, kind: str = "cluster") -> list[dict[str, Any]]:
        """List the rows of a frame as dicts, for those who need no pandas."""
        check_kind(kind)
        if kind == "cluster":
            return [self._cluster_row(cluster) for cluster in self.clusters]
        if kind == "expertise":
            return [self._access_row(row) for row in self.expertise]
        if kind == "type":
            return [self._type_row(row) for row in self.types]
        return [self._plan_row()]

    @checked
    def coverage(self, value: str = "capacity") -> pd.DataFrame:
        """Make the matrix cluster x type of one column of the "expertise" frame.

        Parameters
        ----------
        value
            For instance "capacity", "need", "capacity_per_pupil" or "unmet".
        """
        frame = self.to_frame("expertise")
        columns = [name for name in frame.columns if name not in ("cluster", "type")]
        if value not in columns:
            raise ArgumentError.of(
                f"value is {described(value)}, which is no column of expertise",
                f"use one of {', '.join(columns)}",
            )
        order = [cluster.label for cluster in self.clusters]
        matrix = frame.pivot_table(
            index="cluster", columns="type", values=value, aggfunc="first", dropna=False
        )
        return matrix.reindex(list(dict.fromkeys(order)))

    def _journey_columns(self, journeys: Journeys) -> dict[str, Any]:
        unit = self.travel_unit
        worst = journeys.worst_school
        row: dict[str, Any] = {
            f"mean_journey_{unit}": journeys.mean,
            f"worst_journey_{unit}": journeys.worst,
            "worst_journey_school": None if worst is None else self.names[worst],
        }
        for phase, mean in journeys.by_phase.items():
            row[f"mean_journey_{phase}_{unit}"] = mean
        return row | {f"mean_journey_rural_{unit}": journeys.rural}

    def _cluster_row(self, cluster: ClusterMeasures) -> dict[str, Any]:
        totals = {
            name: int(total) if total.is_integer() else total
            for name, total in cluster.totals.items()
            if name != "schools"
        }
        return {
            "cluster": cluster.label,
            **picked(cluster, "centre", "centre_name"),
            "schools": cluster.size,
            **{f"{phase}_schools": count for phase, count in cluster.phases.items()},
            **totals,
            **{f"{name}_not_known": count for name, count in cluster.not_known.items()},
            **self._journey_columns(cluster.journeys),
            "compactness": cluster.compactness,
            "pyramids_whole": ", ".join(cluster.pyramids_whole),
            "pyramids_part": ", ".join(cluster.pyramids_part),
        }

    def _plan_row(self) -> dict[str, Any]:
        whole = self.whole
        balance: dict[str, float] = {}
        for name, (low, high) in whole.balance.items():
            balance |= {f"{name}_furthest_below": low, f"{name}_furthest_above": high}
        return {
            "clusters": whole.n_clusters,
            "schools": whole.n_schools,
            "schools_not_placed": whole.not_placed,
            "smallest_cluster": whole.smallest,
            "largest_cluster": whole.largest,
            "travel_by": self.travel_by,
            **self._journey_columns(whole.journeys),
            **balance,
            "compactness": whole.compactness,
            "pyramids_split": len(whole.pyramids_split),
            "pyramid_extra_pieces": whole.extra_pieces,
            **picked(whole, "schools_moved", "expertise_gaps", "unmet_need"),
        }

    def _access_row(self, row: Access) -> dict[str, Any]:
        outside, unit = row.nearest_outside, self.travel_unit
        return {
            "cluster": row.cluster,
            "type": row.kind,
            **picked(row, "need", "need_not_known", "capacity", "holders", "capacity_not_known"),
            **picked(row, "capacity_per_pupil", "gap", "unmet"),
            f"mean_journey_{unit}": row.mean_journey,
            "nearest_outside": outside,
            "nearest_outside_name": None if outside is None else self.names[outside],
            f"nearest_outside_journey_{unit}": row.nearest_outside_journey,
        }

    def _type_row(self, row: TypeMeasures) -> dict[str, Any]:
        return {
            "type": row.kind,
            **picked(row, "need", "capacity", "gaps", "unmet", "covered_share", "unevenness"),
            f"mean_journey_{self.travel_unit}": row.mean_journey,
        }


def frame_of(rows: Sequence[Any], of: Any) -> pd.DataFrame:
    """Make a frame of dataclasses: a row for each, a column for each field of their class."""
    names = [field.name for field in fields(of)]
    return framed([[getattr(row, name) for name in names] for row in rows], columns=names)


def frame_by_kind(kind: str, **makers: Callable[[], Iterable[Any]]) -> pd.DataFrame:
    """Make the frame of a kind by the maker of its rows; refuse one that does not exist."""
    import pandas as pd

    check_kind(kind, tuple(makers))
    return pd.DataFrame(list(makers[kind]()))


def check_kind(kind: str, kinds: tuple[str, ...] = FRAMES) -> None:
    """Refuse the name of a frame that does not exist."""
    if kind not in kinds:
        raise ArgumentError.of(
            f"there is no frame {kind!r}: use one of {', '.join(kinds)}",
            f"call to_frame({kinds[0]!r})",
        )
