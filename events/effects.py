"""What the steps of an event will do to whom, as its seller reads it before he takes them."""

from django.conf import settings
from django.urls import reverse

from events.clock import database_now
from events.models import Event
from events.money import money
from events.reads import section_rows, stats_of
from events.words import counted, moment


def of_publishing(event: Event) -> list[str]:
    """What goes on sale, when, for how much, and who finds it where."""
    rows = section_rows(event.pk)
    free, blocked = (sum(row[state] for row in rows) for state in ("available", "blocked"))
    said = [
        f"{counted(free, 'seat')} in {counted(len(rows), 'block')} {_go_on_sale(event, free)}",
        _prices([row["price"] for row in rows], event.currency),
        _visible(event),
    ]
    if event.starts_at is None:
        said.append("It has no date: buyers read “Date to be announced” until you set one.")
    if blocked:
        said.append(f"{counted(blocked, 'blocked seat')} {_stays(blocked)} out of sale until you unblock them.")
    if event.waiting_room_on:
        said.append(f"The waiting room is on: {event.admit_per_minute:,} a minute are let in to choose seats.")
    said.append("An event on sale does not become a draft again; you can still change its texts, times and prices.")
    return said


def of_closing(event: Event) -> list[str]:
    """What becomes of the seats by their state."""
    seats = stats_of([event.pk])[event.pk]
    held, free, sold = seats["reserved"], seats["available"], seats["sold"]
    said = ["Nobody can hold another seat once sales are closed."]
    if held:
        said.append(f"{counted(held, 'held seat')} can still be paid for until the time to pay is over.")
    if free:
        said.append(f"{counted(free, 'free seat')} {_stays(free)} unsold.")
    if sold:
        said.append(f"{counted(sold, 'sold seat')} {_stays(sold)} sold, and the tickets work.")
    return [
        *said,
        "This can't be undone: sales of this event never open again, and it can't be cancelled as a whole any more.",
        "To stop for a while only, untick “Active” instead: nothing is held or paid until you tick it again.",
    ]


def of_pausing(event: Event) -> list[str]:
    """Who stands still and who goes on."""
    return [
        "Nobody else is let in from the queue; everybody keeps his place in it and is told.",
        "Whoever has been let in goes on choosing and paying.",
        "You can let people in again at any time.",
    ]


def of_resuming(event: Event) -> list[str]:
    """How fast the queue moves again."""
    return [
        f"Up to {event.admit_per_minute:,} a minute are let in again, in the order of the queue, while no more than "
        f"{event.max_active:,} are choosing at once."
    ]


def _go_on_sale(event: Event, seats: int) -> str:
    go, now = "goes" if seats == 1 else "go", database_now()
    if not event.is_active:
        return f"{go} on sale as soon as you make the event active; it is not."
    if event.sales_end_at and event.sales_end_at <= now:
        return f"would be on sale, but sales ended on {moment(event.sales_end_at)}: change the times to sell them."
    if event.sales_start_at and event.sales_start_at > now:
        return f"{go} on sale on {moment(event.sales_start_at)}."
    return f"{go} on sale now."


def _prices(prices: list[int], currency: str) -> str:
    least, most = (money(price, currency) for price in (min(prices), max(prices)))
    return f"Every seat costs {least}." if least == most else f"Prices are from {least} to {most} a seat."


def _visible(event: Event) -> str:
    address = f"{settings.SITE_URL}{reverse('event', args=[event.pk])}"
    if event.is_active:
        return f"Everybody finds it in the list of events, and at {address}"
    return f"It is in no list while it is not active; its page is {address}"


def _stays(seats: int) -> str:
    return "stays" if seats == 1 else "stay"
