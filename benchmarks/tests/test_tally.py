"""Figures calculated from latencies."""

import math

import pytest

from benchmarks.tools.tally import Tally, percentile


def tally(**latencies: list[float]) -> Tally:
    """Return a tally with these latencies in seconds by status ("s201")."""
    result = Tally()
    for status, values in latencies.items():
        for value in values:
            result.note(int(status[1:]), value)
    result.seconds, result.cpu_share = 2.0, 0.25
    return result


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.95, 95), (0.99, 99), (1, 100), (0, 1)])
def test_a_percentile_is_one_of_the_values(share, expected):
    assert percentile(list(range(100, 0, -1)), share) == expected


def test_one_value_is_every_percentile():
    assert percentile([7.0], 0.01) == percentile([7.0], 0.99) == 7.0


def test_the_percentile_of_no_values_is_nan():
    assert math.isnan(percentile([], 0.5))


def test_rates_and_percentiles_are_by_status():
    mixed = tally(s201=[0.010, 0.030], s409=[0.001])
    assert mixed.rate(201) == 1.0
    assert mixed.rate(409) == 0.5
    assert mixed.percentile(0.99, 201) == 30.0
    assert mixed.statuses == {201: 2, 409: 1}


def test_figures_have_the_name_and_the_generators_share():
    assert tally(s201=[0.010]).figures("holds", 201) == {
        "holds (/s)": 0.5,
        "holds: p50 (ms)": 10.0,
        "holds: p95 (ms)": 10.0,
        "holds: p99 (ms)": 10.0,
        "holds: generator (% of a core)": 25.0,
    }


def test_unexpected_statuses_end_the_measurement():
    with pytest.raises(RuntimeError, match="409"):
        tally(s201=[0.1], s409=[0.1]).expect(201)


def test_the_error_for_a_limited_product_says_how_to_start_it():
    with pytest.raises(RuntimeError, match="BOOKING_RATE="):
        tally(s429=[0.1]).expect(201)
