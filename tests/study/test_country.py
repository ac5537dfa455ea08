"""The generator of a country: the same from a seed, of the sizes that it promises."""

from __future__ import annotations

import clusters as cl
from benchmarks.england import draw_authority, draw_sizes, write_country


def test_sizes_run_from_the_smallest_to_the_largest_and_come_from_the_seed():
    sizes = draw_sizes(150)
    assert (len(sizes), min(sizes), max(sizes)) == (150, 20, 600)
    assert 80 < sorted(sizes)[75] < 130
    assert sizes == draw_sizes(150)
    assert sizes != draw_sizes(150, seed=2)


def test_an_authority_is_a_file_of_schools_that_can_be_searched(tmp_path):
    first, *_ = write_country(tmp_path, count=3, work=0.5)
    assert draw_authority(1, 20).equals(draw_authority(1, 20))
    problem = cl.build_problem(cl.read_schools(first))
    assert not problem.unknown
    assert 20 <= len(problem) <= 600
    file = cl.study.read_file(tmp_path / "england.toml")
    assert [case.name for case in file.cases] == [f"authority_{k:03}" for k in (1, 2, 3)]
    assert all(isinstance(case, cl.study.Case) for case in file.cases)
