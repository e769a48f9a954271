"""Garmin Connect on loopback as the real client speaks to it: the demo athlete's, with faults.

It runs in a thread of the test, so a test looks into it and sets its faults directly; other processes reach it by HTTP.
"""

from runningcoach_pipelines.demo.garmin import CODE, EMAIL, PASSWORD
from tests.doubles.garmin.double import GarminDouble, loopback_garmin
from tests.doubles.garmin.faults import Answer, Changed, Cut, Hold, Slow, cloudflare_page, malformed

__all__ = [
    "CODE",
    "EMAIL",
    "PASSWORD",
    "Answer",
    "Changed",
    "Cut",
    "GarminDouble",
    "Hold",
    "Slow",
    "cloudflare_page",
    "loopback_garmin",
    "malformed",
]
