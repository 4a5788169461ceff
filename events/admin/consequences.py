"""What each event action will do, as sentences for the seller on the confirmation page."""

from django.conf import settings
from django.urls import reverse

from core.clock import database_now
from core.money.amounts import money
from core.text.formatting import pluralize
from events.catalog.selectors import section_rows, stats_of
from events.models import Event
from events.wall_clocks import clock_text


def of_publishing(event: Event) -> list[str]:
    """Return sentences on what goes on sale, when and at what price, and where buyers find the event."""
    rows = section_rows(event.pk)
    free, blocked = (sum(row[status] for row in rows) for status in ("available", "blocked"))
    sentences = [
        f"{pluralize(free, 'seat')} in {pluralize(len(rows), 'block')} {_go_on_sale(event, free)}",
        _prices([row["price"] for row in rows], event.currency),
        _visible(event),
    ]
    if event.starts_at is None:
        sentences.append("It has no date: buyers read “Date to be announced” until you set one.")
    if blocked:
        sentences.append(f"{pluralize(blocked, 'blocked seat')} {_stays(blocked)} out of sale until you unblock them.")
    if event.waiting_room_on:
        sentences.append(f"The waiting room is on: it lets in {event.admit_per_minute:,} buyers a minute.")
    sentences.append(
        "A published event can't become a draft again. You can still change its description, times and prices, but not "
        "its seats."
    )
    return sentences


def of_closing(event: Event) -> list[str]:
    """Return sentences on what closing sales does to held, free and sold seats.

    The last ones say that closing is final, and how to pause the sale instead.
    """
    seats = stats_of([event.pk])[event.pk]
    held, free, sold = seats["reserved"], seats["available"], seats["sold"]
    sentences = ["Nobody can reserve another seat once sales are closed."]
    if held:
        sentences.append(f"{pluralize(held, 'reserved seat')} can still be paid for until the reservation ends.")
    if free:
        sentences.append(f"{pluralize(free, 'free seat')} {_stays(free)} unsold.")
    if sold:
        sentences.append(f"{pluralize(sold, 'sold seat')} {_stays(sold)} sold, and the tickets stay valid.")
    return [
        *sentences,
        "This can't be undone: you can't reopen sales of this event. Until it begins, you can still cancel it.",
        "To pause the sale instead, untick “Active”: nobody can reserve or pay until you tick it again.",
    ]


def of_pausing(event: Event) -> list[str]:
    """Return sentences on what pausing the queue changes for waiting buyers and for those already let in."""
    return [
        "Nobody else is let in from the queue. Waiting buyers keep their place and see that the queue is paused.",
        "Buyers who have been let in can go on choosing and paying.",
        "You can resume the queue at any time.",
    ]


def of_resuming(event: Event) -> list[str]:
    """Return a sentence (in a list) on how fast the queue lets buyers in once it is resumed."""
    return [
        f"Up to {event.admit_per_minute:,} buyers a minute are let in again, in the order of the queue, as long as "
        f"no more than {event.max_active:,} are choosing at the same time."
    ]


def _go_on_sale(event: Event, seats: int) -> str:
    go, now = "goes" if seats == 1 else "go", database_now()
    if not event.is_active:
        return f"{go} on sale once you tick “Active”; the event is not active."
    if event.sales_close_at and event.sales_close_at <= now:
        ended = clock_text(event, event.sales_close_at)
        return f"won't be on sale: sales ended on {ended}. Change the times to sell them."
    if event.sales_start_at and event.sales_start_at > now:
        return f"{go} on sale on {clock_text(event, event.sales_start_at)}."
    return f"{go} on sale now."


def _prices(prices: list[int], currency: str) -> str:
    lowest, highest = (money(price, currency) for price in (min(prices), max(prices)))
    return f"Every seat costs {lowest}." if lowest == highest else f"Prices are from {lowest} to {highest} a seat."


def _visible(event: Event) -> str:
    url = f"{settings.SITE_URL}{reverse('event', args=[event.pk])}"
    if event.is_active:
        return f"Buyers find it in the list of events and at {url}"
    return f"It isn't listed while it is not active. Its page is {url}"


def _stays(seats: int) -> str:
    return "stays" if seats == 1 else "stay"
