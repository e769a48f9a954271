"""FIT bytes to the activities in them, as the derivation reads them."""

from zoneinfo import ZoneInfo

from runningcoach_pipelines.activities.file import ActivityFile, read_activities
from runningcoach_pipelines.fit import decode

SEOUL = ZoneInfo("Asia/Seoul")


def read(data: bytes, home: ZoneInfo = SEOUL) -> ActivityFile:
    return read_activities(decode(data), home=home)
