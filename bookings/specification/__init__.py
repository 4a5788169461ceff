"""What the SQL functions of bookings/sql do, step by step in readable Python with the ORM.

Tests run SQL and Python on random data and compare results and rows: hold.py with hold.sql, pay.py with
begin_payment.sql, seat_choice.py with seat_rules.sql, and expiry.py with the four statements of
bookings/holds/expiry.py. The specification of sell.sql is settle_stepwise in bookings/payments/settle.py, which
production needs anyway. Only tests import this package; import-linter checks that.
"""
