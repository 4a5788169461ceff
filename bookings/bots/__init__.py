"""Protection against scalpers' programs by a proof of work that people don't notice.

`attempt_store` keeps in Redis what buyers did. `signals` turns that into points (pure functions). `challenge` creates
and checks the proof of work. `guard` uses them before a hold. docs/bots.md has the reasons.
"""
