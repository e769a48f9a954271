"""Whatever a device writes: figures are finite or null, never a false 0, never an exception; alone as among others."""

import datetime as dt
import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from runningcoach_pipelines.store.lake import SAMPLES_SCHEMA
from tests.measuring import DAY, activity, figures, measured, samples

CHANNELS = [name for name, dtype in SAMPLES_SCHEMA.items() if dtype.is_numeric()]
ODD = [None, 0.0, -1.0, 1e300, -1e300, math.nan, math.inf, -math.inf]
VALUES = st.sampled_from(ODD) | st.floats(-1e4, 1e5)
TOTALS = ("distance_m", "timer_s", "elapsed_s", "avg_heart_rate_bpm", "max_heart_rate_bpm", "ascent_m")
DEVICE = ("descent_m", "moving_s", "perceived_effort", "training_load_peak")
COUNTS = {"heart_rate_spikes", "cadence_lock_s", "heart_rate_coverage", "decoupling_percent"}
"""Figures of which 0 is true: nothing spiked, nothing was covered, nobody knows a load, nothing decoupled."""


def frame(rows: list[tuple[float | None, ...]]) -> pl.DataFrame:
    values = pl.DataFrame(rows, schema=dict.fromkeys(CHANNELS, pl.Float64), orient="row")
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in SAMPLES_SCHEMA.items() if name not in CHANNELS]
    return values.with_columns(missing).with_columns(activity_id=pl.lit("a"))


FRAMES = st.lists(st.tuples(*[VALUES] * len(CHANNELS)), max_size=40).map(frame)
CLOCKED = st.lists(st.tuples(*[VALUES] * (len(CHANNELS) - 2)), min_size=2, max_size=90).map(
    lambda rows: frame([(float(second), float(second), *row) for second, row in enumerate(rows)])
)
"""The clocks are the first two channels: with good ones the rest gets further."""


def every_number(tables: dict[str, pl.DataFrame]) -> list[float]:
    return [
        number
        for table in tables.values()
        for series in table.select(pl.selectors.float())
        for number in series.drop_nulls().to_list()
    ]


@given(
    recorded=FRAMES | CLOCKED,
    totals=st.tuples(*[VALUES] * len(TOTALS)),
    said=st.tuples(*[VALUES] * len(DEVICE)),
    sport=st.sampled_from(["running", "cycling", "walking"]),
)
@examples(deadline=None, max_examples=60)
def test_any_samples_and_totals_give_finite_rows(
    recorded: pl.DataFrame, totals: tuple[float | None, ...], said: tuple[float | None, ...], sport: str
) -> None:
    row = activity(sport=sport, **dict(zip(TOTALS, totals, strict=True)))
    tables = measured(recorded, activities=[row], device=dict(zip(DEVICE, said, strict=True)))
    assert tables["activity_metrics"].height == 1
    assert all(math.isfinite(number) for number in every_number(tables))
    assert all(
        number >= 0
        for name in ("splits", "activity_zones", "mean_max")
        for number in every_number({name: tables[name]})
    )


@pytest.mark.parametrize(
    "recorded",
    [
        samples(0),
        samples(1),
        samples(3600, **dict.fromkeys(("speed_mps", "heart_rate_bpm", "cadence_spm", "distance_m"))),
        samples(3600, timer_s=5.0, elapsed_s=5.0),
        samples(3600, timer_s=None, elapsed_s=None),
        frame([(math.nan,) * len(CHANNELS)] * 10),
    ],
    ids=["no sample", "one sample", "nothing measured", "the clock stands", "no clock", "only NaN"],
)
def test_what_cannot_be_known_is_null_and_not_zero(recorded: pl.DataFrame) -> None:
    row = figures(recorded)
    known = {name for name, value in row.items() if value == 0 and not isinstance(value, bool)}
    assert known <= COUNTS
    assert (row["hr_load"], row["pace_load"], row["trimp"], row["moving_s"]) == (None,) * 4
    duration_known = row["timer_s"] is not None
    assert row["load_source"] == ("imputed" if duration_known else None)
    assert (row["load"] is not None) is duration_known


@pytest.mark.parametrize("jump_s", [-3600.0, 86_400.0, 1e9])
def test_a_clock_that_jumps_costs_a_few_seconds(jump_s: float) -> None:
    clock = [second + (jump_s if second >= 1800 else 0.0) for second in range(3600)]
    good, bad = figures(), figures(samples(elapsed_s=clock, timer_s=clock), activities=[activity(timer_s=3600.0)])
    if abs(jump_s) < 1e6:
        assert bad["trimp"] == pytest.approx(good["trimp"], rel=0.01)
    else:
        assert bad["trimp"] == pytest.approx(good["trimp"] / 2, rel=0.01)
    assert bad["avg_heart_rate_bpm"] == 150


@pytest.mark.parametrize(
    ("channel", "absurd"),
    [
        ("heart_rate_bpm", 254.0),
        ("power_w", 60_000.0),
        ("altitude_m", 60_000.0),
        ("cadence_spm", 500.0),
        ("speed_mps", 65.0),
        ("distance_m", 4e7),
        ("temperature_c", 127.0),
        ("vertical_oscillation_mm", 6553.0),
        ("stance_time_ms", 6553.0),
    ],
)
def test_one_absurd_value_changes_little(channel: str, absurd: float) -> None:
    usual = {
        "power_w": 240.0,
        "altitude_m": [100 + 10 * math.sin(second / 300) for second in range(3600)],
        "temperature_c": 15.0,
        "vertical_oscillation_mm": 80.0,
        "stance_time_ms": 250.0,
        "heart_rate_bpm": 150.0,
        "cadence_spm": 180.0,
        "distance_m": [3.0 * second for second in range(3600)],
    }
    before = usual.get(channel, 3.0)
    values = list(before) if isinstance(before, list) else [before] * 3600
    values[1800] = absurd
    good, bad = figures(samples(**usual)), figures(samples(**{**usual, channel: values}))  # type: ignore[arg-type]
    for name, value in good.items():
        if isinstance(value, float) and name != "heart_rate_coverage":
            assert bad[name] == pytest.approx(value, rel=0.01, abs=0.01), name


@given(st.data())
@examples(deadline=None, max_examples=15)
def test_figures_of_an_activity_do_not_know_its_neighbours(data: st.DataObject) -> None:
    """Bit for bit, in whatever order the rows of several activities come, and whatever those are measured against."""
    days = {"a": DAY, "b": DAY + dt.timedelta(days=data.draw(st.integers(1, 9))), "c": DAY}
    lengths = {"a": 700, "b": data.draw(st.integers(1, 900)), "c": data.draw(st.integers(0, 900))}
    recorded = {
        name: samples(
            seconds,
            activity_id=name,
            heart_rate_bpm=[120 + 40 * math.sin(second / 97) + (second * 7919 % 13) / 7 for second in range(seconds)],
            altitude_m=[50 * math.sin(second / 71) for second in range(seconds)],
            power_w=[200 + 90 * math.cos(second / 31) for second in range(seconds)],
        )
        for name, seconds in lengths.items()
    }
    order = data.draw(st.permutations(sorted(recorded)))
    together = measured(
        pl.concat([recorded[name] for name in order]).sample(fraction=1, shuffle=True, seed=1),
        activities=[activity(name, local_day=days[name], indoor=name == "c") for name in order],
        on_other_days={days["b"]: {"hr_max_bpm": 199.0, "sex": "male", "threshold_speed_mps": 3.3}},
    )
    alone = measured(recorded["a"])
    for name, rows in alone.items():
        assert together[name].filter(pl.col("activity_id") == "a").equals(rows), name
