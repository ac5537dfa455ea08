"""Whoever reads the rulebook, or must know every rule without it, knows every rule.

One test for each consumer, parametrised by rule, so that a rule forgotten somewhere fails by its
name and by the name of the place.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from clusters import Priorities, Rules, RulesError, verify
from clusters.cli.arguments import parse
from clusters.cli.inputs import make_rules
from clusters.domain import EXCUSABLE, RULE_NAMES, RULEBOOK, Clause, bounded_quantities
from clusters.explain.changes import DROPPABLE
from clusters.model import assignment
from clusters.model.compiling import compile_instance
from clusters.model.instance import NO_LIMIT
from clusters.presolve import altered
from clusters.report.wording.words import rule_sentences
from clusters.rulebook import clauses_of, describe, entry_of, rule_of, without
from clusters.verifier import checks
from tests.report.test_words import SENTENCES
from tests.search import brute, drawn
from tests.verifier.grid import GRID, LEFT_RIGHT, LOOSE
from tests.verifier.test_table import EXCEPTIONS, TABLE
from tests.worlds import drawn_plan

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
EVERY = Rules(**LOOSE)
"""Every rule is asked for."""
BOUNDED = [rule.name for rule in RULEBOOK if rule.amounts is not None]
COMMANDS = {
    "n_clusters": "--clusters=3",
    "schools_per_cluster": "--sizes=1-12",
    "balance": "--balance=pupils=0.5",
    "limits": "--limits=pupils=0-100",
    "max_travel": "--max-travel-m=20000",
    "contiguous": "--not-contiguous",
    "expertise": "--expertise=asd=1",
    "phases": "--phase=secondary=1",
    "together": "--together=1,2",
    "apart": "--apart=4,9",
    "centres": "--centres-file=FILE",
}
BESIDES_LOADS = {"n_clusters", "max_travel", "contiguous", "together", "apart", "centres"}
"""Rules that bound no sum over a cluster: model and search have a function for each."""


def _clause(name: str) -> Clause:
    return next(clause for clause in clauses_of(EVERY) if clause.rule == name)


# ---- the rows ------------------------------------------------------------------------------------


def test_every_field_of_the_rules_belongs_to_one_row():
    fields = [field.name for field in dataclasses.fields(Rules) if field.name != "exceptions"]
    assert fields == [field for rule in RULEBOOK for field in rule.fields]


@pytest.mark.parametrize("name", RULE_NAMES)
def test_rules_can_be_asked_for_one_by_one_and_dropped(name):
    clause = _clause(name)
    left = clauses_of(without(EVERY, clause))
    assert (clause in left) == (name == "n_clusters")
    assert set(clauses_of(EVERY)) - set(left) <= {clause}


@pytest.mark.parametrize("name", RULE_NAMES)
def test_a_clause_is_put_into_words(name):
    text = describe(_clause(name), GRID, EVERY)
    assert text.startswith(f"{name}: ")
    assert len(text) > len(name) + 10


@pytest.mark.parametrize("name", [name for name in RULE_NAMES if name != "n_clusters"])
def test_dropping_a_rule_is_a_way_out_in_words(name):
    (way_out,) = altered(GRID, EVERY, without(EVERY, _clause(name)))
    assert (way_out.clause, way_out.sentence) == (
        _clause(name),
        f"drop {describe(_clause(name), GRID, EVERY)}",
    )


@pytest.mark.parametrize("name", BOUNDED)
def test_a_rule_that_bounds_a_sum_can_be_excused_and_its_exception_checked(name):
    assert name in EXCUSABLE
    with pytest.raises(RulesError, match="exceptions"):
        Rules(n_clusters=1, exceptions={"1": {name: "much"}})


def test_no_other_rule_can_be_excused_than_the_rulebook_says():
    for name in set(RULE_NAMES) - set(EXCUSABLE):
        with pytest.raises(RulesError, match="cannot be excused"):
            Rules(n_clusters=1, exceptions={"1": name})


# ---- who reads it, and who must know every rule without it ---------------------------------------


@pytest.mark.parametrize("name", RULE_NAMES)
def test_the_verifier_has_a_check_of_its_own(name):
    assert checks.CHECKS[name].__name__ == f"check_{name}"
    assert {row[0] for row in TABLE} >= {name}
    assert name in verify(GRID, EVERY, drawn_plan(LEFT_RIGHT)).checked


def test_the_verifier_has_no_rule_beyond_the_rulebook():
    assert set(checks.CHECKS) == {*RULE_NAMES, "assignment", "centre"}


def test_the_verifier_does_not_read_the_rulebook():
    for module in (ROOT / "src/clusters/verifier").glob("*.py"):
        text = module.read_text(encoding="utf-8")
        imports = [line for line in text.splitlines() if "import" in line or line.startswith("   ")]
        for name in ("rulebook", "RULEBOOK", "bounded_quantities", "phases_of", "presolve"):
            assert not any(name in line for line in imports), (module.name, name)


@pytest.mark.parametrize("name", EXCUSABLE)
def test_the_verifier_is_tested_with_exceptions(name):
    assert name in {row[0] for row in EXCEPTIONS}


@pytest.mark.parametrize("name", RULE_NAMES)
def test_model_and_search_hold_every_rule(name):
    """A rule that bounds a sum is a load, which every stage respects; others are listed by hand."""
    loads = {rule for rule, _ in compile_instance(GRID, EVERY, Priorities(), 2).rules}
    assert (name in loads) == (rule_of(_clause(name)).amounts is not None)
    assert name in loads | BESIDES_LOADS


@pytest.mark.parametrize("name", RULE_NAMES)
def test_brute_force_draws_and_judges_every_rule(name):
    fields = ("count_range",) if name == "n_clusters" else rule_of(_clause(name)).fields
    judged = inspect.getsource(brute)
    assert all(f"rules.{field}" in judged for field in fields)
    assert name in {*drawn.DRAWN, *drawn.LATER, "n_clusters", "contiguous"}


@pytest.mark.parametrize("name", RULE_NAMES)
def test_the_listing_of_clusters_for_the_proof_is_tried_with_every_rule(name):
    """tests/search/test_columns.py lists the clusters of such instances and counts them."""
    asked = [drawn.draw(30_000 + seed, n_schools=(8, 13)).rules for seed in range(40)]
    assert any(clause.rule == name for rules in asked for clause in clauses_of(rules))


@pytest.mark.parametrize("name", RULE_NAMES)
def test_the_papers_say_every_rule(name):
    said = [sentence for rule, sentence in rule_sentences(GRID, EVERY) if rule == name]
    assert said
    assert all(text[0].isupper() or text[0].isdecimal() for text in said)
    assert all(text.endswith(".") for text in said)


@pytest.mark.parametrize("name", EXCUSABLE)
def test_the_papers_say_every_exception(name):
    rules = Rules(n_clusters=2, exceptions={"1": name})
    (said,) = [text for rule, text in rule_sentences(GRID, rules) if rule == "exceptions"]
    assert str(rule_of(_clause(name)).excused) in said


@pytest.mark.parametrize("name", RULE_NAMES)
def test_the_command_line_has_an_option(name, tmp_path):
    file = tmp_path / "centres.csv"
    file.write_text("URN\n1\n", encoding="utf-8")
    option = COMMANDS[name].replace("FILE", str(file))
    assert option.startswith(f"--{rule_of(_clause(name)).option}")
    words = ["check", "--schools=a.csv", "--plan=p.csv", "--clusters=2", option]
    given, usual = make_rules(parse(words)), make_rules(parse(words[:-1]))
    assert given is not None
    assert usual is not None
    fields = rule_of(_clause(name)).fields
    assert any(getattr(given, field) != getattr(usual, field) for field in fields)


@pytest.mark.parametrize("name", [rule.name for rule in RULEBOOK if rule.form.bound == "pair"])
def test_a_scenario_takes_a_pair_as_a_list(name, tmp_path):
    rule = rule_of(_clause(name))
    pair = "[1, 2]" if rule.form.parts == "one" else "{ secondary = [1, 2] }"
    file = tmp_path / "a.toml"
    file.write_text(f"clusters = 2\n{rule.option} = {pair}\n", encoding="utf-8")
    rules = make_rules(parse(["check", "--schools=a", "--plan=p", f"--scenario={file}"]))
    assert rules is not None
    value = getattr(rules, name)
    assert (value if rule.form.parts == "one" else value["secondary"]) == (1, 2)


@pytest.mark.parametrize("name", RULE_NAMES)
def test_the_documents_have_a_row_with_the_same_sentence(name):
    rule = rule_of(_clause(name))
    row = next(
        line
        for line in (DOCS / "model.md").read_text(encoding="utf-8").splitlines()
        if line.startswith(f"| `{name}` |")
    )
    _, summary, *_, said, function = (cell.strip() for cell in row.strip("| ").split(" | "))
    assert summary == rule.summary
    assert said in [sentence for _, sentence in SENTENCES]
    assert ("load_bounds" in function) == (rule.amounts is not None)
    assert all(
        hasattr(assignment, one) or one == "compile_instance"
        for one in re.findall(r"\w+", function)
    )
    assert hasattr(checks, f"check_{name}")


@pytest.mark.parametrize("name", [name for name in RULE_NAMES if name != "n_clusters"])
def test_a_proposal_can_drop_every_rule(name):
    assert name in DROPPABLE


# ---- one table of bounded sums -------------------------------------------------------------------


@pytest.mark.parametrize("name", BOUNDED)
def test_what_is_bounded_is_in_the_table_once_for_each_clause(name):
    quantities = bounded_quantities(GRID, EVERY, 2)
    assert [q.clause for q in quantities] == [
        clause for clause in clauses_of(EVERY) if rule_of(clause).amounts is not None
    ]
    (own,) = [q for q in quantities if q.clause.rule == name]
    assert len(own.amounts) == len(GRID)
    assert entry_of(EVERY, own.clause) is not None


@pytest.mark.parametrize("seed", range(30))
def test_the_loads_of_the_model_are_the_sums_of_the_table(seed):
    case, instance = drawn.drawn_instance(seed)
    quantities = bounded_quantities(case.problem, case.rules, instance.k)
    assert len(quantities) == len(instance.loads)
    for d, q in enumerate(quantities):
        total = int(instance.loads[d].sum())
        unit = Fraction(sum(q.amounts), total) if total else Fraction(1)
        for atom, schools in enumerate(instance.members):
            low, high = instance.bounds_of([atom])
            least, most = q.bounds(schools)
            assert instance.loads[d, atom] * unit == q.total(schools)
            assert low[d] == (0 if least is None else -(-least // unit))
            assert high[d] == (NO_LIMIT if most is None else most // unit) or not total


def test_a_bound_is_the_loosest_of_the_rule_and_the_exceptions_in_a_cluster():
    rules = Rules(
        n_clusters=2,
        limits={"pupils": (4, 6)},
        exceptions={"1": {"limits": {"pupils": (2, 5)}}, "2": {"limits": {"pupils": (3, None)}}},
    )
    (q,) = bounded_quantities(GRID, rules, 2)
    assert q.bounds([2]) == (4_000_000, 6_000_000)
    assert q.bounds([0]) == (2_000_000, 6_000_000)
    assert q.bounds([0, 1]) == (2_000_000, None)
    assert np.array_equal(q.amounts, [2_000_000] * 12)
