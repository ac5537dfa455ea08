"""Sentences read as English, whatever the numbers: one school, no word twice, no empty bound."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

import clusters as cl
from clusters.presolve import altered, clauses_of, describe, impossibilities, reasons_for
from clusters.text import amount

PLURALS = (
    "schools|clusters|journeys|pupils|pairs|parts|groups|sites|units|moves|changes|rows|findings|"
    "centres|pieces|gaps|options|positions|EHC plans"
)
WRONG = {
    "a word twice": re.compile(r"\b([A-Za-z]+) \1\b"),
    "one of several": re.compile(rf"(?<![\d.,%-])\b1 (?:{PLURALS})\b"),
    "a bound of nothing": re.compile(r"at least 0 (?!or\b)"),
    "two blanks": re.compile(r"\w  \w"),
    "a number that is none": re.compile(r"\b(?:nan|None|inf)\b"),
    "a list's brackets": re.compile(r"[\[(]\)|array\("),
}


def faults_of(sentence: str) -> list[str]:
    quoted = re.sub(r"\"[^\"]*\"|'[^']*'|“[^”]*”", "X", sentence)
    return [name for name, pattern in WRONG.items() if pattern.search(quoted)]


def drawn(seed: int) -> tuple[cl.Problem, cl.Rules]:
    """Draw a tiny world, and rules that it seldom can keep."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 7))
    ids = [f"s{k}" for k in range(n)]
    scale = float(rng.choice([1, 1, 0.001, 0.5, 0]))
    problem = cl.Problem.from_arrays(
        ids,
        rng.integers(0, 5, (n, 2)) * 1000,
        {
            "value": scale * rng.integers(0, 4, n),
            "need": rng.integers(0, 3, n),
            "pupils": rng.integers(0, 3, n),
            "ehcps": rng.integers(0, 2, n),
        },
        [pair for pair in pairwise(ids) if rng.random() < 0.7],
        expertise={"asd": rng.integers(0, 2, n)},
    )
    name = str(rng.choice(["value", "need", "pupils", "ehcps"]))
    low, high = sorted(int(x) for x in rng.integers(0, 4, 2))
    given = {
        "schools_per_cluster": (max(low, 1), max(high, 1)),
        "limits": {name: (low, high)},
        "balance": {name: float(rng.choice([0, 0.1, 0.5]))},
        "max_travel_m": float(rng.choice([0, 1, 1000])),
        "expertise": {"asd": float(rng.integers(0, 3))},
        "together": [ids[:2]] if n > 1 else [],
        "apart": [ids[-3:]] if n > 1 else [],
        "centres": ids[: int(rng.integers(1, 3))],
    }
    chosen = {key: value for key, value in given.items() if rng.random() < 0.4}
    first = int(rng.integers(1, 5))
    count = (first, first + int(rng.integers(0, 2)))
    return problem, cl.Rules(n_clusters=count, contiguous=bool(rng.random() < 0.5), **chosen)


def sentences(seed: int) -> Iterator[str]:
    problem, rules = drawn(seed)
    found = impossibilities(problem, rules)
    assert len({reason.sentence for reason in found}) == len(found)
    for reason in (*found, *reasons_for(problem, rules, rules.count_range[0])):
        yield reason.sentence
        for fix in reason.fixes:
            yield from (change.sentence for change in altered(problem, rules, fix.rules))
    yield from (describe(clause, problem, rules) for clause in clauses_of(rules))
    plan = {key: "A" if k % 2 else "B" for k, key in enumerate(problem.ids)}
    yield from (finding.message for finding in cl.verify(problem, rules, plan).findings)
    yield from problem.notes


@pytest.mark.parametrize("seeds", [range(k, k + 100) for k in range(0, 600, 100)])
def test_reasons_ways_out_and_findings_read_as_english(seeds):
    said = [sentence for seed in seeds for sentence in sentences(seed)]
    assert len(said) > 500
    assert {sentence: found for sentence in said if (found := faults_of(sentence))} == {}


@pytest.mark.parametrize(
    ("value", "of", "text"),
    [
        (1, "schools", "1 school"),
        (2, "schools", "2 schools"),
        (1, "units of need", "1 unit of need"),
        (0, "pupils", "0 pupils"),
        (1, "EHC plans", "1 EHC plan"),
        (1, "pupils with SEN support", "1 pupil with SEN support"),
        (1, 'units of "x"', '1 unit of "x"'),
        (1, "'asd' capacity", "1 'asd' capacity"),
        (0.5, "units of need", "0.5 units of need"),
    ],
)
def test_an_amount_agrees_with_what_it_counts(value, of, text):
    assert amount(value, of) == text


def test_the_scan_finds_what_it_is_for():
    assert faults_of("no whole number of of value lies between them")
    assert faults_of("2 clusters of at least 5 units of need need 10")
    assert faults_of("at least 1 schools in each cluster")
    assert faults_of("3 clusters of at least 0 pupils hold them")
    assert not faults_of("3 clusters of at least 21 schools need 63; there are 1,001 schools.")
