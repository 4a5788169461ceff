"""Protection against scalpers' programs: signals, points, and a proof of work that people don't notice.

`attempt_store` keeps in Redis what buyers did, `signals` rates how much of it looks like a program (pure functions),
`challenge` makes and checks the proof of work, `guard` uses them before a hold. docs/bots.md has the reasons.
"""
