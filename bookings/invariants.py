"""Invariants: statements that hold on any database at any time. Each has a query for the rows that violate it.

Three invariants protect the audit log of seats. "chain" recomputes the hash of each row from the row before it, and so
finds rows that were changed, removed, inserted or swapped. A chain can't show that its newest rows were removed, or
that somebody rewrote it from some row on, including the hashes. Removed newest rows are found by "audit_log_versions",
which counts the versions of the subsection, and by "audit_log_matches_seats", which compares each seat with the last
row about it. A rewritten audit log is found only by comparing the hash of a row with a copy that was stored elsewhere:
they now differ.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from core.transactions import retrying_transaction

MAX_BREACHES = 20  # rows reported for one invariant


@dataclass(frozen=True, slots=True)
class Invariant:
    """A statement that always holds (`promise`), and an SQL query for the rows that violate it (`breaches`)."""

    name: str
    promise: str
    breaches: str


INVARIANTS = (
    Invariant(
        "counts",
        "The counts and the seat status of a subsection are those of its tickets.",
        """
        SELECT s.id AS subsection, s.available, s.reserved, s.sold, s.blocked, s.seat_status, t.*
        FROM events_subsection s LEFT JOIN (
            SELECT event_id, subsection_id, count(*) AS tickets,
                count(*) FILTER (WHERE status = 'available') AS tickets_available,
                count(*) FILTER (WHERE status = 'reserved') AS tickets_reserved,
                count(*) FILTER (WHERE status = 'sold') AS tickets_sold,
                count(*) FILTER (WHERE status = 'blocked') AS tickets_blocked,
                string_agg(left(status, 1), '' ORDER BY position) AS tickets_seat_status
            FROM events_ticket GROUP BY event_id, subsection_id
        ) t ON t.subsection_id = s.id AND t.event_id = s.event_id
        WHERE (s.total, s.available, s.reserved, s.sold, s.blocked, s.seat_status) IS DISTINCT FROM (t.tickets,
            t.tickets_available, t.tickets_reserved, t.tickets_sold, t.tickets_blocked, t.tickets_seat_status)
        """,
    ),
    Invariant(
        "ticket_has_booking",
        "A reserved ticket belongs to a pending booking with its position, a sold ticket to a paid booking.",
        """
        SELECT t.subsection_id AS subsection, t.position, t.status, t.booking_id AS booking, b.status AS booking_status
        FROM events_ticket t LEFT JOIN bookings_booking b ON b.id = t.booking_id AND b.event_id = t.event_id
        WHERE t.booking_id IS NOT NULL AND NOT COALESCE(
            b.subsection_id = t.subsection_id AND t.position = ANY (b.positions)
            AND (t.status = 'reserved' AND b.status = 'pending_payment'
                OR t.status = 'sold' AND b.status IN ('paid', 'completed')), false)
        """,
    ),
    Invariant(
        "booking_has_tickets",
        "A pending or paid booking has all its tickets; other bookings have none.",
        """
        SELECT b.id AS booking, b.status, b.quantity, count(t.booking_id) AS tickets
        FROM bookings_booking b LEFT JOIN events_ticket t
            ON t.event_id = b.event_id AND t.subsection_id = b.subsection_id AND t.booking_id = b.id
        GROUP BY b.id, b.event_id HAVING count(t.booking_id) <>
            CASE WHEN b.status IN ('pending_payment', 'paid', 'completed') THEN b.quantity ELSE 0 END
        """,
    ),
    Invariant(
        "orders",
        "An order has bookings of its buyer: held until one time, or expired, or paid; others were taken out of it.",
        """
        SELECT coalesce(o.id, b.order_id) AS order, o.buyer_id AS buyer, count(b.id) AS bookings,
            array_agg(b.status ORDER BY b.id) AS statuses, array_agg(DISTINCT b.expires_at) AS deadlines
        FROM bookings_order o FULL JOIN bookings_booking b ON b.order_id = o.id AND b.event_id = o.event_id
        GROUP BY o.id, o.event_id, b.order_id
        HAVING o.id IS NULL OR count(b.id) = 0 OR bool_or(b.buyer_id <> o.buyer_id)
            OR count(b.id) > 1 AND bool_or(b.id = o.id)
            OR count(DISTINCT CASE
                WHEN b.status = 'pending_payment' THEN b.expires_at::text
                WHEN b.status IN ('completed', 'refunded') THEN 'paid'
                ELSE b.status
            END) FILTER (WHERE b.status <> 'cancelled') > 1
        """,
    ),
    Invariant(
        "paid_is_captured",
        "A paid order has exactly one captured payment, of what it bought; other orders keep no captured money.",
        """
        SELECT order_id AS order, statuses, bought, coalesce(captured, 0) AS captured, amount
        FROM (
            SELECT event_id, order_id, array_agg(status) AS statuses,
                bool_or(status IN ('paid', 'completed')) AS sold,
                coalesce(sum(total_price) FILTER (WHERE status IN ('paid', 'completed')), 0) AS worth,
                coalesce(sum(total_price) FILTER (WHERE status IN ('paid', 'completed', 'refunded')), 0) AS bought
            FROM bookings_booking GROUP BY event_id, order_id
        ) o LEFT JOIN (
            SELECT event_id, order_id, count(*) AS captured, sum(amount) AS amount
            FROM bookings_payment WHERE status IN ('captured', 'partly_refunded') GROUP BY event_id, order_id
        ) p USING (event_id, order_id)
        -- If only seats that cost nothing are left, all money may be back.
        WHERE sold AND (coalesce(captured, 0) <> 1 OR amount <> bought)
                AND NOT (captured IS NULL AND worth = 0 AND bought > 0)
            OR NOT sold AND captured > 0
        """,
    ),
    Invariant(
        "refunds",
        "The refunded amount of a payment is the sum of its refunds, and at most what was captured.",
        """
        SELECT p.id AS payment, p.status, p.captured_amount, p.refunded_amount, coalesce(sum(r.amount), 0) AS refunds
        FROM bookings_payment p LEFT JOIN bookings_refund r
            ON r.payment_id = p.id AND r.event_id = p.event_id AND r.status <> 'undone'
        GROUP BY p.id, p.event_id
        HAVING p.refunded_amount <> coalesce(sum(r.amount), 0) OR p.refunded_amount > coalesce(p.captured_amount, 0)
        """,
    ),
    Invariant(
        "paid_has_admissions",
        "Every seat of a paid booking has one ticket that is not void; other bookings have none.",
        """
        SELECT b.id AS booking, b.status, b.quantity, count(a.id) AS admissions
        FROM bookings_booking b LEFT JOIN bookings_admission a ON a.booking_id = b.id AND a.status IN ('active', 'used')
            AND a.event_id = b.event_id AND a.subsection_id = b.subsection_id AND a.position = ANY (b.positions)
        GROUP BY b.id, b.event_id
        HAVING count(a.id) <> CASE WHEN b.status IN ('paid', 'completed') THEN b.quantity ELSE 0 END
        """,
    ),
    Invariant(
        "mock_records",
        "Our records of payments by the mock gateway match its own records, except for those still open.",
        """
        SELECT coalesce(p.id, c.payment_id) AS payment, p.status, p.amount, p.refunded_amount,
            c.captured AS captured_there, c.amount AS amount_there, coalesce(b.amount, 0) AS refunded_there
        FROM (SELECT * FROM bookings_payment WHERE gateway = 'mock') p
        FULL JOIN bookings_mockcharge c ON c.payment_id = p.id
        LEFT JOIN (SELECT charge_id, sum(amount) AS amount FROM bookings_mockrefund GROUP BY charge_id) b
            ON b.charge_id = c.payment_id
        LEFT JOIN (
            SELECT payment_id, sum(amount) AS amount FROM bookings_refund
            WHERE status = 'sent' AND reason <> 'dispute' GROUP BY payment_id
        ) r ON r.payment_id = p.id
        WHERE p.status IS DISTINCT FROM 'pending' AND (
            p.id IS NULL
            OR coalesce(c.captured, false) <> (p.status IN ('captured', 'partly_refunded', 'refunded'))
            OR c.captured AND (c.amount, c.currency) IS DISTINCT FROM (p.captured_amount, p.captured_currency::text)
            OR coalesce(b.amount, 0) <> coalesce(r.amount, 0)
                AND NOT EXISTS (SELECT 1 FROM bookings_refund o WHERE o.payment_id = p.id AND o.status = 'pending')
        )
        """,
    ),
    Invariant(
        "open_holds",
        "No buyer has more open holds than the highest limit among the events of these holds.",
        """
        SELECT b.buyer_id AS buyer, count(DISTINCT b.order_id) AS open_holds, max(e.max_active_holds) AS allowed
        FROM bookings_booking b JOIN events_event e ON e.id = b.event_id
        WHERE b.status = 'processing' OR b.status = 'pending_payment' AND b.expires_at > clock_timestamp()
        GROUP BY b.buyer_id HAVING count(DISTINCT b.order_id) > max(e.max_active_holds)
        """,
    ),
    Invariant(
        "layouts",
        "Every drawn block has a layout with a name for each place and a lowest price; other subsections have none.",
        """
        SELECT coalesce(s.id, l.subsection_id) AS subsection, s.kind, s.total, s.price,
            cardinality(l.names) AS names, l.tier_prices
        FROM events_subsection s
        FULL JOIN events_layout l ON l.event_id = s.event_id AND l.subsection_id = s.id
        WHERE (s.kind = 'drawn') IS DISTINCT FROM (l.subsection_id IS NOT NULL)
            OR l.subsection_id IS NOT NULL AND (
                cardinality(l.names) <> s.total
                OR (SELECT count(DISTINCT name) FROM unnest(l.names) AS name) <> s.total
                OR (SELECT sum(size) FROM unnest(l.run_sizes) AS size) <> s.total
                OR s.price <> (SELECT min(price) FROM unnest(l.tier_prices) AS price)
            )
        """,
    ),
    Invariant(
        "booking_names",
        "A pending or paid booking has the names that its places have in their layout; without a layout it has none.",
        """
        SELECT b.id AS booking, b.subsection_id AS subsection, b.positions, b.seat_names
        FROM bookings_booking b
        LEFT JOIN events_layout l ON l.event_id = b.event_id AND l.subsection_id = b.subsection_id
        WHERE b.status IN ('pending_payment', 'paid', 'completed') AND (
            (b.seat_names IS NULL) <> (l.subsection_id IS NULL)
            OR EXISTS (
                SELECT FROM unnest(b.positions, b.seat_names, b.row_numbers, b.seat_numbers)
                    AS place (position, name, line, seat)
                WHERE l.subsection_id IS NOT NULL
                    AND (l.names[position + 1], l.row_numbers[position + 1], l.seat_numbers[position + 1])
                        IS DISTINCT FROM (name, line, seat)
            )
        )
        """,
    ),
    Invariant(
        "whole_tables",
        "The seats of a table that is sold as a whole belong to one booking, or to none, and are blocked together.",
        """
        SELECT l.subsection_id AS subsection, l.names[start + 1] AS first_seat, size,
            count(t.booking_id) AS taken, count(DISTINCT t.booking_id) AS bookings,
            count(*) FILTER (WHERE t.status = 'blocked') AS blocked
        FROM events_layout l
        CROSS JOIN unnest(l.table_starts, l.table_sizes) AS whole (start, size)
        JOIN events_ticket t ON t.event_id = l.event_id AND t.subsection_id = l.subsection_id
            AND t.position >= start AND t.position < start + size
        GROUP BY l.subsection_id, l.names[start + 1], size
        HAVING count(t.booking_id) NOT IN (0, size) OR count(DISTINCT t.booking_id) > 1
            OR count(*) FILTER (WHERE t.status = 'blocked') NOT IN (0, size)
        """,
    ),
    Invariant(
        "references",
        "The reference of every booking, ticket and payment has the right check character and begins as its kind does.",
        """
        SELECT kind, id, reference
        FROM (
            SELECT 'booking' AS kind, 'CDFHJKM' AS initials, id, reference FROM bookings_booking
            UNION ALL SELECT 'ticket', 'NPRTVWXY', id, reference FROM bookings_admission
            UNION ALL SELECT 'payment', '2345', id, reference FROM bookings_payment
        ) r
        WHERE strpos(initials, left(reference, 1)) = 0 OR (
            SELECT sum((strpos('23456789CDFHJKMNPRTVWXY', letter) - 1) * 5 ^ (8 - place))::bigint % 23
            FROM string_to_table(reference, NULL) WITH ORDINALITY AS l (letter, place)
        ) <> 1
        """,
    ),
    Invariant(
        "audit_log_versions",
        "Every version of a subsection has a row in the audit log.",
        """
        SELECT s.id AS subsection, s.version, count(c.id) AS changes
        FROM events_subsection s LEFT JOIN events_seatchange c ON c.subsection_id = s.id AND c.event_id = s.event_id
        GROUP BY s.id, s.event_id HAVING count(c.id) <> s.version OR coalesce(max(c.version), 0) <> s.version
        """,
    ),
    Invariant(
        "chain",
        "Every row of the audit log has the hash that follows from it and the row before it.",
        """
        SELECT subsection_id AS subsection, version, kind, booking_id AS booking, at
        FROM (
            SELECT *, lag(hash) OVER (PARTITION BY subsection_id ORDER BY version) AS previous FROM events_seatchange
        ) c
        WHERE hash IS DISTINCT FROM
            events_change_hash(previous, subsection_id, version, kind, booking_id, positions, at)
        ORDER BY subsection_id, version
        """,
    ),
    Invariant(
        "audit_log_matches_seats",
        "Every seat has the status of its last change in the audit log, and is available if there is none.",
        """
        SELECT subsection, position, t.status, t.booking_id AS booking,
            c.version, c.kind, c.booking_id AS logged_booking
        FROM (SELECT subsection_id AS subsection, position, status, booking_id FROM events_ticket) t
        FULL JOIN (
            SELECT DISTINCT ON (subsection_id, position)
                subsection_id AS subsection, position, version, kind, booking_id
            FROM (
                SELECT *, max(version) FILTER (WHERE kind = 'replanned') OVER (PARTITION BY subsection_id) AS replanned
                FROM events_seatchange
            ) c CROSS JOIN unnest(positions) AS position
            WHERE version >= coalesce(replanned, 0)
            ORDER BY subsection_id, position, version DESC
        ) c USING (subsection, position)
        WHERE t.status IS DISTINCT FROM CASE c.kind
                WHEN 'held' THEN 'reserved' WHEN 'paid' THEN 'sold' WHEN 'blocked' THEN 'blocked' ELSE 'available' END
            OR t.booking_id IS DISTINCT FROM CASE WHEN c.kind IN ('held', 'paid') THEN c.booking_id END
        """,
    ),
)


@retrying_transaction
def check_invariants() -> dict[str, list[dict[str, Any]]]:
    """Check all invariants. Return {name of the invariant: violating rows}, at most MAX_BREACHES rows each.

    An invariant that holds has an empty list. All queries read one snapshot of the live database, without locks; each
    may take 10 minutes.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = '10min'")
        return {invariant.name: _breaches(cursor, invariant) for invariant in INVARIANTS}


def _breaches(cursor: Any, invariant: Invariant) -> list[dict[str, Any]]:
    cursor.execute(invariant.breaches)
    columns = [column.name for column in cursor.description]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchmany(MAX_BREACHES)]
