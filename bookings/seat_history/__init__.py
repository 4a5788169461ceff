"""The history of one seat, for the event's seller: holds, payments, refunds, tickets and check-ins."""
