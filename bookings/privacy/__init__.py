"""What the shop knows about a person: one registry of all columns with personal data, and the download of them.

`bookings.account_deletion` and `accounts.operations.deletion` erase them.
"""
