"""The demo athlete: years of real FIT files of a believable, invented runner, made from a seed.

From plan to bytes: `season` (races, travels, illness) and `training` (what is run on a day) decide, `workout` plans the
seconds, `motion` carries them out over `terrain` with a body (`physiology`), `sensing` is what a device notices of it,
`totals` its sums, and `recording` the file. `history` puts it together. Between runs, `recovery` says how the athlete
is on a morning, `nights` how it slept, `days` what a watch worn all day makes of it. Nothing here is needed to run the
product.
"""

from runningcoach_pipelines.demo.athlete import AthleteSettings, DemoAthlete
from runningcoach_pipelines.demo.history import (
    DemoFile,
    DemoHistory,
    count_files,
    demo_athlete,
    iter_history,
    write_history,
)

__all__ = [
    "AthleteSettings",
    "DemoAthlete",
    "DemoFile",
    "DemoHistory",
    "count_files",
    "demo_athlete",
    "iter_history",
    "write_history",
]
