"""Loads of an activity: each by its own formula, and which of them counts."""

import json

from runningcoach_pipelines.explain.activity_asked import HEART_RATES, ActivityTrail, OfActivity, number_of, one
from runningcoach_pipelines.explain.explanation import Input, Trail, Value
from runningcoach_pipelines.explain.rows import Row
from runningcoach_pipelines.metrics import load, trimp


def _hr_load(of: OfActivity) -> Trail:
    rest, highest, threshold = (of.number(name) for name in ("hr_rest_bpm", "hr_max_bpm", "hr_threshold_bpm"))
    hour = trimp.banister(threshold, load.SECONDS_PER_HOUR, hr_rest_bpm=rest, hr_max_bpm=highest, sex=of.sex)
    again = load.heart_rate_load(
        of.number("trimp"), hr_rest_bpm=rest, hr_max_bpm=highest, lthr_bpm=threshold, sex=of.sex
    )
    return Trail(
        (
            *of.inputs("trimp"),
            Input("trimp of an hour at threshold", one(hour), "points"),
            *of.inputs(*HEART_RATES, "heart_rate_coverage", "heart_rate_problem"),
        ),
        one(again),
    )


def _pace_load(of: OfActivity) -> Trail:
    outdoor_run = of.row["sport"] == "running" and of.activity["indoor"] is False
    value = load.pace_load(of.number("weighted_flat_speed_mps"), of.number("threshold_speed_mps"), of.trained_s)
    again = one(value) if outdoor_run else None
    inputs = of.inputs("weighted_flat_speed_mps", "flat_speed_source", "threshold_speed_mps", "timer_s", "sport")
    return Trail((*inputs, Input("outdoor run", outdoor_run)), again)


def _power_load(of: OfActivity) -> Trail:
    again = load.power_load(of.number("weighted_power_w"), of.number("threshold_power_w"), of.trained_s)
    return Trail(of.inputs("weighted_power_w", "threshold_power_w", "timer_s"), one(again))


def _effort_load(of: OfActivity) -> Trail:
    effort = number_of(of.device["perceived_effort"]) or None
    again = load.perceived_effort_load(effort, of.trained_s)
    said = Input("perceived_effort", effort, "0 … 10", "the athlete's answer on the watch")
    return Trail((said, *of.inputs("timer_s")), one(again))


def _device_load(of: OfActivity) -> Trail:
    peak = number_of(of.device["training_load_peak"]) or None
    return Trail((Input("training_load_peak", peak, "points", "written by the device"),), peak)


def _load(of: OfActivity) -> Trail:
    """All candidates in their order, and why those before the chosen one do not count."""
    row = of.row
    reasons: dict[str, str] = json.loads(str(row["load_fallbacks"] or "{}"))
    hours = None if of.trained_s is None else of.trained_s / load.SECONDS_PER_HOUR
    candidates: dict[load.Source, tuple[str, float | None]] = {
        load.Source.HEART_RATE: ("hr_load", of.number("hr_load")),
        load.Source.PACE: ("pace_load", of.number("pace_load")),
        load.Source.POWER: ("power_load", of.number("power_load")),
        load.Source.PERCEIVED_EFFORT: ("effort_load · effort_factor", _product(row, "effort_load", "effort_factor")),
        load.Source.DEVICE: ("device_load · device_factor", _product(row, "device_load", "device_factor")),
        load.Source.IMPUTED: ("timer hours · imputed_load_per_h", _times(hours, row["imputed_load_per_h"])),
    }
    inputs = [
        Input(name, value, "load", _counts(source, str(row["load_source"]), reasons))
        for source, (name, value) in candidates.items()
    ]
    chosen = None if row["load_source"] is None else candidates[load.Source(str(row["load_source"]))][1]
    return Trail(
        (*inputs, *of.inputs("load_source", "load_confidence", "heart_rate_coverage", "settings_estimated", "counted")),
        chosen,
    )


def _counts(source: load.Source, chosen: str, reasons: dict[str, str]) -> str:
    if source.value == chosen:
        return "this one counts"
    return f"does not count: {reasons[source.value]}" if source.value in reasons else "not needed"


def _product(row: Row, value: str, factor: str) -> float | None:
    return _times(number_of(row[value]), row[factor])


def _times(value: float | None, factor: Value) -> float | None:
    by = number_of(factor)
    return None if value is None or by is None else value * by


def parts_of_load(row: Row) -> tuple[str, ...]:
    """Columns that the load that counts is made of; none where no load is known."""
    if row["load_source"] is None:
        return ()
    return {
        load.Source.HEART_RATE: ("hr_load",),
        load.Source.PACE: ("pace_load",),
        load.Source.POWER: ("power_load",),
        load.Source.PERCEIVED_EFFORT: ("effort_load", "effort_factor"),
        load.Source.DEVICE: ("device_load", "device_factor"),
        load.Source.IMPUTED: ("imputed_load_per_h",),
    }[load.Source(str(row["load_source"]))]


TRAILS: dict[str, ActivityTrail] = {
    "hr_load": _hr_load,
    "pace_load": _pace_load,
    "power_load": _power_load,
    "effort_load": _effort_load,
    "device_load": _device_load,
    "load": _load,
}
