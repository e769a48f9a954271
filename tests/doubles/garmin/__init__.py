"""Garmin Connect on loopback: the sign-in, the token server and some data, as the real client speaks to them.

It runs in a thread of the test, so a test looks into it and sets its faults directly; other processes reach it by HTTP.
"""

from tests.doubles.garmin.faults import Answer, Cut, Hold, cloudflare_page, malformed
from tests.doubles.garmin.server import loopback_garmin
from tests.doubles.garmin.state import CODE, EMAIL, PASSWORD, GarminDouble

__all__ = [
    "CODE",
    "EMAIL",
    "PASSWORD",
    "Answer",
    "Cut",
    "GarminDouble",
    "Hold",
    "cloudflare_page",
    "loopback_garmin",
    "malformed",
]
