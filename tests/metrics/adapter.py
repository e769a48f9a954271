"""Translates the keys and inputs of the truth file into calls of the package: `compute(metric, inputs)`."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl

from runningcoach_pipelines.metrics import (
    clock,
    critical_speed,
    days,
    distribution,
    dynamics,
    efficiency,
    efforts,
    elevation,
    energy,
    fitness,
    gap,
    hrv,
    impulse_response,
    load,
    moving,
    pace,
    power,
    progression,
    race,
    splits,
    steady,
    strain,
    training_effect,
    trimp,
    vo2max,
    zones,
)
from runningcoach_pipelines.planning import fit_workout, garmin_workout, workout
from tests.metrics import recordings

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
    speed, threshold = (pace.to_speed_mps(inputs[key]) for key in ("ngp_s_per_km", "threshold_pace_s_per_km"))
    return value(form(speed, threshold, inputs["seconds"]))


def runner(inputs: Inputs) -> dict[str, float]:
    return {"weight_kg": inputs["weight_kg"], "height_m": inputs["height_m"]}


def load_govss_steady(inputs: Inputs) -> float:
    seconds = pl.DataFrame({"speed": np.full(inputs["seconds"], inputs["speed"])})
    normalised = power.lactate_normalised_power(pl.col("speed"), pl.col("speed") * 0.0, **runner(inputs))
    threshold = inputs["threshold_speed"]
    return value(
        load.running_power_load(normalised, inputs["seconds"], threshold_speed_mps=threshold, **runner(inputs)),
        seconds,
    )


def pace_ngp_speed(inputs: Inputs) -> float:
    seconds = seconds_of(speed=from_runs(inputs["speed_runs"]), grade=from_runs(inputs["grade_runs"]))
    return value(pace.weighted_speed_mps(gap.flat_speed_mps(pl.col("speed"), pl.col("grade"))), seconds)


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
    alts = recordings.recording(inputs["fit"]).samples["altitude_m"] if "fit" in inputs else inputs["alts"]
    both = elevation.gain_and_loss_m(alts, method=method, threshold_m=inputs.get("threshold", elevation.HYSTERESIS_M))
    return list(both) if both else None


def ef_decoupling(inputs: Inputs) -> float:
    if "ratio_first" in inputs:
        return value(efficiency.decoupling_percent(inputs["ratio_first"], inputs["ratio_second"]))
    speed, hr = (
        from_runs(inputs[f"{name}_runs"]) if f"{name}_runs" in inputs else np.array(inputs[name], dtype=float)
        for name in ("speed", "hr")
    )
    half = (pl.len() - 1) // 2 if inputs.get("variant") == "goldencheetah" else None
    return value(efficiency.decoupling(pl.col("speed"), HR, half=half), seconds_of(speed=speed, hr=hr))


def vo2_effective(inputs: Inputs) -> float:
    distance = vo2max.climb_adjusted_distance_m(
        inputs["distance_m"],
        inputs.get("ascent_m", 0.0),
        inputs.get("descent_m", 0.0),
        per_metre_up=inputs.get("corr_up", 2.0),
        per_metre_down=inputs.get("corr_down", -1.0),
    )
    heart_rates = inputs["hr_avg"], inputs["hr_max"]
    correction = inputs.get("factor", 1.0)
    return value(vo2max.from_heart_rate(distance, inputs["seconds"], *heart_rates, correction=correction))


def vo2_shape(inputs: Inputs) -> float:
    runs = pl.DataFrame([{"use": True, **row} for row in inputs["activities"]]).filter("use")
    figure = vo2max.shape(pl.col("vo2max"), pl.col("seconds"), pl.col("days_ago"), days=inputs.get("days", 30))
    return runs.select(figure).item()


def vo2_hr_speed_regression(inputs: Inputs) -> float | None:
    segments = [steady.SteadySegment(row["speed_mps"], row["hr"], row.get("grade", 0.0)) for row in inputs["segments"]]
    return steady.vo2max_from_segments(segments, inputs["hr_max"])


def result(inputs: Inputs) -> race.Result:
    return race.Result(inputs["distance_m"], inputs["time_s"])


def race_power_law(inputs: Inputs) -> list[float]:
    first, second = (race.Result(*pair) for pair in inputs["results"])
    return [race.power_law_s(first, second, inputs["target_m"]), race.own_exponent(first, second)]


def cs_fit(inputs: Inputs) -> list[float] | None:
    line = critical_speed.fit([race.Result(*trial) for trial in inputs["trials"]])
    return [line.speed_mps, line.d_prime_m] if line else None


def cs_dprime_balance(inputs: Inputs) -> float:
    series = np.arange(inputs["ramp"], dtype=float) if "ramp" in inputs else from_runs(inputs["runs"])
    critical, capacity, model = inputs["cp"], inputs["w_prime"], inputs["model"]
    if model == "tau":
        return critical_speed.recovery_tau_s(series[: inputs["index"] + 1], critical)
    if model == "skiba":
        left = critical_speed.balance_integral(series, critical, capacity, tau_s=inputs.get("tau"))
    else:
        left = critical_speed.balance_differential(series, critical, capacity)
    return float(left[inputs["index"]])


def best_time_for_distance(inputs: Inputs) -> float | None:
    t, d = inputs.get("t"), inputs.get("d")
    if "fit" in inputs:
        samples = recordings.recording(inputs["fit"]).samples
        t, d = samples["elapsed_s"].to_numpy(), samples["distance_m"].to_numpy()
    effort = efforts.best_time_s(t, d, inputs["distance_m"])
    return effort.time_s if effort else None


def best_mean_max(inputs: Inputs) -> float | None:
    return efforts.mean_max(np.nan_to_num(from_runs(inputs["runs"])), inputs["window_s"])


def splits_km(inputs: Inputs) -> list[float] | float:
    if "fit" in inputs:
        samples = recordings.recording(inputs["fit"]).samples
        timer, path = samples["timer_s"].to_numpy(), samples["distance_m"].to_numpy()
    else:
        timer, path = clock.without_pauses(inputs["t"], inputs.get("pauses", [])), inputs["d"]
    seconds = splits.full_splits_s(timer, path).tolist()
    return seconds[inputs["index"]] if "index" in inputs else seconds[: inputs.get("first_n")]


def zones_hr_bounds(inputs: Inputs) -> list[int]:
    return zones.heart_rate_bounds_bpm(
        zones.Method(inputs["method"]),
        inputs["fractions"],
        hr_max_bpm=inputs.get("hr_max"),
        hr_rest_bpm=inputs.get("hr_rest"),
        lthr_bpm=inputs.get("lthr"),
    )


def zones_time_in(inputs: Inputs) -> list[float]:
    samples = heart(inputs) if "hr_runs" in inputs else recordings.recording(inputs["fit"]).samples
    hr = HR if "hr_runs" in inputs else pl.col("heart_rate_bpm")
    seconds = zones.time_in_zones_s(hr, WEIGHT, inputs["lower_bounds"])
    return list(samples.select(part.alias(str(i)) for i, part in enumerate(seconds)).row(0))


def hrv_stat(inputs: Inputs) -> float | None:
    intervals = np.array(inputs["rr"], dtype=float)
    artefact = hrv.is_artefact(intervals)
    if inputs["want"] == "anomalies":
        return float(artefact.mean())
    kept = intervals[~artefact] if inputs.get("filter") else intervals
    figures = hrv.variability(kept)
    if figures is None:
        return None
    if inputs["want"] == "pnn50_runalyze":
        return figures.pnn50 * (kept.size - 1) / kept.size
    return getattr(figures, inputs["want"])


def last_night(series: list[float | None], columns: dict[str, pl.Expr]) -> dict[str, Any]:
    nights = pl.DataFrame({"night": series}, schema={"night": pl.Float64})
    return nights.select(**columns).row(-1, named=True)


def hrv_baseline(inputs: Inputs) -> list[Any]:
    night = last_night(inputs["rmssd"], hrv.baseline(pl.col("night")))
    return [night[name] for name in ("hrv_week", "hrv_low", "hrv_high", "hrv_status")]


def hrv_garmin_status(inputs: Inputs) -> str:
    bands = {name: inputs[name] for name in ("baseline_low_upper", "balanced_low", "balanced_upper")}
    return hrv.device_status(inputs["weekly_avg"], **bands)


def tests_of_clarke_skiba(inputs: Inputs) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(daily loads, days of the tests, tested power)."""
    table = pl.read_csv(inputs["truth"] / "fit" / "clarke_skiba_bike_score.csv")
    tested = table.with_row_index("day").drop_nulls("Test_5min_Power")
    return table["BikeScore"].to_numpy(), tested["day"].to_numpy(), tested["Test_5min_Power"].to_numpy()


def planned(steps: list[dict[str, Any]]) -> tuple[workout.Step | workout.Repeat, ...]:
    return tuple(
        workout.Repeat(step["times"], tuple(map(planned_step, step["steps"])))
        if step["type"] == "repeat"
        else planned_step(step)
        for step in steps
    )


def planned_step(step: dict[str, Any]) -> workout.Step:
    target = step.get("target")
    pace_range = workout.PaceRange(target["slow_s_per_km"], target["fast_s_per_km"]) if target else None
    return workout.Step(workout.Kind(step["type"]), workout.End(step["end"]), step.get("value"), pace_range)


def banister_model(inputs: Inputs) -> impulse_response.Model:
    return impulse_response.Model(inputs.get("p0", 0.0), inputs["k1"], inputs["k2"], inputs["tau1"], inputs["tau2"])


def banister_predict(inputs: Inputs) -> Any:
    loads = tests_of_clarke_skiba(inputs)[0] if "dataset" in inputs else daily(inputs)
    predicted = banister_model(inputs).performance(loads)[inputs["index"]]
    return predicted.tolist()


def banister_fit_linear(inputs: Inputs) -> list[float]:
    data = tests_of_clarke_skiba(inputs)
    model = impulse_response.fit(*data, tau1_days=inputs["tau1"], tau2_days=inputs["tau2"])
    return [model.p0, model.k1, model.k2, model.squared_error(*data)]


def keytel(inputs: Inputs) -> float:
    person = {"weight_kg": inputs["weight_kg"], "age_years": inputs["age"], "sex": inputs["sex"]}
    # Runalyze subtracts the weight term for men, a known slip that the product doesn't share.
    slip = -2 * 0.1988 * inputs["weight_kg"] if inputs.get("variant") == "runalyze" else 0.0
    return value(energy.keytel_kj_per_min(inputs["hr"], **person)) + slip


ADAPTERS: dict[str, Callable[[Inputs], Any]] = {
    "trimp.banister": trimp_banister,
    "trimp.banister_inverse": lambda i: value(
        trimp.banister_inverse_s(i["trimp"], i["hr"], **athlete(i)),
    ),
    "trimp.banister_samples": trimp_banister_samples,
    "trimp.edwards": lambda i: value(trimp.edwards(HR, WEIGHT, hr_max_bpm=i["hr_max"]), heart(i)),
    "trimp.lucia": lambda i: value(trimp.lucia(HR, WEIGHT, hr_vt1_bpm=i["hr_vt1"], hr_vt2_bpm=i["hr_vt2"]), heart(i)),
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
    "gap.pace": lambda i: value(gap.flat_pace_s_per_km(i["pace_s_per_km"], i["grade"], gap.Model(i["model"]))),
    "pmc.at": pmc_at,
    "pmc.list": pmc_list,
    "pmc.ramp_rate": pmc_ramp_rate,
    "pmc.load_for_form": lambda i: fitness.load_for_form(i["ctl_decayed"], i["atl_decayed"], i["target_form"]),
    "pmc.runalyze_rest_days": lambda i: fitness.rest_days_to_fresh(i["ctl"], i["atl"]),
    "pmc.daily_loads": pmc_daily_loads,
    "time.local_day": time_local_day,
    "time.moving": time_moving,
    "elev.gain": elev_gain,
    "fmt.pace": lambda i: pace.written(i["s_per_km"]),
    "ef.decoupling": ef_decoupling,
    "ef.speed_hr": lambda i: value(efficiency.speed_per_beat(i["speed_mps"], i["hr"])),
    "vo2.vdot": lambda i: vo2max.from_race(i["distance_m"], i["seconds"], i.get("b", vo2max.COST_PER_SPEED)),
    "vo2.vdot_race_time": lambda i: vo2max.race_time_s(i["vdot"], i["distance_m"]),
    "vo2.vdot_pace": lambda i: vo2max.pace_at_fraction_s_per_km(i["vdot"], i["fraction"]),
    "vo2.vdot_velocity": lambda i: vo2max.speed_at_cost_m_per_min(i["vdot"]),
    "vo2.gc_vvdot": lambda i: vo2max.training_speed_m_per_min(i["vdot"], i["fraction"]),
    "vo2.hr_at_pct": lambda i: vo2max.heart_rate_at_fraction(i["fraction"]),
    "vo2.pct_at_hr": lambda i: vo2max.fraction_at_heart_rate(i["hr_fraction"]),
    "vo2.effective": vo2_effective,
    "vo2.correction_factor": lambda i: vo2max.correction_factor(
        [race["vo2max_by_time"] for race in i["races"]], [race["vo2max_by_hr"] for race in i["races"]]
    ),
    "vo2.shape": vo2_shape,
    "vo2.acsm_running": lambda i: vo2max.acsm_running(i["speed_m_per_min"], i.get("grade", 0.0)),
    "vo2.acsm_walking": lambda i: vo2max.acsm_walking(i["speed_m_per_min"], i.get("grade", 0.0)),
    "vo2.cooper": lambda i: vo2max.cooper(i["distance_m"]),
    "vo2.uth": lambda i: vo2max.uth(i["hr_max"], i["hr_rest"]),
    "vo2.hr_speed_regression": vo2_hr_speed_regression,
    "te.label": lambda i: training_effect.label(i["te"]),
    "race.riegel": lambda i: race.riegel_s(result(i), i["target_m"], i.get("exponent", race.RIEGEL_EXPONENT)),
    "race.cameron": lambda i: race.cameron_s(result(i), i["target_m"]),
    "race.power_law": race_power_law,
    "race.steffny": lambda i: race.steffny_s(i["time_10k_s"], i["target_m"]),
    "race.marathon_shape_targets": lambda i: race.marathon_shape_targets(i["vo2max"]),
    "race.marathon_shape": lambda i: race.marathon_shape_percent(
        i["vo2max"], i["km_total"], i["long_run_points"], days=i.get("days_week_km", race.SHAPE_DAYS)
    ),
    "race.runalyze_adjustment": lambda i: race.shape_adjustment(i["distance_km"], i["shape_pct"]),
    "race.runalyze": lambda i: race.with_shape_s(i["vo2max"], i["distance_km"] * 1000.0, i["shape_pct"]),
    "race.emig_time": lambda i: race.emig_time_s(i["distance_m"], i["vm_mps"], i["gamma"]),
    "race.emig_endurance": lambda i: race.emig_endurance(i["gamma"]),
    "cs.fit": cs_fit,
    "cs.predict_time": lambda i: critical_speed.CriticalSpeed(i["cs"], i["d_prime"], None, 2).time_s(i["distance_m"]),
    "cs.dprime_balance": cs_dprime_balance,
    "best.subsegment": lambda i: efforts.best_subsegment(
        i["values"], i["deltas"], i["length"], minimize=i.get("minimize", False)
    ),
    "best.mean_max": best_mean_max,
    "best.time_for_distance": best_time_for_distance,
    "splits.km": splits_km,
    "zones.hr_bounds": zones_hr_bounds,
    "zones.pace_bounds": lambda i: zones.speed_bounds_mps(i["cs_mps"]),
    "zones.time_in": zones_time_in,
    "zones.hrmax_formula": lambda i: zones.estimated_hr_max_bpm(i["age"], zones.MaxFormula(i["formula"])),
    "dyn.cadence_spm": lambda i: value(dynamics.cadence_spm(i["cadence"], i["fractional_cadence"])),
    "dyn.step_length_m": lambda i: value(dynamics.step_length_m(i["speed_mps"], i["cadence_spm"])),
    "dyn.vertical_ratio": lambda i: value(
        dynamics.vertical_ratio_percent(i["vertical_oscillation_mm"], i["step_length_mm"])
    ),
    "dyn.duty_factor": lambda i: value(dynamics.duty_factor_percent(i["stance_time_ms"], i["cadence_spm"])),
    "dyn.efficiency_index": lambda i: value(dynamics.efficiency_index(i["speed_kph"], i["power_w"])),
    "energy.keytel_kj_min": keytel,
    "hrv.stat": hrv_stat,
    "hrv.fit": lambda i: recordings.rr_figure(i["fit"], i["want"]),
    "hrv.baseline": hrv_baseline,
    "hrv.garmin_status": hrv_garmin_status,
    "hrv.rhr_delta": lambda i: list(last_night(i["rhr"], hrv.resting_change(pl.col("night"))).values()),
    "banister.predict": banister_predict,
    "banister.sse": lambda i: banister_model(i).squared_error(*tests_of_clarke_skiba(i)),
    "banister.fit_linear": banister_fit_linear,
    "banister.influence": lambda i: banister_model(i).influence(i["days_before"]),
    "banister.t_n": lambda i: banister_model(i).last_useful_day,
    "banister.t_g": lambda i: banister_model(i).most_useful_day,
    "banister.best_taper_days": lambda i: impulse_response.best_taper_days(
        banister_model(i), load=i["load"], fraction=i["fraction"], history_days=i["history_days"]
    ),
    "plan.polarization_index": lambda i: distribution.polarization_index(tuple(i["z"])),
    "plan.tid_label": lambda i: distribution.label(tuple(i["z"])),
    "plan.single_session_spike": lambda i: progression.single_session_spike(
        i["km"], [(run["days_ago"], run["km"]) for run in i["runs"]]
    ),
    "plan.weekly_progression": lambda i: progression.weekly_progression_percent(i["week"], i["previous"]),
    "plan.taper_reduction": lambda i: progression.taper_reduction_percent(i["taper_week_km"], i["pre_weeks_km"]),
    "plan.hard_spacing": lambda i: progression.crowded_hard_days(
        [day == "hard" for day in i["days"]], min_easy_between=i.get("min_easy_between", 1)
    ),
    "fit.power": lambda i: recordings.average_power(i["fit"], i["want"], i.get("ftp")),
    "fit.gap_device": lambda i: recordings.of(i["fit"], pl.col("device_flat_speed_mps").mean()),
    "fit.gap_own": lambda i: recordings.own_flat_speed(i["fit"], gap.Model(i["model"]), i["window_m"]),
    "fit.gap_km_device": lambda i: recordings.flat_speed_of_each_km(i["fit"], pl.col("device_flat_speed_mps")),
    "fit.gap_km_own": lambda i: recordings.own_flat_speed_of_each_km(i["fit"], gap.Model(i["model"]), i["window_m"]),
    "fit.aggregate": lambda i: recordings.AGGREGATES[i["want"]](recordings.recording(i["fit"])),
    "fit.field": lambda i: recordings.field(i["fit"], i["mesg"], i["field"]),
    "fit.event_data": lambda i: recordings.event_data(i["fit"], i["event"]),
    "fit.utc_offset": lambda i: recordings.utc_offset_s(i["fit"]),
    "fit.local_start": lambda i: recordings.local_start(i["fit"]),
    "workout.pace_to_mps": lambda i: garmin_workout.pace_mps(i["pace_s_per_km"]),
    "workout.fit_step": lambda i: fit_workout.fit_step(planned_step({"type": i["step"]["intensity"], **i["step"]})),
    "workout.garmin_json": lambda i: garmin_workout.garmin_json(workout.Workout(i["name"], planned(i["steps"]))),
    "workout.duration": lambda i: workout.duration_s(
        planned(i["steps"]), default_pace_s_per_km=i.get("default_pace_s_per_km", workout.EASY_PACE_S_PER_KM)
    ),
}
