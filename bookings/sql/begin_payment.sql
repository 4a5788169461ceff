-- bookings_begin_payment(payment, token_family, payer, wanted, key, fingerprint, provider, last4, has_method)
--
-- Promises: opens the payment `payment` for the held order `wanted` and, the first time, the order's payment window of the
--     event's `payment_seconds`. A booking that was made by itself is an order with the same id. Writes only if the outcome
--     is 'begun'. `key` and `fingerprint` are the idempotency key and the hash of its request (NULL and '' without one),
--     `provider` is the payment gateway's name, `last4` the last digits of the card, or '' without a card number;
--     `has_method` is whether there is a card or a token. `amount` is in minor units of `currency`. An order whose total is
--     0 needs no method: `gateway` is then 'free' instead of the provider.
-- Locks: the order's bookings by id; their seats don't change.
-- Outcomes: begun; not_signed_in (the token family of the request is revoked or expired); not_yours (the payer has no such
--     order); method_required (no method, and the total is not 0); known (the key already has a payment); already_paid; hold_expired; wrong_state (see `booking_status`, the first of the statuses in DECIDING, bookings/holds/selectors.py that a booking of the order has);
--     event_cancelled; in_progress (another charge is open).
-- Called by: begin_payment (bookings/payments/pay.py). Its specification: bookings/specification/pay.py.
--
-- The settings make Postgres keep one plan per session instead of planning each call, and make that plan use indexes. Such
-- a plan is good for a table of any size, even if it was made while the table was nearly empty (docs/performance.md).

DROP FUNCTION IF EXISTS bookings_begin_payment;

CREATE FUNCTION bookings_begin_payment(
    payment uuid,
    token_family uuid,
    payer bigint,
    wanted uuid,
    key text,
    fingerprint text,
    provider text,
    last4 text,
    has_method boolean,
    OUT outcome text,
    OUT booking_status text,
    OUT event_id bigint,
    OUT amount bigint,
    OUT currency text,
    OUT begun_at timestamptz,
    OUT window_begun boolean,
    OUT payment_reference text,
    OUT gateway text,
    OUT bookings uuid[]
)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
DECLARE
    held record;
    event record;
BEGIN
    IF token_family IS NOT NULL AND NOT EXISTS (
        SELECT FROM accounts_tokenfamily f
        WHERE f.id = token_family AND f.user_id = payer AND f.revoked_at IS NULL AND f.expires_at > clock_timestamp()
    ) THEN
        outcome := 'not_signed_in';
        RETURN;
    END IF;

    -- 1. Lock the order's bookings; their seats don't change. Then read them: seats may have been added meanwhile.
    PERFORM FROM bookings_booking b
    WHERE b.order_id = wanted AND b.buyer_id = payer
    ORDER BY b.id
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        outcome := 'not_yours';
        RETURN;
    END IF;
    SELECT b.status, b.event_id, b.expires_at, b.paying_since, sum(b.total_price) AS total_price,
        array_agg(b.id ORDER BY b.id) AS bookings
    INTO held
    FROM bookings_booking b
    WHERE b.order_id = wanted
    GROUP BY b.status, b.event_id, b.expires_at, b.paying_since
    ORDER BY array_position(
        ARRAY['pending_payment', 'processing', 'paid', 'completed', 'expired', 'refunded', 'failed', 'cancelled'],
        b.status::text
    )
    LIMIT 1;

    -- 2. Check that there is a method if one is needed, that the key is new, that the deadline has not passed, and that no
    -- other charge is open.
    IF NOT has_method AND held.total_price > 0 THEN
        outcome := 'method_required';
        RETURN;
    END IF;
    IF key IS NOT NULL AND EXISTS (
        SELECT FROM bookings_payment p
        WHERE p.order_id = wanted AND p.idempotency_key = key
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
        WHEN EXISTS (
            SELECT FROM bookings_payment p
            WHERE p.order_id = wanted AND p.status = 'pending'
        ) THEN 'in_progress'
    END;
    IF outcome IS NOT NULL THEN
        RETURN;
    END IF;

    -- 3. Insert the payment. The window begins only once, so that declined cards can't prolong a hold forever.
    window_begun := held.paying_since IS NULL;
    IF window_begun THEN
        UPDATE bookings_booking b SET
            paying_since = begun_at,
            updated_at = begun_at,
            expires_at = begun_at + make_interval(secs => event.payment_seconds)
        WHERE b.id = ANY (held.bookings);
    END IF;
    bookings := held.bookings;
    event_id := held.event_id;
    amount := held.total_price;
    currency := event.currency;
    gateway := CASE WHEN amount = 0 THEN 'free' ELSE provider END;
    INSERT INTO bookings_payment (
        id, event_id, order_id, status, amount, currency, gateway, card_last4, idempotency_key, request_hash, created_at
    ) VALUES (
        payment, held.event_id, wanted, 'pending', amount, currency, gateway, CASE WHEN amount = 0 THEN '' ELSE last4 END,
        key, fingerprint, begun_at
    )
    RETURNING reference INTO payment_reference;
    outcome := 'begun';
END
$$;
