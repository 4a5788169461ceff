"""The breakdown of an order: it sums exactly, has no negative part, and doesn't depend on what is returned first."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.invoices.breakdown import lines_of, spread, totals_of

NONE = {
    **{"ticket_fee": 0, "ticket_fee_rate": 0, "order_fee": 0, "order_fee_rate": 0},
    **{"ticket_tax": "", "ticket_tax_rate": 0, "fee_tax": "", "fee_tax_rate": 0},
}
amounts = st.integers(0, 2**31 - 1) | st.integers(0, 20)
rates = st.integers(0, 10_000)


def rule(**fields: Any) -> Any:
    return SimpleNamespace(**NONE | fields)


rules = st.builds(
    rule,
    ticket_fee=amounts,
    ticket_fee_rate=rates,
    order_fee=amounts,
    order_fee_rate=rates,
    ticket_tax=st.sampled_from(["", "VAT"]),
    ticket_tax_rate=rates,
    fee_tax=st.sampled_from(["", "VAT on fees"]),
    fee_tax_rate=rates,
)


@given(st.lists(amounts, max_size=12), rules)
def test_the_parts_of_each_line_and_of_all_sum_up(prices: list[int], terms: Any) -> None:
    lines = lines_of(prices, terms)
    totals = totals_of(lines)
    assert [line.price for line in lines] == prices
    for line in lines:
        assert 0 <= line.fee <= line.price
        assert all(0 <= tax.tax <= tax.gross for tax in line.taxes)
        assert sum(tax.gross for tax in line.taxes) <= line.price
    assert totals.total == sum(prices) == totals.net + sum(tax.tax for tax in totals.taxes)
    assert totals.net >= 0


@given(st.lists(amounts, min_size=1, max_size=12), rules, st.data())
def test_what_is_returned_and_what_is_kept_add_up_to_what_was_sold(prices: list[int], terms: Any, data: Any) -> None:
    lines = lines_of(prices, terms)
    returned = data.draw(st.sets(st.sampled_from(range(len(lines)))))
    parts = [totals_of(line for index, line in enumerate(lines) if (index in returned) == way) for way in (True, False)]
    whole = totals_of(lines)
    for name in ("total", "fee", "net"):
        assert sum(getattr(part, name) for part in parts) == getattr(whole, name)
    for tax in whole.taxes:
        same = [one for part in parts for one in part.taxes if one[:2] == tax[:2]]
        assert (sum(one.gross for one in same), sum(one.tax for one in same)) == tax[2:]


@given(st.lists(amounts, max_size=12), st.data())
def test_an_amount_is_spread_within_one_unit_of_its_share(rooms: list[int], data: Any) -> None:
    amount = data.draw(st.integers(0, sum(rooms)))
    parts = spread(amount, rooms)
    assert sum(parts) == amount
    for part, room in zip(parts, rooms, strict=True):
        assert 0 <= part <= room
        assert abs(part * sum(rooms) - amount * room) < max(sum(rooms), 1)


@pytest.mark.parametrize(
    ("prices", "terms", "fees", "taxes"),
    [
        # 1.00 per ticket and 5 % of 60.00 = 3.00 over what is left, 39 : 19, so 2.02 and 0.98.
        ([4000, 2000], rule(ticket_fee=100, order_fee_rate=500), [302, 198], []),
        # Without the fee, 5.70 are left: 5.70 × 0.07 / 1.07 = 0.37. A free ticket has no part.
        ([1070, 0], rule(ticket_fee=500, ticket_tax="VAT 7 %", ticket_tax_rate=700), [500, 0], [("VAT 7 %", 37)]),
        # Half a unit is rounded up: 3 × 0.2 / 1.2 = 0.5.
        ([3], rule(ticket_tax="VAT", ticket_tax_rate=2000), [0], [("VAT", 1)]),
        # Fees never exceed the price, and the earlier of two equal tickets gets the odd unit.
        ([5, 5], rule(order_fee=3), [2, 1], []),
        ([5], rule(ticket_fee=9, order_fee=9, fee_tax="VAT", fee_tax_rate=1900), [5], [("VAT", 1)]),
    ],
)
def test_examples(prices: list[int], terms: Any, fees: list[int], taxes: list[tuple[str, int]]) -> None:
    lines = lines_of(prices, terms)
    assert [line.fee for line in lines] == fees
    assert [(tax.name, tax.tax) for tax in totals_of(lines).taxes] == taxes
