"""The pages of accounts: for visitors (log in, register, confirm, reset), and the account page of a user."""
