"""Divides the prices of an order's tickets into fees, taxes and what is left, by one rule that sums exactly.

All amounts are minor units. The rule:

1. The fee of a ticket is the event's amount plus its share of the price, at most the price.
2. The fee of the order is the event's amount plus its share of the total, at most what the first fees leave of it. It
   is spread over the tickets in proportion to what is left of their prices: each gets the whole part, and the units
   that remain go to the largest fractions, of equal ones to the earlier ticket.
3. Prices include tax: that of a part is part × rate / (1 + rate), rounded for each ticket and part. Net is the rest.

Shares and taxes are rounded half up. All totals are sums of tickets, so those of some tickets and of the others add
up to those of all, whatever is returned first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

ONE = 10_000  # basis points


class Rule(Protocol):
    """The fees (minor units), names of taxes, and rates (basis points) of an event: see Terms."""

    ticket_fee: int
    ticket_fee_rate: int
    order_fee: int
    order_fee_rate: int
    ticket_tax: str
    ticket_tax_rate: int
    fee_tax: str
    fee_tax_rate: int


class TaxLine(NamedTuple):
    """The tax of one name and rate (basis points) in `gross`, which includes it."""

    name: str
    rate: int
    gross: int
    tax: int


@dataclass(frozen=True, slots=True)
class Line:
    """One ticket: `price` is what is paid for it, `fee` the fee in it, `taxes` those of the ticket and of the fee."""

    price: int
    fee: int
    taxes: tuple[TaxLine, ...]

    @property
    def tax(self) -> int:
        """The tax in the price."""
        return sum(tax.tax for tax in self.taxes)


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over lines: `total` = `net` + the taxes; `fee` is the part of `total` that is fees, with their tax."""

    total: int
    fee: int
    net: int
    taxes: list[TaxLine]


def lines_of(prices: Sequence[int], rule: Rule) -> list[Line]:
    """Return a line for each price of an order that is bought under `rule`."""
    fees = [min(price, rule.ticket_fee + _half_up(price * rule.ticket_fee_rate, ONE)) for price in prices]
    rooms = [price - fee for price, fee in zip(prices, fees, strict=True)]
    order_fee = min(sum(rooms), rule.order_fee + _half_up(sum(prices) * rule.order_fee_rate, ONE))
    shares = spread(order_fee, rooms)
    return [_line(price, fee + share, rule) for price, fee, share in zip(prices, fees, shares, strict=True)]


def totals_of(lines: Iterable[Line]) -> Totals:
    """Return the sums of some lines; taxes in the order in which they first appear."""
    lines = list(lines)
    sums: dict[tuple[str, int], TaxLine] = {}
    for tax in (tax for line in lines for tax in line.taxes):
        before = sums.get((tax.name, tax.rate), TaxLine(tax.name, tax.rate, 0, 0))
        sums[tax.name, tax.rate] = before._replace(gross=before.gross + tax.gross, tax=before.tax + tax.tax)
    total = sum(line.price for line in lines)
    net = total - sum(line.tax for line in lines)
    return Totals(total, sum(line.fee for line in lines), net, list(sums.values()))


def spread(amount: int, rooms: Sequence[int]) -> list[int]:
    """Divide `amount` in proportion to `rooms`, by largest remainder. No part exceeds its room.

    `amount` is at most the sum of `rooms`.
    """
    whole = sum(rooms)
    if not whole:
        return [0] * len(rooms)
    parts = [amount * room // whole for room in rooms]
    by_fraction = sorted(range(len(rooms)), key=lambda index: -(amount * rooms[index] % whole))
    for index in by_fraction[: amount - sum(parts)]:
        parts[index] += 1
    return parts


def _line(price: int, fee: int, rule: Rule) -> Line:
    parts = ((rule.ticket_tax, rule.ticket_tax_rate, price - fee), (rule.fee_tax, rule.fee_tax_rate, fee))
    taxes = (
        TaxLine(name, rate, gross, _half_up(gross * rate, ONE + rate)) for name, rate, gross in parts if name and gross
    )
    return Line(price, fee, tuple(taxes))


def _half_up(dividend: int, divisor: int) -> int:
    return (2 * dividend + divisor) // (2 * divisor)
