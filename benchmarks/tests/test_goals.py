"""Goals, compared with the medians of a run."""

import math

import pytest

from benchmarks.tools import goals
from benchmarks.tools.goals import GOALS, Goal, short


def test_every_goal_has_one_bound():
    assert all((goal.at_least is None) != (goal.at_most is None) for goal in GOALS)


def test_the_bound_itself_meets_the_goal():
    assert Goal("", "", at_least=2).met(2) and not Goal("", "", at_least=2).met(1.99)
    assert Goal("", "", at_most=2).met(2) and not Goal("", "", at_most=2).met(2.01)


def test_nan_meets_no_goal():
    assert not Goal("", "", at_least=0).met(math.nan)
    assert not Goal("", "", at_most=0).met(math.nan)


def test_the_table_has_only_measured_goals():
    table = goals.table({"holds / bare API": 0.9, "start, warm (s)": 5.0, "something else": 1.0})
    assert table.splitlines()[2:] == [
        "| a hold, 100 subsections, beside a bare FastAPI | holds / bare API ≥ 1 | 0.9 | **no** |",
        "| start, warm | start, warm (s) ≤ 6 | 5 | yes |",
    ]


def test_a_run_without_goals_has_no_table():
    assert goals.table({"something else": 1.0}) == ""


@pytest.mark.parametrize(("figure", "text"), [(12345.6, "12,346"), (100, "100"), (99.94, "99.9"), (0.01234, "0.0123")])
def test_figures_have_three_digits(figure, text):
    assert short(figure) == text
