"""Loads of days and what follows from them alone: fitness, fatigue, form, the shape of a week."""

import numpy as np
import polars as pl

from runningcoach_pipelines.explain.day_asked import DayTrail, OfDay, number, unit
from runningcoach_pipelines.explain.explanation import Input, Trail
from runningcoach_pipelines.metrics import load, strain
from runningcoach_pipelines.metrics.fitness import ATL_DAYS, CTL_DAYS, RAMP_DAYS, WARM_UP_DAYS, Smoothing

_HEAVIEST = 10
_LOADS = "load"
_RUN = "running"


def _total(metric: str) -> DayTrail:
    """A sum over the day's counted activities."""

    def trail(of: OfDay) -> Trail:
        counted = of.activities.filter("counted").sort("load")
        if metric == "run_load":
            counted = counted.filter(pl.col("sport") == _RUN)
        elif metric == "imputed_load":
            counted = counted.filter(pl.col("load_source") == load.Source.IMPUTED.value)
        inputs = tuple(
            Input(f"load of {sport} {activity_id}", value, "load", f"by {source}" if source else "not known")
            for activity_id, sport, value, source in counted.select(
                "activity_id", "sport", "load", "load_source"
            ).iter_rows()
        )
        left_out = of.activities.filter(~pl.col("counted"))
        duplicates = tuple(
            Input(f"load of {sport} {activity_id}", value, "load", "a suspected duplicate: does not count")
            for activity_id, sport, value in left_out.select("activity_id", "sport", "load").iter_rows()
        )
        again = counted.height if metric == "activities" else float(counted["load"].sum())
        return Trail(inputs + duplicates, again)

    return trail


def _average(metric: str, of_loads: str, days: int) -> DayTrail:
    """yesterday + alpha · (load − yesterday), and the loads that weigh most in it."""

    def trail(of: OfDay) -> Trail:
        before = of.before(1)
        yesterday = 0.0 if before is None else number(before[metric])
        today = number(of.row[of_loads])
        alpha = Smoothing.EXPONENTIAL.alpha(days)
        return Trail(
            (
                Input(
                    f"{metric} of {of.told(1)}", yesterday, "load/day", "" if before else "before the first activity"
                ),
                Input(f"{of_loads} of {of.day}", today, "load"),
                Input("alpha", alpha, "", f"1 − e^(−1/{days})"),
                *_heaviest(of, of_loads, alpha),
            ),
            yesterday + alpha * (today - yesterday),
        )

    return trail


def _heaviest(of: OfDay, of_loads: str, alpha: float) -> list[Input]:
    """The loads of the last 42 days by what is still left of them in the average."""
    recent = of.rows.tail(CTL_DAYS).select("day", of_loads)
    ago = np.arange(recent.height)[::-1]
    shares = recent.with_columns(adds=pl.col(of_loads) * alpha * pl.Series((1.0 - alpha) ** ago))
    heaviest = shares.filter(pl.col("adds") > 0).sort("adds", descending=True).head(_HEAVIEST)
    return [
        Input(f"{of_loads} of {day}", value, "load", f"adds {adds:.2f}") for day, value, adds in heaviest.iter_rows()
    ]


def _difference(metric: str, minuend: str, subtrahend: str) -> DayTrail:
    """Form: of the day before."""

    def trail(of: OfDay) -> Trail:
        before = of.before(1) or {minuend: 0.0, subtrahend: 0.0}
        inputs = tuple(Input(f"{name} of {of.told(1)}", before[name], unit(metric)) for name in (minuend, subtrahend))
        return Trail(inputs, number(before[minuend]) - number(before[subtrahend]))

    return trail


def _ramp(of: OfDay) -> Trail:
    then = of.before(RAMP_DAYS) or {"ctl": 0.0}
    inputs = (
        Input(f"ctl of {of.day}", of.row["ctl"], unit("ctl")),
        Input(f"ctl of {of.told(RAMP_DAYS)}", then["ctl"], unit("ctl")),
    )
    return Trail(inputs, number(of.row["ctl"]) - number(then["ctl"]))


def _week(of: OfDay) -> list[Input]:
    """The seven loads up to the day; days before the first are rest days."""
    return [
        Input(f"load of {of.told(days)}", row[_LOADS] if (row := of.before(days)) else 0.0, "load")
        for days in reversed(range(strain.WEEK_DAYS))
    ]


def _monotony(of: OfDay) -> Trail:
    loads = _week(of)
    return Trail(tuple(loads), _known(strain.daily_monotony([number(one.value) for one in loads])[-1]))


def _strain(of: OfDay) -> Trail:
    loads = _week(of)
    inputs = (*loads, Input("monotony", of.row["monotony"]))
    return Trail(inputs, _known(strain.daily_strain([number(one.value) for one in loads])[-1]))


def _acwr_uncoupled(of: OfDay) -> Trail:
    loads = of.rows[_LOADS].tail(strain.CHRONIC_DAYS).to_numpy()
    inputs = (
        Input("mean load of the last 7 days", float(loads[-strain.WEEK_DAYS :].mean()), "load/day"),
        Input("mean load of the 21 days before", float(loads[: -strain.WEEK_DAYS].mean()) if loads.size > 7 else None),
        Input("days known", int(loads.size), "", f"of {strain.CHRONIC_DAYS} needed"),
    )
    return Trail(inputs, _known(strain.daily_acwr(loads, coupled=False)[-1]))


def _acwr_ewma(of: OfDay) -> Trail:
    acute, chronic = strain.ewma_loads(of.rows[_LOADS].to_numpy())
    inputs = (Input("acute load", float(acute[-1]), "load/day"), Input("chronic load", float(chronic[-1]), "load/day"))
    return Trail(inputs, _known(strain.ratio(acute[-1:], chronic[-1:])[0]))


def _warming_up(of: OfDay) -> Trail:
    inputs = (Input("days since the first activity", of.rows.height), Input("days it takes", WARM_UP_DAYS))
    return Trail(inputs, of.rows.height <= WARM_UP_DAYS)


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


TRAILS: dict[str, DayTrail] = {
    **{metric: _total(metric) for metric in ("load", "run_load", "imputed_load", "activities")},
    "ctl": _average("ctl", "load", CTL_DAYS),
    "atl": _average("atl", "load", ATL_DAYS),
    "run_ctl": _average("run_ctl", "run_load", CTL_DAYS),
    "run_atl": _average("run_atl", "run_load", ATL_DAYS),
    "tsb": _difference("tsb", "ctl", "atl"),
    "run_tsb": _difference("run_tsb", "run_ctl", "run_atl"),
    "ramp": _ramp,
    "monotony": _monotony,
    "strain": _strain,
    "warming_up": _warming_up,
    "acwr_uncoupled": _acwr_uncoupled,
    "acwr_ewma": _acwr_ewma,
}
