"""The CP-SAT model: one variable per allowed pair of atom and centre, one function per rule.

``x[a, c]`` is true where atom a is in the cluster of centre c; ``x[home(c), c]`` means "c is a
centre". Every function takes the same core and adds one rule or the cost of one priority, so that
each can be tested alone. The same encoding serves the whole problem, a neighbourhood and a single
cluster.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from clusters.domain import DECIMALS, FloatArray, IntArray
from clusters.model.cp_sat import new_solver
from clusters.model.instance import Instance
from clusters.model.solving import Round, Stopped, never, solve_and_cut

__all__ = [
    "HARD_RULES",
    "PRIORITIES",
    "WITHOUT_CONTIGUITY",
    "Core",
    "build_core",
    "cut_off_parts",
    "separate",
    "single_worker",
    "solve_core",
]

LinearExpr = cp_model.LinearExpr

RESOLUTION = 1 << 46
"""Costs are whole units of (largest possible total) / RESOLUTION, rounded down: a valid
relaxation."""


def single_worker(seed: int, work: float) -> cp_model.CpSolver:
    """Return a solver that proves with one worker: full linearisation, a deterministic budget."""
    return new_solver(seed=seed, work=work)


@dataclass(slots=True, kw_only=True)
class Core:
    """A CP-SAT model under construction.

    Parameters
    ----------
    instance
        What is modelled.
    allowed
        Array (n, m) of booleans: the pairs that have a variable.
    x
        Variable by pair; ``open_`` is the variable "c is a centre" by candidate.
    unit
        Cost of one whole unit of the model's objective.
    cost_terms
        (coefficient in whole units, variable) of the objective.
    """

    instance: Instance
    allowed: Any
    unit: float
    model: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    x: dict[tuple[int, int], Any] = field(default_factory=dict)
    by_atom: list[list[int]] = field(default_factory=list)
    by_centre: list[list[int]] = field(default_factory=list)
    cost_coefficients: list[int] = field(default_factory=list)
    cost_variables: list[Any] = field(default_factory=list)

    def open_(self, c: int) -> Any:
        """Return the variable "c is a centre"."""
        return self.x[int(self.instance.home[c]), c]

    def charge(self, price: float, variable: Any) -> None:
        """Add a cost, rounded down to whole units."""
        self.cost_coefficients.append(int(np.floor(price / self.unit)))
        self.cost_variables.append(variable)

    def objective(self) -> Any:
        """Return the total cost in whole units."""
        return LinearExpr.weighted_sum(self.cost_variables, self.cost_coefficients)

    def at_most(self, target: float) -> None:
        """Allow only solutions that cost at most `target` (offset apart)."""
        upper = np.ceil(target / self.unit)
        if upper < 4 * RESOLUTION:
            self.model.add(self.objective() <= int(upper))

    def clusters(self, value: Any) -> dict[int, list[int]]:
        """Read a solution: atoms by centre; `value` tells a variable's value."""
        found: dict[int, list[int]] = {}
        for (a, c), variable in self.x.items():
            if value(variable):
                found.setdefault(c, []).append(a)
        return found


# ---- hard rules ---------------------------------------------------------------------------------


def each_atom_once(core: Core) -> None:
    """Every school is in exactly one cluster."""
    for a, centres in enumerate(core.by_atom):
        core.model.add_exactly_one(core.x[a, c] for c in centres)


def members_need_their_centre(core: Core) -> None:
    """Nobody joins a centre that is not one."""
    home = core.instance.home
    for (a, c), variable in core.x.items():
        if a != home[c]:
            core.model.add_implication(variable, core.open_(c))


def n_clusters(core: Core) -> None:
    """There are exactly k clusters."""
    opened = [core.open_(c) for c, atoms in enumerate(core.by_centre) if atoms]
    core.model.add(LinearExpr.sum(opened) == core.instance.k)


def one_centre_per_atom(core: Core) -> None:
    """Schools that stay together have one centre between them."""
    homes: dict[int, list[Any]] = {}
    for c, atoms in enumerate(core.by_centre):
        if atoms:
            homes.setdefault(int(core.instance.home[c]), []).append(core.open_(c))
    for opened in homes.values():
        if len(opened) > 1:
            core.model.add_at_most_one(opened)


def load_bounds(core: Core) -> None:
    """Keep the bounds of every load: schools_per_cluster, balance, limits and expertise alike."""
    instance = core.instance
    for d in range(len(instance.low)):
        for c, atoms in enumerate(core.by_centre):
            if atoms:
                _bound_load(core, d, c, atoms)


def _bound_load(core: Core, d: int, c: int, atoms: list[int]) -> None:
    """Bound one load of one cluster; each level gives way where an excused atom allows more."""
    instance, opened = core.instance, core.open_(c)
    load = instance.loads[d, atoms].tolist()
    total = sum(load)
    held = LinearExpr.weighted_sum([core.x[a, c] for a in atoms], load)
    excused = [(e, int(a)) for e, a in enumerate(instance.excused) if (int(a), c) in core.x]
    uppers = [(min(int(instance.excused_high[e, d]), total), core.x[a, c]) for e, a in excused]
    floors = [(int(instance.excused_low[e, d]), core.x[a, c]) for e, a in excused]
    highest = max([upper for upper, _ in uppers], default=0)
    for level in sorted({int(instance.high[d]), *(upper for upper, _ in uppers)}):
        if level < total:
            looser = [x for upper, x in uppers if upper > level]
            room = [level] + [highest - level] * len(looser)
            core.model.add(held <= LinearExpr.weighted_sum([opened, *looser], room))
    lowest = min([floor for floor, _ in floors], default=0)
    for level in sorted({int(instance.low[d]), *(floor for floor, _ in floors)}):
        if level > 0:
            looser = [x for floor, x in floors if floor < level]
            need = [level] + [lowest - level] * len(looser)
            core.model.add(held >= LinearExpr.weighted_sum([opened, *looser], need))


def apart(core: Core) -> None:
    """Atoms that must be apart share no centre."""
    for a, b in core.instance.apart:
        for c in set(core.by_atom[a]) & set(core.by_atom[b]):
            core.model.add_at_most_one([core.x[a, c], core.x[b, c], ~core.open_(c)])


def contiguous(core: Core) -> None:
    """Whoever joins a centre from afar brings a neighbour along.

    Necessary, not sufficient: `cut_off_parts` adds the rest where a solution needs it.
    """
    instance = core.instance
    if instance.neighbours is None:
        return
    for (a, c), variable in core.x.items():
        near = instance.neighbours[a]
        home = int(instance.home[c])
        if a == home or home in near:
            continue
        if instance.school_neighbours is not None and len(instance.members[a]) > 1:
            continue
        core.model.add_bool_or([core.x[b, c] for b in near if (b, c) in core.x] + [~variable])


# ---- priorities ---------------------------------------------------------------------------------


def pair_costs(core: Core) -> None:
    """Journeys (and whatever else is a cost of one pair)."""
    for (a, c), variable in core.x.items():
        core.charge(float(core.instance.cost[a, c]), variable)


def soft_balance(core: Core) -> None:
    """Each cluster pays for its distance from the mean."""
    instance = core.instance
    if instance.balance_load is None:
        return
    # k x load - total is whole on the grid of the loads, however the mean falls
    load, step = on_grid(instance.balance_load)
    target = round(instance.balance_mean * instance.balance_k / step)
    ceiling = int(load.sum()) * instance.balance_k + target
    for c, atoms in enumerate(core.by_centre):
        if atoms:
            off = core.model.new_int_var(0, ceiling, f"off_{c}")
            weights = (load[atoms] * instance.balance_k).tolist()
            held = LinearExpr.weighted_sum([core.x[a, c] for a in atoms], weights)
            core.model.add(off >= held - target * core.open_(c))
            core.model.add(off >= target * core.open_(c) - held)
            core.charge(instance.balance_price * step / instance.balance_k, off)


def pyramids(core: Core) -> None:
    """Each cluster pays once for every pyramid that it holds a piece of."""
    instance = core.instance
    for g, group in enumerate(instance.groups):
        for c in range(instance.m):
            inside = [core.x[a, c] for a in group.tolist() if (a, c) in core.x]
            if inside:
                piece = core.model.new_bool_var(f"piece_{g}_{c}")
                for variable in inside:
                    core.model.add_implication(variable, piece)
                core.charge(instance.group_price, piece)


def expertise(core: Core) -> None:
    """Each cluster pays for the need of each type that its capacity does not cover."""
    instance = core.instance
    for unmet in instance.unmet:
        shortfall, step = on_grid(unmet.shortfall)
        ceiling = int(np.maximum(shortfall, 0).sum())
        if ceiling == 0:
            continue
        for c, atoms in enumerate(core.by_centre):
            if atoms:
                short = core.model.new_int_var(0, ceiling, f"short_{unmet.kind}_{c}")
                held = [core.x[a, c] for a in atoms]
                core.model.add(short >= LinearExpr.weighted_sum(held, shortfall[atoms].tolist()))
                core.charge(unmet.price * step, short)


def on_grid(values: FloatArray) -> tuple[IntArray, float]:
    """Express numbers of six decimals as whole multiples of the coarsest step that fits them."""
    whole = np.rint(values * 10**DECIMALS).astype(np.int64)
    step = int(np.gcd.reduce(np.abs(whole))) or 1
    return whole // step, step / 10**DECIMALS


HARD_RULES = (
    each_atom_once,
    members_need_their_centre,
    one_centre_per_atom,
    n_clusters,
    load_bounds,
    apart,
    contiguous,
)
WITHOUT_CONTIGUITY = tuple(rule for rule in HARD_RULES if rule is not contiguous)
"""For solvers that do better with separators alone, where solutions need them."""
PRIORITIES = (pair_costs, soft_balance, pyramids, expertise)


# ---- assembly -----------------------------------------------------------------------------------


def build_core(
    instance: Instance,
    allowed: Any = None,
    unit: float | None = None,
    rules: Sequence[Callable[[Core], None]] = HARD_RULES,
    *,
    stop: Callable[[], bool] = never,
) -> Core:
    """Build the model of an instance over the allowed pairs (all finite ones by default).

    Raises
    ------
    Stopped
        When `stop` becomes true meanwhile: a large model takes seconds.
    """
    finite = np.isfinite(instance.cost)
    allowed = finite if allowed is None else (allowed & finite)
    own = allowed[instance.home, np.arange(instance.m)]
    allowed = allowed & own[None, :]
    core = Core(instance=instance, allowed=allowed, unit=unit or cost_unit(instance, allowed))
    core.by_atom = [np.flatnonzero(row).tolist() for row in allowed]
    core.by_centre = [np.flatnonzero(column).tolist() for column in allowed.T]
    for a, centres in enumerate(core.by_atom):
        for c in centres:
            core.x[a, c] = core.model.new_bool_var(f"x_{a}_{c}")
        if stop():
            raise Stopped
    for add in (*rules, *PRIORITIES):
        if stop():
            raise Stopped
        add(core)
    core.model.minimize(core.objective())
    return core


def cost_unit(instance: Instance, allowed: Any) -> float:
    """Return the size of one whole unit of cost: the dearest conceivable plan / RESOLUTION."""
    dearest = float(np.where(allowed, instance.cost, 0.0).max(axis=1, initial=0.0).sum())
    if instance.balance_load is not None:
        dearest += 2 * instance.balance_price * float(instance.balance_load.sum())
    dearest += instance.group_price * sum(len(group) for group in instance.groups)
    for unmet in instance.unmet:
        dearest += unmet.price * float(np.maximum(unmet.shortfall, 0).sum())
    return max(dearest, 1e-9) / RESOLUTION


def cut_off_parts(core: Core, clusters: dict[int, list[int]]) -> int:
    """Forbid the parts of clusters that are not connected to their centre; return how many.

    For a part A cut off from its centre: whoever of A is with a centre outside A and its border
    must bring someone of the border along (a separator inequality; Carvajal et al. 2013, "Imposing
    connectivity constraints in forest planning models"). It is written for every such centre.
    """
    instance, count = core.instance, 0
    for c, atoms in clusters.items():
        for inside, exits in instance.cut_off(c, atoms):
            separate(core, inside, exits, c)
            count += 1
    return count


def separate(core: Core, inside: set[int], exits: set[int], found_at: int) -> None:
    """Forbid one part: atoms `inside` it, atoms that it can be joined by, and its centre."""
    instance = core.instance
    for c in range(instance.m):
        home = int(instance.home[c])
        # a group that is not itself connected can be cut off from a centre of its own
        if c != found_at and (home in inside or home in exits):
            continue
        if not core.by_centre[c]:
            continue
        ways_out = [core.x[b, c] for b in sorted(exits) if (b, c) in core.x]
        for a in sorted(inside):
            if (a, c) in core.x:
                core.model.add_bool_or([*ways_out, ~core.x[a, c]])


def solve_core(core: Core, **limits: Any) -> Iterator[Round[dict[int, list[int]]]]:
    """Solve a core until every cluster is connected; `limits` as for `solve_and_cut`."""
    return solve_and_cut(core.model, core.clusters, partial(cut_off_parts, core), **limits)
