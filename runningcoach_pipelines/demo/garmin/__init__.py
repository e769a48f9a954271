"""A Garmin Connect of the demo athlete: the sign-in, the token server, and what Garmin would say of its history.

`athlete` is the history as an account there holds it, `account` its tokens; `nights`, `days`, `levels`, `activities`
and `belongings` write the answers; `sso`, `data` and `server` serve them. Shapes are those that users of garminconnect
see.
"""

from runningcoach_pipelines.demo.garmin.account import CODE, EMAIL, PASSWORD, DemoAccount
from runningcoach_pipelines.demo.garmin.athlete import GarminAthlete
from runningcoach_pipelines.demo.garmin.server import serving

__all__ = ["CODE", "EMAIL", "PASSWORD", "DemoAccount", "GarminAthlete", "serving"]
