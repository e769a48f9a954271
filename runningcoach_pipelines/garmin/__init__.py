"""Garmin Connect: log in, keep the tokens, ask; never more often than is good.

`account.GarminAccount` is what the rest of the system asks Garmin through. Every request of it passes `gate.Gate`
(pause, breaker, budget) and ends in `client.GarminClient`, the only module that knows the library. `login.GarminLogin`
is all that a form or a command needs.
"""
