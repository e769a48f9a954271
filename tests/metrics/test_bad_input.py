"""Whatever a device writes, a metric is a finite number or unknown; it is never an exception, NaN or a false 0."""

import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runningcoach_pipelines.metrics import (
    clock,
    efficiency,
    efforts,
    elevation,
    energy,
    gap,
    grade,
    heart_rate,
    hrv,
    load,
    moving,
    pace,
    power,
    quantity,
    splits,
    steady,
    trimp,
    zones,
)
from runningcoach_pipelines.metrics.quantity import weighted_mean

CHANNELS = ("elapsed_s", "timer_s", "distance_m", "speed_mps", "heart_rate_bpm", "power_w", "altitude_m")
SCHEMA = dict.fromkeys(CHANNELS, pl.Float64)
ATHLETE = {"hr_rest_bpm": 50.0, "hr_max_bpm": 190.0, "sex": None}

HR, POWER, SPEED, ALTITUDE = (pl.col(name) for name in ("heart_rate_bpm", "power_w", "speed_mps", "altitude_m"))
WEIGHT, TIMER, GRADE = pl.col("weight_s"), pl.col("timer_s"), pl.col("grade")
TRIMP = trimp.banister(HR, WEIGHT, **ATHLETE)

FROM_SAMPLES = {
    "timer_time": clock.timer_time_s(TIMER),
    "moving_time": moving.moving_time_s(SPEED, WEIGHT),
    "average_hr": heart_rate.average_bpm(HR, WEIGHT),
    "trimp": TRIMP,
    "hr_load": load.heart_rate_load(TRIMP, lthr_bpm=170.0, **ATHLETE),
    "edwards": trimp.edwards(HR, WEIGHT, hr_max_bpm=190.0),
    "lucia": trimp.lucia(HR, WEIGHT, hr_vt1_bpm=140.0, hr_vt2_bpm=165.0),
    "energy": energy.heart_rate_kcal(HR, WEIGHT, weight_kg=70.0, age_years=40.0, sex="female"),
    "work": power.work_kj(POWER, WEIGHT),
    "average_flat_speed": weighted_mean(gap.flat_speed_mps(SPEED, GRADE), WEIGHT),
    "ascent": elevation.ascent_m(elevation.rises_m(ALTITUDE)),
    "zone_2": zones.time_in_zones_s(HR, WEIGHT, [100.0, 130.0, 150.0])[2],
}
FROM_SECONDS = {
    "weighted_power": power.weighted_power(POWER),
    "weighted_speed": pace.weighted_speed_mps(gap.flat_speed_mps(SPEED, GRADE)),
    "running_power": power.lactate_normalised_power(SPEED, GRADE, weight_kg=70.0, height_m=1.75),
    "decoupling": efficiency.decoupling(SPEED, HR),
    "steady_decoupling": efficiency.steady_decoupling(SPEED, HR),
    "speed_per_beat": efficiency.mean_speed_per_beat(SPEED, HR, efficiency.half_after_warm_up()),
    "sustained_max_hr": heart_rate.sustained_max_bpm(HR),
}


def figures(samples: pl.DataFrame) -> dict[str, float | None]:
    """Every metric of one activity, first cleaned and weighted as a pipeline would."""
    prepared = samples.with_columns(
        pl.lit(1).alias("activity_id"),
        clock.weight_s(TIMER).alias("weight_s"),
        heart_rate.plausible(HR, pl.col("elapsed_s"), 190.0).alias("heart_rate_bpm"),
        grade.over_distance(pl.col("distance_m"), ALTITUDE).alias("grade"),
    )
    seconds = clock.per_second(prepared)
    return prepared.select(**FROM_SAMPLES).row(0, named=True) | seconds.select(**FROM_SECONDS).row(0, named=True)


NUMBERS = st.none() | st.sampled_from([0.0, -1.0, math.nan, math.inf, -math.inf]) | st.floats(-1e4, 1e4)
FRAMES = st.lists(st.tuples(*[NUMBERS] * len(CHANNELS)), max_size=60).map(
    lambda rows: pl.DataFrame(rows, schema=SCHEMA, orient="row")
)


@given(FRAMES)
def test_any_samples_give_finite_figures_or_none(samples: pl.DataFrame) -> None:
    for name, figure in figures(samples).items():
        assert figure is None or math.isfinite(figure), name


@given(FRAMES)
def test_any_samples_give_tables_without_exceptions(samples: pl.DataFrame) -> None:
    activity = samples.with_columns(activity_id=pl.lit("a"), grade=pl.lit(0.0))
    tables = (
        efforts.best_efforts(activity),
        splits.kilometre_splits(activity),
        efforts.mean_max_curves(activity, ["power_w"]),
        steady.steady_segments(activity),
    )
    for table in tables:
        assert all(table.select(pl.selectors.float().is_finite().all()).row(0))


SECONDS = [float(second) for second in range(120)]
GOOD = {
    "elapsed_s": SECONDS,
    "timer_s": SECONDS,
    "distance_m": [3.0 * second for second in SECONDS],
    "speed_mps": [3.0] * 120,
    "heart_rate_bpm": [150.0] * 120,
    "power_w": [250.0] * 120,
    "altitude_m": [100.0 + 0.1 * second for second in SECONDS],
}
UNKNOWABLE = {
    "nothing was measured": {name: [None] * 120 for name in CHANNELS},
    "there are no samples": {name: [] for name in CHANNELS},
    "one sample": {name: values[:1] for name, values in GOOD.items()},
    "the clock stands still": GOOD | {"timer_s": [5.0] * 120, "elapsed_s": [5.0] * 120},
    "only NaN": {name: [math.nan] * 120 for name in CHANNELS},
    "the clock is missing": GOOD | {"timer_s": [None] * 120, "elapsed_s": [None] * 120},
}
CLOCKLESS = {"ascent"}
"""Climb needs no clock."""


@pytest.mark.parametrize("case", UNKNOWABLE)
def test_what_cannot_be_known_is_null_and_not_zero(case: str) -> None:
    known = figures(pl.DataFrame(UNKNOWABLE[case], schema=SCHEMA))
    assert {name: figure for name, figure in known.items() if figure is not None}.keys() <= CLOCKLESS


def test_a_good_recording_has_every_figure_that_two_minutes_allow() -> None:
    known = figures(pl.DataFrame(GOOD, schema=SCHEMA))
    assert {name for name, figure in known.items() if figure is None} == {"steady_decoupling", "speed_per_beat"}


@pytest.mark.parametrize("jump", [-50.0, 3600.0, -1e6])
def test_a_clock_that_jumps_costs_at_most_the_hold_of_one_sample(jump: float) -> None:
    jumped = [second + (jump if second >= 60 else 0.0) for second in SECONDS]
    good, bad = (
        figures(pl.DataFrame(GOOD | {"timer_s": clock_s, "elapsed_s": clock_s}, schema=SCHEMA))
        for clock_s in (SECONDS, jumped)
    )
    assert bad["trimp"] == pytest.approx(good["trimp"], rel=clock.HOLD_CAP_S / 120)


def test_missing_heart_rate_counts_as_neither_time_nor_zero() -> None:
    gappy = pl.DataFrame(GOOD | {"heart_rate_bpm": [150.0, None] * 60}, schema=SCHEMA)
    known = figures(gappy)
    assert known["average_hr"] == pytest.approx(150.0)
    whole = figures(pl.DataFrame(GOOD, schema=SCHEMA))
    assert known["trimp"] == pytest.approx(whole["trimp"] / 2)


@pytest.mark.parametrize("athlete", [{"hr_max_bpm": None}, {"hr_max_bpm": 40.0}, {"hr_rest_bpm": None}])
def test_a_load_without_a_usable_athlete_is_unknown(athlete: dict[str, float | None]) -> None:
    samples = pl.DataFrame(GOOD, schema=SCHEMA)
    assert samples.select(trimp.banister(HR, 1.0, **(ATHLETE | athlete))).item() is None


def test_spikes_of_heart_rate_are_not_believed() -> None:
    beats = pl.DataFrame({"hr": [150.0, 151.0, 215.0, 152.0, 190.0, 153.0], "t": [0.0, 1.0, 2.0, 4.0, 5.0, 8.0]})
    kept = beats.select(heart_rate.plausible(pl.col("hr"), pl.col("t"), 190.0)).to_series().to_list()
    assert kept == [150.0, 151.0, None, 152.0, None, 153.0]


def test_a_sensor_that_counts_steps_is_noticed_after_a_minute() -> None:
    run = pl.DataFrame(
        {"hr": [170.0] * 120 + [140.0] * 60 + [171.0] * 30, "spm": [171.0] * 210, "weight_s": [1.0] * 210}
    )
    locked = run.select(heart_rate.cadence_lock(pl.col("hr"), pl.col("spm"), WEIGHT)).to_series()
    assert locked.to_list() == [True] * 120 + [False] * 90


@given(st.lists(st.none() | st.floats(-10, 3000), max_size=40))
def test_any_beat_intervals_give_figures_or_none(intervals: list[float | None]) -> None:
    clean = [rr for rr in intervals if rr is not None]
    artefact = hrv.is_artefact(clean)
    kept = [rr for rr, bad in zip(clean, artefact, strict=True) if not bad]
    known = hrv.variability(kept)
    assert known is None or math.isfinite(known.rmssd)
    assert not any(rr >= hrv.LONGEST_INTERVAL_MS for rr in kept)


@given(value=st.floats(1e-6, 1e6), others=st.integers(1, 4), by=st.sampled_from([60.0, 1000.0, 3600.0, 0.68725, 3.6]))
def test_a_quotient_does_not_depend_on_how_many_rows_it_is_taken_of(value: float, others: int, by: float) -> None:
    alone = pl.DataFrame({"value": [value]})
    among = pl.DataFrame({"value": [value, *[1.0] * others]})
    quotient = quantity.quotient(pl.col("value"), by)
    assert alone.select(quotient).item() == among.select(quotient)["value"][0]
