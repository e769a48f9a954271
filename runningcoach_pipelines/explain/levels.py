"""What an athlete is capable of on a day: VO2max three ways, critical speed, thresholds."""

import datetime as dt
import json
from collections.abc import Callable

import polars as pl

from runningcoach_pipelines.derive.fitness.seasons import SEASON_DAYS
from runningcoach_pipelines.derive.fitness.vo2max_trend import CARRIED_DAYS, SHAPE_DAYS
from runningcoach_pipelines.derive.terms import in_effect
from runningcoach_pipelines.explain.day_asked import DayTrail, OfDay, number, unit
from runningcoach_pipelines.explain.explanation import Input, Trail
from runningcoach_pipelines.explain.rows import activities_of
from runningcoach_pipelines.metrics import critical_speed, race, vo2max
from runningcoach_pipelines.metrics.critical_speed import CriticalSpeed
from runningcoach_pipelines.metrics.thresholds import RACE_LIKE_M

_RUN = "running"


def _season(of: OfDay) -> pl.DataFrame:
    """The fastest effort over each distance in the 90 days up to the day: distance, time, day, activity."""
    season = of.history.observed.efforts.filter(
        pl.col("athlete_id") == of.athlete_id,
        pl.col("local_day") > of.day - dt.timedelta(days=SEASON_DAYS),
        pl.col("local_day") <= of.day,
        pl.col("distance_m") > 0,
        pl.col("time_s") > 0,
    ).with_columns(level=vo2max.from_race(pl.col("distance_m"), pl.col("time_s")))
    believed = season.filter(pl.col("level") <= vo2max.HIGHEST_PLAUSIBLE).sort("distance_m", "time_s", "local_day")
    return believed.group_by("distance_m", maintain_order=True).first()


def _race_vo2max(of: OfDay) -> Trail:
    efforts = _season(of).filter(pl.col("distance_m") >= RACE_LIKE_M)
    inputs = [
        Input(f"{distance_m:g} m in {time_s:.0f} s", level, "ml/kg/min", f"{day}, activity {activity_id}")
        for distance_m, time_s, level, day, activity_id in efforts.select(
            "distance_m", "time_s", "level", "local_day", "activity_id"
        ).iter_rows()
    ]
    again = max((number(one.value) for one in inputs), default=None)
    return Trail(tuple(inputs), again, activity_ids=tuple(efforts["activity_id"]))


def _critical_speed(figure: Callable[[CriticalSpeed], float | None]) -> DayTrail:
    def trail(of: OfDay) -> Trail:
        found, inputs, activity_ids = _line(of)
        again = figure(found) if isinstance(found, CriticalSpeed) else None
        return Trail(inputs, again, activity_ids=activity_ids)

    return trail


def _critical_speed_reason(of: OfDay) -> Trail:
    found, inputs, activity_ids = _line(of)
    return Trail(inputs, None if isinstance(found, CriticalSpeed) else found.value, activity_ids=activity_ids)


def _line(of: OfDay) -> tuple[CriticalSpeed | critical_speed.Refusal, tuple[Input, ...], tuple[str, ...]]:
    """The line through the season's efforts, those efforts, and their activities."""
    efforts = _season(of)
    trials = [race.Result(*row) for row in efforts.select("distance_m", "time_s").iter_rows()]
    taken = set(critical_speed.maximal_envelope(trials))
    inputs = (
        Input(f"{trial.distance_m:g} m", trial.time_s, "s", f"{day}" + ("" if trial in taken else ": not taken"))
        for trial, day in zip(trials, efforts["local_day"], strict=True)
    )
    return critical_speed.from_efforts(trials), tuple(inputs), tuple(efforts["activity_id"])


def _hr_vo2max(of: OfDay) -> Trail:
    first = of.day - dt.timedelta(days=SHAPE_DAYS - 1)
    runs = activities_of(of.connection, of.athlete_id, first, of.day + dt.timedelta(days=1)).filter(
        "counted", pl.col("sport") == _RUN, pl.col("hr_vo2max") > 0, pl.col("timer_s") > 0
    )
    inputs = [
        Input(f"{day}, activity {activity_id}", level, "ml/kg/min", f"weighs {timer_s:.0f} s")
        for day, activity_id, level, timer_s in runs.select(
            "local_day", "activity_id", "hr_vo2max", "timer_s"
        ).iter_rows()
    ]
    weight = float(runs["timer_s"].sum())
    again = float((runs["hr_vo2max"] * runs["timer_s"]).sum()) / weight if weight > 0 else None
    return Trail(tuple(inputs), again, activity_ids=tuple(runs["activity_id"]))


def _device_vo2max(of: OfDay) -> Trail:
    said = of.history.device_vo2max.filter(
        pl.col("athlete_id") == of.athlete_id,
        pl.col("day") <= of.day,
        pl.col("day") >= of.day - dt.timedelta(days=CARRIED_DAYS),
    ).sort("day")
    last = said.tail(1).select("day", "vo2max").rows()
    inputs = tuple(Input(f"estimate of {day}", value, "ml/kg/min", "the device's last") for day, value in last)
    return Trail(inputs, inputs[0].value if inputs else None)


def _term(metric: str, asked: str) -> DayTrail:
    """A threshold or its source, looked up again."""

    def trail(of: OfDay) -> Trail:
        days = pl.DataFrame({"athlete_id": [of.athlete_id], "local_day": [of.day]})
        now = in_effect(of.connection, days).row(0, named=True)
        source = json.loads(now["settings_sources"]).get(metric)
        since = now["settings_valid_from"]
        note = f"set by the athlete from {since} on" if source == "athlete" else f"estimated: {source}"
        again = source if asked.endswith("_source") else now[metric]
        return Trail(
            (Input(metric, now[metric], unit(metric), note if source else "not known"),),
            again,
            "settings, and activities and nights up to the month's end",
        )

    return trail


def volume(of: OfDay) -> tuple[Input, ...]:
    """The kilometres of half a year and the long runs of ten weeks, on which the shape for a marathon rests."""
    ago = (pl.lit(of.day) - pl.col("local_day")).dt.total_days()
    runs = of.history.activities.filter(pl.col("sport") == _RUN, pl.col("distance_m") > 0, ago >= 0)
    km = runs.filter(ago < race.SHAPE_DAYS).select(pl.col("distance_m").sum() / 1000.0).item()
    long_runs = runs.filter(ago < race.LONG_RUN_DAYS, pl.col("distance_m") > race.LONG_RUN_KM * 1000.0)
    return (
        Input(f"run in {race.SHAPE_DAYS} days", km, "km"),
        *(
            Input(f"long run of {day}", distance_m / 1000.0, "km")
            for day, distance_m in long_runs.sort("local_day").select("local_day", "distance_m").iter_rows()
        ),
    )


TRAILS: dict[str, DayTrail] = {
    "device_vo2max": _device_vo2max,
    "race_vo2max": _race_vo2max,
    "hr_vo2max": _hr_vo2max,
    "critical_speed_mps": _critical_speed(lambda line: line.speed_mps),
    "d_prime_m": _critical_speed(lambda line: line.d_prime_m),
    "critical_speed_error_m": _critical_speed(lambda line: line.standard_error_m),
    "critical_speed_reason": _critical_speed_reason,
    **{name: _term("threshold_speed_mps", name) for name in ("threshold_speed_mps", "threshold_speed_source")},
    **{name: _term("hr_threshold_bpm", name) for name in ("hr_threshold_bpm", "hr_threshold_source")},
    **{name: _term("hr_max_bpm", name) for name in ("hr_max_bpm", "hr_max_source")},
}
