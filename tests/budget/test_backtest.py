"""The outlook against two censuses: clusters keep to their own levels within binomial error."""

from __future__ import annotations

import math

import numpy as np

from benchmarks.backtest import K, census, simulated_counts, tails
from clusters.budget.assumptions import AREA_SPREAD, Assumptions
from clusters.readers import read_caseload
from tests.shared_data import SHARED, shared_path


def test_clusters_keep_to_their_levels_from_2016_to_2019():
    shared_path("data", "kirklees", "382_census_2015-16_original_format.csv")
    problem, came = census(SHARED)
    everyone = np.arange(len(problem))
    assert (int(problem.measure("ehcps").sum()), int(came.sum())) == (1_082, 1_156)
    counts = simulated_counts(problem, came, AREA_SPREAD)
    assert abs(counts.sum(axis=1).mean() / came.sum() - 1) < 0.01
    above, below, error = tails(problem, came, counts, everyone, K)
    within = math.sqrt(0.1 * 0.9 / K)
    assert abs(above - 0.1) < within
    assert abs(below - 0.1) < within
    assert 0.8 < error < 1.25


def test_the_published_caseload_is_read_as_it_comes():
    path = shared_path("data", "kirklees", "la_level", "kirklees_caseload.csv")
    series = read_caseload(path, column="mainstream_total", authority="Kirklees")
    assert (series["201819"], series["202425"], len(series)) == (1263, 2050, 7)
    growth = Assumptions(growth=series).fitted()
    # the default spread of growth is that of this series
    assert round(growth.spread, 3) == 0.032
    assert "from 4.2% to 13.6% a year" in growth.source
    whole = read_caseload(path)
    assert (whole["201819"], whole["202425"]) == (2741, 4475)
