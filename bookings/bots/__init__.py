"""Protection against programs that grab seats: signs, points, and a proof of work that people don't notice.

`memory` keeps in Redis what buyers did, `signals` says what speaks for a program and how much (pure), `challenge` makes
and checks the proof of work, `guard` puts them together before a hold. docs/bots.md tells the thinking.
"""
