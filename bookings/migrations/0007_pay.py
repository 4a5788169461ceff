"""Paying as two statements (bookings/operations/pay.py and sell.py say what they promise), one foreign key of an
admission instead of two, and closed payments that give their keys back."""

import django.db.models.deletion
from django.db import migrations, models

# As for bookings (0006): all sales of an event would share a lock on its one row.
BLOCK_OF_EVENT = """
ALTER TABLE bookings_admission ADD CONSTRAINT admission_block_of_event
    FOREIGN KEY (event_id, subsection_id) REFERENCES events_subsection (event_id, id);
"""

# A charge that never reached the gateway is tried again under the same key.
FREE_KEYS = """
UPDATE bookings_payment SET idempotency_key = NULL, request_hash = ''
WHERE status = 'cancelled' AND idempotency_key IS NOT NULL;
"""

# UUIDv7 (RFC 9562) for rows that only a function knows the number of: milliseconds since 1970, then random bits.
NEW_ID = """
CREATE FUNCTION bookings_new_id() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
    SELECT encode(set_bit(set_bit(
        overlay(uuid_send(gen_random_uuid())
            PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
        52, 1), 53, 1), 'hex')::uuid
$$;
"""

# 63 bits that nobody can guess: the ends of a random UUID, which has its fixed bits in the middle.
NEW_SERIAL = """
CREATE FUNCTION bookings_new_serial() RETURNS bigint LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
    SELECT ('x' || left(id, 8) || right(id, 8))::bit(64)::bigint & 9223372036854775807
    FROM CAST(gen_random_uuid() AS text) AS id
$$;
"""

# Writes only if the outcome is 'begun'.
BEGIN = """
CREATE FUNCTION bookings_begin_payment(
    payment uuid, family uuid, payer bigint, wanted uuid, key text, fingerprint text, provider text, last4 text,
    OUT outcome text, OUT booking_status text, OUT event_id bigint, OUT amount bigint, OUT currency text,
    OUT begun_at timestamptz, OUT window_begun boolean
) LANGUAGE plpgsql AS $$
DECLARE
    held record;
    event record;
BEGIN
    IF family IS NOT NULL AND NOT EXISTS (
        SELECT FROM accounts_tokenfamily f
        WHERE f.id = family AND f.user_id = payer AND f.revoked_at IS NULL AND f.expires_at > clock_timestamp()
    ) THEN
        outcome := 'not_signed_in';
        RETURN;
    END IF;

    -- 1. Lock the booking; its seats are not touched.
    SELECT b.status, b.event_id, b.total_price, b.expires_at, b.paying_since
    INTO held FROM bookings_booking b WHERE b.id = wanted AND b.buyer_id = payer FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        outcome := 'not_yours';
        RETURN;
    END IF;

    -- 2. Check: the same key gives the same payment; still held by the clock; no other charge open.
    IF key IS NOT NULL AND EXISTS (
        SELECT FROM bookings_payment p WHERE p.booking_id = wanted AND p.idempotency_key = key
    ) THEN
        outcome := 'known';
        RETURN;
    END IF;
    SELECT e.status, e.currency, e.payment_seconds INTO event FROM events_event e WHERE e.id = held.event_id;
    begun_at := clock_timestamp();
    booking_status := held.status;
    outcome := CASE
        WHEN held.status IN ('paid', 'completed') THEN 'already_paid'
        WHEN held.status = 'expired' THEN 'hold_expired'
        WHEN held.status <> 'pending_payment' THEN 'wrong_state'
        WHEN held.expires_at <= begun_at THEN 'hold_expired'
        WHEN event.status = 'cancelled' THEN 'event_cancelled'
        WHEN EXISTS (SELECT FROM bookings_payment p WHERE p.booking_id = wanted AND p.status = 'pending')
            THEN 'in_progress'
    END;
    IF outcome IS NOT NULL THEN
        RETURN;
    END IF;

    -- 3. Insert the payment. The window begins once, so that declined cards can't prolong a hold for ever.
    window_begun := held.paying_since IS NULL;
    IF window_begun THEN
        UPDATE bookings_booking b SET paying_since = begun_at, updated_at = begun_at,
            expires_at = begun_at + make_interval(secs => event.payment_seconds)
        WHERE b.id = wanted;
    END IF;
    event_id := held.event_id;
    amount := held.total_price;
    currency := event.currency;
    INSERT INTO bookings_payment (
        id, booking_id, status, amount, refunded_amount, currency, gateway, gateway_reference, left_open, card_last4,
        failure_code, failure, idempotency_key, request_hash, created_at
    ) VALUES (
        payment, wanted, 'pending', amount, 0, currency, provider, '', false, last4, '', '', key, fingerprint, begun_at
    );
    outcome := 'begun';
END $$;
"""

# Writes only if the outcome is 'sold': an open payment for seats that are held, be their time over or not. The seats'
# last guard raises: nothing of what was written before it stays.
SELL = """
CREATE FUNCTION bookings_sell(
    payment uuid, reference text,
    OUT outcome text, OUT booking uuid, OUT buyer bigint, OUT event_id bigint, OUT block_id bigint, OUT seats integer[],
    OUT sold_at timestamptz, OUT version bigint,
    OUT available integer, OUT reserved integer, OUT sold integer, OUT blocked integer
) LANGUAGE plpgsql AS $$
DECLARE
    moved integer;
BEGIN
    -- 1. Lock the block, the booking, the payment.
    outcome := 'not_plain';
    SELECT b.id, b.subsection_id INTO booking, block_id
    FROM bookings_payment p JOIN bookings_booking b ON b.id = p.booking_id WHERE p.id = payment;
    PERFORM FROM events_subsection s WHERE s.id = block_id FOR NO KEY UPDATE;
    SELECT b.buyer_id, b.event_id, b.positions INTO buyer, event_id, seats
    FROM bookings_booking b WHERE b.id = booking AND b.status = 'pending_payment' FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM FROM bookings_payment p WHERE p.id = payment AND p.status = 'pending' FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;

    -- 2. The money, the seats (the guarded update is the last word) and their trail.
    sold_at := clock_timestamp();
    UPDATE bookings_payment p SET status = 'captured', captured_at = sold_at, failure_code = '', failure = '',
        gateway_reference = coalesce(nullif(reference, ''), p.gateway_reference)
    WHERE p.id = payment;
    UPDATE events_ticket t SET status = 'sold'
    WHERE t.event_id = bookings_sell.event_id AND t.subsection_id = block_id AND t.position = ANY (seats)
        AND t.status = 'reserved' AND t.booking_id = booking;
    GET DIAGNOSTICS moved = ROW_COUNT;
    IF moved <> cardinality(seats) THEN
        RAISE EXCEPTION 'a held seat is not its booking''s' USING ERRCODE = 'serialization_failure';
    END IF;
    SELECT s.version, s.available, s.reserved, s.sold, s.blocked INTO version, available, reserved, sold, blocked
    FROM events_subsection s WHERE s.id = block_id;
    INSERT INTO events_seatchange (subsection_id, version, kind, booking_id, positions, at)
    VALUES (block_id, version, 'paid', booking, seats, sold_at);

    -- 3. The booking, its tickets, and the mail that brings them.
    UPDATE bookings_booking b SET status = 'paid', paid_at = sold_at, failure = '', updated_at = sold_at
    WHERE b.id = booking;
    INSERT INTO bookings_admission (
        id, serial, booking_id, event_id, subsection_id, position, holder, status, issued_at
    )
    SELECT bookings_new_id(), bookings_new_serial(), booking, bookings_sell.event_id, block_id, seat, u.name, 'active',
        sold_at
    FROM accounts_user u CROSS JOIN unnest(seats) AS seat WHERE u.id = buyer;
    INSERT INTO bookings_letter (id, kind, booking_id, subject, status, attempts, failure, due_at, written_at)
    VALUES (bookings_new_id(), 'confirmation', booking, booking, 'waiting', 0, '', sold_at, sold_at)
    ON CONFLICT DO NOTHING;
    outcome := 'sold';
END $$;
"""

FUNCTIONS = {
    "bookings_new_id()": NEW_ID,
    "bookings_new_serial()": NEW_SERIAL,
    "bookings_begin_payment": BEGIN,
    "bookings_sell": SELL,
}


class Migration(migrations.Migration):
    dependencies = [("bookings", "0006_hold")]

    operations = [
        *(
            migrations.AlterField(
                "admission",
                name,
                models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="admissions",
                    to=f"events.{name}",
                ),
            )
            for name in ("event", "subsection")
        ),
        migrations.RunSQL(
            BLOCK_OF_EVENT, "ALTER TABLE bookings_admission DROP CONSTRAINT admission_block_of_event"
        ),
        migrations.RunSQL(FREE_KEYS, migrations.RunSQL.noop),
        *(migrations.RunSQL(text, f"DROP FUNCTION {name}") for name, text in FUNCTIONS.items()),
    ]
