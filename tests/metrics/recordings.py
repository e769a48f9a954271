"""FIT files of the truth folder as samples and answers: everything is computed from records and events."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from runningcoach_pipelines.fit import decode
from runningcoach_pipelines.metrics import clock, dynamics, gap, grade, heart_rate, hrv, load, power
from runningcoach_pipelines.metrics.quantity import weighted_mean

CHANNELS = {
    "distance_m": "distance",
    "speed_mps": "enhanced_speed",
    "altitude_m": "enhanced_altitude",
    "heart_rate_bpm": "heart_rate",
    "power_w": "power",
    "cadence": "cadence",
    "fractional_cadence": "fractional_cadence",
    "device_flat_speed_mps": "grade_adjusted_speed",
    "vertical_oscillation_mm": "vertical_oscillation",
    "step_length_mm": "step_length",
    "stance_time_ms": "stance_time",
}


@dataclass(frozen=True)
class Recording:
    """One file: its messages, and its records as one row per instant."""

    messages: dict[str, pl.DataFrame]

    @cached_property
    def pauses(self) -> list[tuple[float, float]]:
        """Stretches between a stop and the next start of the timer, on the elapsed clock."""
        stopped_at, found = None, []
        events = self.messages["event"].filter(pl.col("event") == "timer").sort("timestamp", maintain_order=True)
        for at, kind in events.select("timestamp", "event_type").iter_rows():
            if kind != "start":
                stopped_at = stopped_at or at
            elif stopped_at is not None:
                found.append((self._elapsed(stopped_at), self._elapsed(at)))
                stopped_at = None
        return found

    @cached_property
    def start(self) -> Any:
        timers = self.messages["event"].filter(pl.col("event") == "timer", pl.col("event_type") == "start")
        return min(timers["timestamp"].min(), self.messages["record"]["timestamp"].min())

    def _elapsed(self, at: Any) -> float:
        return (at - self.start).total_seconds()

    @cached_property
    def samples(self) -> pl.DataFrame:
        record = self.messages["record"]
        channels = {
            name: pl.col(field).cast(pl.Float64) if field in record.columns else pl.lit(None, dtype=pl.Float64)
            for name, field in CHANNELS.items()
        }
        rows = (
            record.select(
                pl.lit(1).alias("activity_id"),
                elapsed_s=(pl.col("timestamp") - self.start).dt.total_microseconds() / 1e6,
                **channels,
            )
            .group_by("activity_id", "elapsed_s", maintain_order=True)
            .agg(pl.all().drop_nulls().last())
            .sort("elapsed_s")
        )
        timer = clock.without_pauses(rows["elapsed_s"].to_numpy(), self.pauses)
        rows = rows.with_columns(pl.Series("timer_s", timer))
        return rows.with_columns(
            clock.weight_s(pl.col("timer_s")).alias("weight_s"),
            dynamics.cadence_spm(pl.col("cadence"), pl.col("fractional_cadence")).alias("cadence_spm"),
        )

    @cached_property
    def timer_time_s(self) -> float:
        return self.samples.select(clock.timer_time_s(pl.col("timer_s"))).item()

    @property
    def intervals_ms(self) -> np.ndarray:
        return self.messages["hrv"].select(pl.col("time").explode().drop_nulls() * 1000.0)["time"].to_numpy()


@lru_cache(maxsize=4)
def recording(path: Path) -> Recording:
    return Recording(dict(decode(path.read_bytes()).messages))


def of(path: Path, expression: pl.Expr) -> Any:
    return recording(path).samples.select(expression).item()


def average_power(path: Path, want: str, ftp: float | None) -> float:
    seconds = clock.per_second(recording(path).samples)
    weighted = seconds.select(power.weighted_power(pl.col("power_w"))).item()
    if want == "np":
        return weighted
    figure = power.intensity(weighted, ftp)
    if want == "tss":
        figure = load.power_load(weighted, ftp, recording(path).timer_time_s)
    return pl.select(figure).item()


def flat_speed_of_each_km(path: Path, flat_speed_mps: pl.Expr) -> list[float]:
    return _mean_of_each_km(recording(path).samples, flat_speed_mps)


def _mean_of_each_km(samples: pl.DataFrame, flat_speed_mps: pl.Expr) -> list[float]:
    """Mean over the records faster than 1 m/s of each full kilometre."""
    kilometre = (pl.col("distance_m") // 1000.0).alias("km")
    full = int(samples["distance_m"].max() // 1000.0)
    return (
        samples.filter(pl.col("speed_mps") > gap.SLOWEST_MPS, kilometre < full)
        .group_by(kilometre)
        .agg(flat_speed_mps.mean().alias("mean"))
        .sort("km")["mean"]
        .to_list()
    )


def own_flat_speed_of_each_km(path: Path, model: gap.Model, window_m: float) -> list[float]:
    slope = grade.over_distance(pl.col("distance_m"), pl.col("altitude_m"), window_m=window_m)
    samples = recording(path).samples.with_columns(slope.alias("grade"))
    return _mean_of_each_km(samples, gap.flat_speed_mps(pl.col("speed_mps"), pl.col("grade"), model))


def own_flat_speed(path: Path, model: gap.Model, window_m: float) -> float:
    """Σ metres · factor / timer time."""
    samples = recording(path).samples
    slope = grade.over_distance(pl.col("distance_m"), pl.col("altitude_m"), window_m=window_m)
    metres = pl.col("distance_m").diff().fill_null(0.0)
    return samples.select((metres * gap.factor(slope, model)).sum()).item() / recording(path).timer_time_s


def rr_figure(path: Path, want: str) -> float:
    intervals = recording(path).intervals_ms
    artefact = hrv.is_artefact(intervals)
    if want == "anomalies":
        return float(artefact.mean())
    figures = hrv.variability(intervals[~artefact])
    assert figures is not None
    return getattr(figures, want)


SPORT_CODES = {"running": 1, "cycling": 2, "transition": 3}

AGGREGATES: dict[str, Callable[[Recording], Any]] = {
    "distance": lambda r: r.samples["distance_m"].drop_nulls().last(),
    "avg_speed": lambda r: r.samples["distance_m"].drop_nulls().last() / r.timer_time_s,
    "avg_hr": lambda r: r.samples.select(heart_rate.average_bpm(pl.col("heart_rate_bpm"), pl.col("weight_s"))).item(),
    "max_hr": lambda r: r.samples.select(heart_rate.max_bpm(pl.col("heart_rate_bpm"))).item(),
    "avg_cadence_spm": lambda r: r.samples.select(
        dynamics.average_cadence_spm(pl.col("cadence_spm"), pl.col("weight_s"))
    ).item(),
    "vr": lambda r: r.samples.select(
        weighted_mean(
            dynamics.vertical_ratio_percent(pl.col("vertical_oscillation_mm"), pl.col("step_length_mm")),
            pl.col("weight_s"),
        )
    ).item(),
    "vo": lambda r: r.samples.select(weighted_mean(pl.col("vertical_oscillation_mm"), pl.col("weight_s"))).item(),
    "st": lambda r: r.samples.select(weighted_mean(pl.col("stance_time_ms"), pl.col("weight_s"))).item(),
    "timer_time": lambda r: r.timer_time_s,
    "pauses": lambda r: [end - start for start, end in r.pauses],
    "sessions": lambda r: [
        [SPORT_CODES[sport], seconds]
        for sport, seconds in r.messages["session"].select("sport", "total_timer_time").iter_rows()
    ],
}

FIELDS = {
    (18, 24): ("session", "total_training_effect"),
    (18, 137): ("session", "total_anaerobic_training_effect"),
    (18, 168): ("session", "training_load_peak"),
    (140, 4): ("physiological_metrics", "aerobic_training_effect"),
    (140, 7): ("physiological_metrics", "vo2_max"),
    (140, 9): ("physiological_metrics", "recovery_time"),
    (140, 14): ("physiological_metrics", "lactate_threshold_heart_rate"),
    (140, 16): ("physiological_metrics", "lactate_threshold_speed"),
    (140, 17): ("physiological_metrics", "performance_condition"),
    (140, 20): ("physiological_metrics", "anaerobic_training_effect"),
    (140, 37): ("physiological_metrics", "training_load_peak"),
}

EVENTS = {
    37: "vo2_max",
    38: "recovery_time",
    39: "performance_condition",
    49: "lactate_threshold_heart_rate",
    50: "lactate_threshold_speed",
}


def field(path: Path, message: int, number: int) -> Any:
    name, column = FIELDS[message, number]
    return recording(path).messages[name][column].drop_nulls().last()


def event_data(path: Path, event: int) -> Any:
    events = recording(path).messages["event"]
    return events.filter(pl.col("event") == EVENTS[event])["data"].last()


def utc_offset_s(path: Path) -> float | None:
    activity = recording(path).messages["activity"]
    if "local_timestamp" not in activity.columns:
        return None
    local, utc = activity["local_timestamp"].last(), activity["timestamp"].last()
    return None if local is None else (local - utc.replace(tzinfo=None)).total_seconds()


def local_start(path: Path) -> str:
    start = (
        recording(path)
        .messages["session"]
        .select(pl.col("start_time").dt.replace_time_zone(None) + pl.duration(seconds=utc_offset_s(path)))
    )
    return start["start_time"].first().isoformat(timespec="minutes")
