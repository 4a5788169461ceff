-- bookings_hold_order(wanted_order, adding, token_family, buyer, key, fingerprint, wanted_event, items, pass_issued_at,
--     max_totals)
--
-- Promises: holds the seats of several items for the order `wanted_order`, all of them or none. `items` is a JSON list; each
--     item has the id of its `booking`, `section`, `subsection` (the number), `mode`, `quantity`, `accessible`, `lines`,
--     `places` and `names`, which are the parameters of bookings_hold. The order is new, and its holds end together after
--     the event's `hold_seconds`. If `adding`, it is an order of the buyer that is held: then the new holds end with it, and
--     `key` means nothing. `results` has the results of bookings_hold, one for each item, or the only one that refuses the
--     request: that of the item number `item` (from 0), or of all together if `item` is NULL. Writes only if the outcome is
--     'held'.
-- Locks: the subsections of the items by their ids; if `adding`, the order's bookings by their ids; then the buyer. What
--     can be refused without a lock is refused before the first one.
-- Outcomes: those of bookings_hold in the mode 'hold'; the limits count the order and its seats as those of one booking. If
--     `adding`, also not_yours (the buyer has no such order), not_held (it isn't held, or its deadline has passed) and
--     in_progress (a charge is open).
-- Called by: call_hold_order (bookings/orders/hold_function.py).
--
-- The settings: see begin_payment.sql.

DROP FUNCTION IF EXISTS bookings_hold_order;

CREATE FUNCTION bookings_hold_order(
    wanted_order uuid,
    adding boolean,
    token_family uuid,
    buyer bigint,
    key text,
    fingerprint text,
    wanted_event bigint,
    items jsonb,
    pass_issued_at timestamptz,
    max_totals jsonb,
    OUT outcome text,
    OUT item integer,
    OUT results jsonb
)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
DECLARE
    event record;
    wanted record;
    one record;
    earlier record;
    locked bigint[] := '{}';
    seats integer;
    open_orders integer;
    first_end timestamptz;
    begun_at timestamptz;
    ends_at timestamptz;
    total bigint := 0;
BEGIN
    IF token_family IS NOT NULL AND NOT EXISTS (
        SELECT FROM accounts_tokenfamily f
        WHERE f.id = token_family AND f.user_id = buyer AND f.revoked_at IS NULL AND f.expires_at > clock_timestamp()
    ) THEN
        outcome := 'not_signed_in';
    ELSIF NOT adding AND key IS NOT NULL AND EXISTS (
        SELECT FROM bookings_order o WHERE o.buyer_id = buyer AND o.idempotency_key = key
    ) THEN
        outcome := 'known';
    END IF;
    IF outcome IS NOT NULL THEN
        results := jsonb_build_array(jsonb_build_object('outcome', outcome));
        RETURN;
    END IF;

    -- 1. Refuse what needs no lock.
    SELECT coalesce(sum(quantity), 0) INTO seats FROM jsonb_to_recordset(items) AS i (quantity integer);
    SELECT e.max_tickets_per_booking, e.max_active_holds, e.hold_seconds, e.currency INTO event
    FROM events_event e
    WHERE e.id = wanted_event;
    FOR wanted IN
        SELECT * FROM ROWS FROM (jsonb_to_recordset(items) AS (
            booking uuid, section text, subsection integer, mode text, quantity integer, accessible integer,
            lines integer[], places integer[], names text[]
        )) WITH ORDINALITY
    LOOP
        SELECT * INTO one FROM bookings_hold(
            'check', wanted.booking, NULL, buyer, NULL, '', wanted_event, wanted.section, wanted.subsection, wanted.mode,
            wanted.quantity, wanted.accessible, wanted.lines, wanted.places, pass_issued_at, max_totals, wanted.names
        );
        IF one.outcome <> 'free' THEN
            outcome := one.outcome;
            item := wanted.ordinality - 1;
            results := jsonb_build_array(to_jsonb(one));
            RETURN;
        END IF;
        locked := locked || one.subsection_id;
    END LOOP;

    -- 2. Lock the subsections; if seats are added, the order's bookings, which nobody can end or pay meanwhile; the buyer,
    -- whose account may have been deleted.
    PERFORM FROM events_subsection s WHERE s.id = ANY (locked) ORDER BY s.id FOR NO KEY UPDATE;
    IF adding THEN
        PERFORM FROM bookings_booking b
        WHERE b.order_id = wanted_order AND b.buyer_id = buyer AND b.event_id = wanted_event AND b.id <> b.order_id
        ORDER BY b.id
        FOR NO KEY UPDATE;
        outcome := CASE WHEN NOT FOUND THEN 'not_yours' END;
    END IF;
    PERFORM FROM accounts_user u WHERE u.id = buyer AND u.is_active FOR NO KEY UPDATE;
    begun_at := clock_timestamp();
    IF NOT FOUND THEN
        outcome := 'not_signed_in';
    ELSIF outcome IS NULL AND adding THEN
        SELECT sum(b.quantity) AS seats, sum(b.total_price) AS total, min(b.expires_at) AS ends_at,
            min(b.paying_since) AS paying_since, bool_or(b.extended) AS extended
        INTO earlier
        FROM bookings_booking b
        WHERE b.order_id = wanted_order AND b.status = 'pending_payment';
        ends_at := earlier.ends_at;
        seats := seats + earlier.seats;
        total := earlier.total;
        outcome := CASE
            WHEN earlier.seats IS NULL OR ends_at <= begun_at THEN 'not_held'
            WHEN EXISTS (
                SELECT FROM bookings_payment p WHERE p.order_id = wanted_order AND p.status = 'pending'
            ) THEN 'in_progress'
        END;
    ELSIF outcome IS NULL THEN
        ends_at := begun_at + make_interval(secs => event.hold_seconds);
        SELECT count(DISTINCT b.order_id), min(b.expires_at) INTO open_orders, first_end
        FROM bookings_booking b
        WHERE b.buyer_id = buyer AND b.status IN ('processing', 'pending_payment')
            AND (b.status = 'processing' OR b.expires_at > begun_at);
        outcome := CASE
            WHEN key IS NOT NULL AND EXISTS (
                SELECT FROM bookings_order o WHERE o.buyer_id = buyer AND o.idempotency_key = key
            ) THEN 'known'
            WHEN open_orders >= event.max_active_holds THEN 'too_many_holds'
        END;
    END IF;
    IF outcome IS NULL AND seats > event.max_tickets_per_booking THEN
        outcome := 'too_many_seats';
    END IF;
    IF outcome IS NOT NULL THEN
        results := jsonb_build_array(jsonb_build_object(
            'outcome', outcome,
            'number', CASE outcome
                WHEN 'too_many_seats' THEN event.max_tickets_per_booking
                WHEN 'too_many_holds' THEN extract(epoch FROM first_end - begun_at)::integer + 1
            END
        ));
        RETURN;
    END IF;

    -- 3. Hold the seats of each item. If one is refused, the block's changes are rolled back, and its variables are not.
    BEGIN
        results := '[]';
        IF NOT adding THEN
            INSERT INTO bookings_order (id, event_id, buyer_id, idempotency_key, request_hash, created_at, terms_id)
            VALUES (
                wanted_order, wanted_event, buyer, key, fingerprint, begun_at,
                (SELECT t.id FROM bookings_terms t WHERE t.event_id = wanted_event ORDER BY t.id DESC LIMIT 1)
            );
        END IF;
        FOR wanted IN
            SELECT * FROM ROWS FROM (jsonb_to_recordset(items) AS (
                booking uuid, section text, subsection integer, mode text, quantity integer, accessible integer,
                lines integer[], places integer[], names text[]
            )) WITH ORDINALITY
        LOOP
            SELECT * INTO one FROM bookings_hold(
                'hold', wanted.booking, NULL, buyer, NULL, '', wanted_event, wanted.section, wanted.subsection, wanted.mode,
                wanted.quantity, wanted.accessible, wanted.lines, wanted.places, pass_issued_at, max_totals, wanted.names,
                wanted_order, ends_at
            );
            outcome := one.outcome;
            IF outcome <> 'held' THEN
                item := wanted.ordinality - 1;
                results := jsonb_build_array(to_jsonb(one));
                RAISE EXCEPTION 'an item was refused' USING ERRCODE = 'ORDER';
            END IF;
            results := results || to_jsonb(one);
            total := total + one.total;
        END LOOP;
        IF total > coalesce(max_totals -> event.currency, max_totals -> '')::bigint THEN
            outcome := 'total_too_high';
            results := jsonb_build_array(
                jsonb_build_object('outcome', outcome, 'total', total, 'currency', event.currency)
            );
            RAISE EXCEPTION 'the order costs too much' USING ERRCODE = 'ORDER';
        END IF;
        IF adding THEN
            UPDATE bookings_booking b SET paying_since = earlier.paying_since, extended = earlier.extended
            WHERE b.order_id = wanted_order AND b.status = 'pending_payment'
                AND (b.paying_since IS DISTINCT FROM earlier.paying_since OR b.extended <> earlier.extended);
        END IF;
    EXCEPTION WHEN SQLSTATE 'ORDER' THEN
        NULL;
    END;
END
$$;
