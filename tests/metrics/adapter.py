"""Translates the keys and inputs of the truth file into calls of the package: `compute(metric, inputs)`."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl

from runningcoach_pipelines.metrics import (
    clock,
    days,
    elevation,
    fitness,
    gap,
    load,
    moving,
    pace,
    power,
    strain,
    trimp,
)

Inputs = Mapping[str, Any]


def compute(metric: str, inputs: Inputs) -> Any:
    """The package's answer to one truth case; KeyError for a metric that isn't adapted."""
    return ADAPTERS[metric](inputs)


def value(expression: pl.Expr, frame: pl.DataFrame | None = None) -> Any:
    frame = frame if frame is not None else pl.DataFrame({"row": [0]})
    return frame.select(expression).item()


def from_runs(runs: list[list[float]]) -> np.ndarray:
    return np.repeat([run[0] for run in runs], [run[1] for run in runs]).astype(np.float64)


def seconds_of(**channels: np.ndarray) -> pl.DataFrame:
    """One row per second, each valid for a second."""
    return pl.DataFrame(channels).with_columns(weight_s=pl.lit(1.0))


def daily(inputs: Inputs) -> np.ndarray:
    return from_runs(inputs["load_runs"]) if "load_runs" in inputs else np.array(inputs["loads"], dtype=float)


HR, WEIGHT = pl.col("hr"), pl.col("weight_s")


def heart(inputs: Inputs) -> pl.DataFrame:
    return seconds_of(hr=from_runs(inputs["hr_runs"]))


def athlete(inputs: Inputs) -> dict[str, Any]:
    return {
        "sex": inputs["sex"],
        "hr_rest_bpm": inputs["hr_rest"],
        "hr_max_bpm": inputs["hr_max"],
        "variant": trimp.Variant(inputs.get("variant", "banister")),
    }


def trimp_banister(inputs: Inputs) -> float:
    return value(trimp.banister(HR, WEIGHT, **athlete(inputs)), heart(inputs))


def trimp_banister_samples(inputs: Inputs) -> float:
    samples = pl.DataFrame({"t": inputs["t"], "hr": inputs["hr"]}, strict=False)
    weight = clock.weight_s(pl.col("t"), cap_s=inputs.get("gap_cap_s", clock.HOLD_CAP_S))
    return value(trimp.banister(HR, weight, **athlete(inputs)), samples)


def load_hrss(inputs: Inputs) -> float:
    points = trimp.banister(HR, WEIGHT, **athlete(inputs))
    return value(load.heart_rate_load(points, lthr_bpm=inputs["lthr"], **athlete(inputs)), heart(inputs))


def load_rtss(inputs: Inputs) -> float:
    form = load.pace_load_regression if inputs.get("variant") == "gc_regression" else load.pace_load
    speed, threshold = (
        pace.to_speed_mps(inputs[key]) for key in ("ngp_s_per_km", "threshold_pace_s_per_km")
    )
    return value(form(speed, threshold, inputs["seconds"]))


def runner(inputs: Inputs) -> dict[str, float]:
    return {"weight_kg": inputs["weight_kg"], "height_m": inputs["height_m"]}


def load_govss_steady(inputs: Inputs) -> float:
    seconds = pl.DataFrame({"speed": np.full(inputs["seconds"], inputs["speed"])})
    normalised = power.lactate_normalised_power(pl.col("speed"), pl.col("speed") * 0.0, **runner(inputs))
    threshold = inputs["threshold_speed"]
    return value(
        load.running_power_load(
            normalised, inputs["seconds"], threshold_speed_mps=threshold, **runner(inputs)
        ),
        seconds,
    )


def pace_ngp_speed(inputs: Inputs) -> float:
    seconds = seconds_of(speed=from_runs(inputs["speed_runs"]), grade=from_runs(inputs["grade_runs"]))
    return value(pace.ngp_speed_mps(pl.col("speed"), pl.col("grade")), seconds)


def power_np(inputs: Inputs) -> float:
    windows = power.Windows(inputs.get("mode", "complete"))
    seconds = seconds_of(power=from_runs(inputs["runs"]))
    return value(power.weighted_power(pl.col("power"), windows=windows), seconds)


def chart(inputs: Inputs) -> fitness.Fitness:
    loads, seed = daily(inputs), inputs.get("seed", 0.0)
    if seed == "first":
        seed = float(loads[0])
    return fitness.fitness(
        loads,
        smoothing=fitness.Smoothing(inputs.get("alpha", "exp")),
        seed=tuple(seed) if isinstance(seed, list) else (seed, seed),
        form_day=fitness.FormDay(inputs.get("tsb", "previous_day")),
    )


def pmc_at(inputs: Inputs) -> list[float]:
    series = chart(inputs)
    return [float(figure[inputs["index"]]) for figure in (series.ctl, series.atl, series.tsb)]


def pmc_list(inputs: Inputs) -> list[float]:
    return list(getattr(chart(inputs), inputs["want"]))


def pmc_ramp_rate(inputs: Inputs) -> float:
    assert inputs["days"] == fitness.RAMP_DAYS
    return float(chart(inputs).ramp[inputs["index"]])


def activities(inputs: Inputs) -> pl.DataFrame:
    rows = [{**row, "start_utc": datetime.fromisoformat(row["start_utc"])} for row in inputs]
    return pl.DataFrame(rows)


def pmc_daily_loads(inputs: Inputs) -> list[float]:
    return days.daily_loads(activities(inputs["activities"]))["load"].to_list()


def time_local_day(inputs: Inputs) -> str:
    start = pl.col("start_utc")
    day = activities([inputs]).select(days.local_day(start, pl.col("utc_offset_s"))).item()
    return day.isoformat()


def latest(figures: np.ndarray) -> float | None:
    return None if np.isnan(figures[-1]) else float(figures[-1])


def acwr_ewma(inputs: Inputs) -> list[float]:
    acute, chronic = strain.ewma_loads(daily(inputs))
    return [float(acute[-1]), float(chronic[-1]), float(strain.ratio(acute, chronic)[-1])]


def time_moving(inputs: Inputs) -> float:
    seconds = seconds_of(speed=from_runs(inputs["speed_runs"]))
    return value(moving.moving_time_s(pl.col("speed"), WEIGHT), seconds)


def elev_gain(inputs: Inputs) -> list[float] | None:
    method = elevation.Method(inputs["method"])
    both = elevation.gain_and_loss_m(inputs["alts"], method=method, threshold_m=inputs.get("threshold", 0.0))
    return list(both) if both else None


ADAPTERS: dict[str, Callable[[Inputs], Any]] = {
    "trimp.banister": trimp_banister,
    "trimp.banister_inverse": lambda i: value(
        trimp.banister_inverse_s(i["trimp"], i["hr"], **athlete(i)),
    ),
    "trimp.banister_samples": trimp_banister_samples,
    "trimp.edwards": lambda i: value(trimp.edwards(HR, WEIGHT, hr_max_bpm=i["hr_max"]), heart(i)),
    "trimp.lucia": lambda i: value(
        trimp.lucia(HR, WEIGHT, hr_vt1_bpm=i["hr_vt1"], hr_vt2_bpm=i["hr_vt2"]), heart(i)
    ),
    "trimp.zonal": lambda i: value(
        trimp.zonal(HR, WEIGHT, lower_bounds_bpm=i["lower_bounds"], weights=i["weights"]), heart(i)
    ),
    "load.hrss": load_hrss,
    "load.srpe": lambda i: value(load.perceived_effort_load(i["rpe"], i["seconds"])),
    "load.tss": lambda i: value(load.power_load(i["np"], i["ftp"], i["seconds"])),
    "load.rtss": load_rtss,
    "load.govss_steady": load_govss_steady,
    "load.monotony": lambda i: latest(strain.daily_monotony(i["loads"], ddof=i.get("ddof", 0))),
    "load.strain": lambda i: latest(strain.daily_strain(i["loads"])),
    "acwr.rolling": lambda i: latest(strain.daily_acwr(daily(i), coupled=i.get("coupled", True))),
    "acwr.ewma": acwr_ewma,
    "power.np": power_np,
    "power.if": lambda i: value(power.intensity(i["np"], i["ftp"])),
    "power.running_govss": lambda i: value(power.running_power_w(i["speed"], i["grade"], **runner(i))),
    "pace.ngp_speed": pace_ngp_speed,
    "gap.minetti_cost": lambda i: value(gap.minetti_cost(i["grade"])),
    "gap.factor": lambda i: value(gap.factor(i["grade"], gap.Model(i["model"]))),
    "gap.pace": lambda i: value(
        gap.flat_pace_s_per_km(i["pace_s_per_km"], i["grade"], gap.Model(i["model"]))
    ),
    "pmc.at": pmc_at,
    "pmc.list": pmc_list,
    "pmc.ramp_rate": pmc_ramp_rate,
    "pmc.load_for_form": lambda i: fitness.load_for_form(
        i["ctl_decayed"], i["atl_decayed"], i["target_form"]
    ),
    "pmc.runalyze_rest_days": lambda i: fitness.rest_days_to_fresh(i["ctl"], i["atl"]),
    "pmc.daily_loads": pmc_daily_loads,
    "time.local_day": time_local_day,
    "time.moving": time_moving,
    "elev.gain": elev_gain,
    "fmt.pace": lambda i: pace.written(i["s_per_km"]),
}
