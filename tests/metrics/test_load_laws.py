"""Laws of heart-rate load, weighted power, pace and the daily series, for any input."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runningcoach_pipelines.metrics import clock, days, fitness, gap, load, pace, power, strain, trimp

HEART_RATES = st.lists(st.integers(40, 205), min_size=2, max_size=60)
LOADS = st.lists(st.floats(0, 500), min_size=1, max_size=150)
ATHLETE = {"hr_rest_bpm": 50.0, "hr_max_bpm": 190.0, "sex": "male"}


def trimp_of(heart_rates: list[int], seconds_each: float = 1.0) -> float:
    return pl.DataFrame({"hr": heart_rates}).select(trimp.banister(pl.col("hr"), seconds_each, **ATHLETE)).item()


@given(HEART_RATES, HEART_RATES)
def test_trimp_of_two_parts_is_the_sum_of_their_trimps(first: list[int], second: list[int]) -> None:
    assert trimp_of(first + second) == pytest.approx(trimp_of(first) + trimp_of(second))


@given(HEART_RATES, st.integers(2, 10))
def test_trimp_is_the_same_for_smart_recording_and_one_sample_per_second(heart_rates: list[int], step: int) -> None:
    sparse = pl.DataFrame({"hr": heart_rates, "timer_s": [float(i * step) for i in range(len(heart_rates))]})
    weighted = trimp.banister(pl.col("hr"), clock.weight_s(pl.col("timer_s")), **ATHLETE)
    every_second = [hr for hr in heart_rates for _ in range(step)]
    assert sparse.select(weighted).item() == pytest.approx(trimp_of(every_second))


@given(HEART_RATES, st.data())
def test_trimp_is_never_negative_and_grows_with_heart_rate(heart_rates: list[int], data: st.DataObject) -> None:
    raised = data.draw(st.integers(0, len(heart_rates) - 1))
    higher = [hr + (i == raised) for i, hr in enumerate(heart_rates)]
    assert 0 <= trimp_of(heart_rates) <= trimp_of(higher)


@given(
    rest=st.floats(35, 80),
    threshold=st.floats(120, 180),
    above=st.floats(5, 40),
    sex=st.sampled_from(["male", "female", None]),
    variant=st.sampled_from(list(trimp.Variant)),
)
def test_one_hour_at_threshold_heart_rate_is_a_load_of_100(
    rest: float, threshold: float, above: float, sex: str | None, variant: trimp.Variant
) -> None:
    athlete = {"hr_rest_bpm": rest, "hr_max_bpm": threshold + above, "sex": sex, "variant": variant}
    hour = trimp.banister(threshold, 3600.0, **athlete)
    assert pl.select(load.heart_rate_load(hour, lthr_bpm=threshold, **athlete)).item() == pytest.approx(100)


def test_athlete_values_may_be_columns() -> None:
    two = pl.DataFrame(
        {
            "id": [1, 1, 2, 2],
            "hr": [150, 150, 150, 150],
            "rest": [50, 50, 60, 60],
            "max": [190, 190, 190, 190],
            "sex": ["male", "male", "female", "female"],
        }
    )
    points = trimp.banister(
        pl.col("hr"), 1800.0, hr_rest_bpm=pl.col("rest"), hr_max_bpm=pl.col("max"), sex=pl.col("sex")
    )
    by_column = two.group_by("id", maintain_order=True).agg(trimp=points)["trimp"].to_list()
    numbers = [
        pl.select(trimp.banister(150.0, 3600.0, hr_rest_bpm=50, hr_max_bpm=190, sex="male")).item(),
        pl.select(trimp.banister(150.0, 3600.0, hr_rest_bpm=60, hr_max_bpm=190, sex="female")).item(),
    ]
    assert by_column == pytest.approx(numbers)


@pytest.mark.parametrize("sex", ["m", "unknown", ""])
def test_an_unknown_word_for_sex_is_an_error(sex: str) -> None:
    with pytest.raises(ValueError, match="use 'male', 'female' or None"):
        trimp.banister(150.0, 1.0, hr_rest_bpm=50, hr_max_bpm=190, sex=sex)  # type: ignore[arg-type]


@pytest.mark.parametrize("enum", [trimp.Variant, fitness.Smoothing, fitness.FormDay, gap.Model, power.Windows])
def test_an_unknown_option_is_an_error(enum: type) -> None:
    with pytest.raises(ValueError, match="'something'"):
        enum("something")


POWERS = st.lists(st.integers(0, 600), min_size=30, max_size=120)


def weighted_power(watts: list[float]) -> float:
    return pl.DataFrame({"w": watts}).select(power.weighted_power(pl.col("w"))).item()


@given(POWERS, st.floats(0.5, 3))
def test_weighted_power_exceeds_the_mean_of_its_windows_and_scales(watts: list[int], factor: float) -> None:
    windows = np.convolve(watts, np.full(30, 1 / 30), mode="valid")
    assert weighted_power(watts) >= windows.mean() - 1e-6
    assert weighted_power([w * factor for w in watts]) == pytest.approx(weighted_power(watts) * factor, abs=1e-4)


def test_weighted_power_counts_missing_seconds_as_zero_and_needs_a_full_window() -> None:
    assert weighted_power([200.0] * 29) is None
    assert weighted_power([None] * 60) is None
    assert weighted_power([200.0, None] * 60) == pytest.approx(100.0)


@given(st.floats(1, 8), st.sampled_from(list(gap.Model)))
def test_flat_ground_leaves_the_speed_alone(speed: float, model: gap.Model) -> None:
    assert pl.select(gap.flat_speed_mps(speed, 0.0, model)).item() == pytest.approx(speed)


def test_below_walking_speed_the_grade_is_ignored() -> None:
    assert pl.select(gap.flat_speed_mps(0.8, 0.2)).item() == pytest.approx(0.8)


def test_a_steady_flat_run_has_its_own_speed_as_weighted_speed() -> None:
    run = pl.DataFrame({"v": [3.0] * 600})
    assert run.select(pace.weighted_speed_mps(gap.flat_speed_mps(pl.col("v"), 0.0))).item() == pytest.approx(3.0)


def test_intervals_weigh_more_than_their_mean_speed() -> None:
    run = pl.DataFrame({"v": ([4.2] * 240 + [2.6] * 120) * 6})
    weighted = run.select(pace.weighted_speed_mps(pl.col("v"))).item()
    assert weighted / run["v"].mean() == pytest.approx(1.05, abs=0.01)


def test_only_a_short_gap_of_speed_is_bridged() -> None:
    short, long = ({"v": [3.0] * 40 + [None] * gap_s + [3.0] * 10} for gap_s in (10, 41))
    windows = [pl.DataFrame(run).select(pace.weighted_speed_mps(pl.col("v"))).item() for run in (short, long)]
    assert windows == pytest.approx([3.0, 3.0])
    assert pl.DataFrame({"v": [3.0, *[None] * 30]}).select(pace.weighted_speed_mps(pl.col("v"))).item() is None


@pytest.mark.parametrize(("seconds", "text"), [(299.6, "5:00"), (299.4, "4:59"), (60.0, "1:00"), (725.0, "12:05")])
def test_a_pace_is_rounded_before_it_is_split(seconds: float, text: str) -> None:
    assert pace.written(seconds) == text
    assert pace.read(text) == round(seconds)


@pytest.mark.parametrize("text", ["", "4", "4:1", "4:60", "4.10", "-4:10", ":10", "4:10:00"])
def test_what_is_no_pace_is_not_read_as_one(text: str) -> None:
    with pytest.raises(ValueError, match="is not a pace"):
        pace.read(text)


@given(LOADS, st.floats(0.1, 3))
def test_fitness_is_linear_in_the_loads(loads: list[float], factor: float) -> None:
    once, scaled = fitness.fitness(loads), fitness.fitness(np.array(loads) * factor)
    for figure in ("ctl", "atl", "tsb", "ramp"):
        assert getattr(scaled, figure) == pytest.approx(getattr(once, figure) * factor, abs=1e-6)


@given(st.lists(st.tuples(st.floats(0, 500), st.floats(0, 500)), min_size=1, max_size=150))
def test_fitness_of_two_athletes_loads_together_is_the_sum_of_their_fitness(loads: list[tuple[float, float]]) -> None:
    one, other = np.array(loads).T
    together = fitness.fitness(one + other)
    for figure in ("ctl", "atl", "tsb", "ramp"):
        parts = getattr(fitness.fitness(one), figure) + getattr(fitness.fitness(other), figure)
        assert getattr(together, figure) == pytest.approx(parts, abs=1e-6)


@given(st.floats(1, 300))
def test_fitness_tends_to_a_constant_load(constant: float) -> None:
    chart = fitness.fitness([constant] * 600)
    assert chart.ctl[-1] == pytest.approx(constant, rel=1e-5)
    assert chart.tsb[-1] == pytest.approx(0, abs=constant * 1e-4)
    assert (chart.ramp >= 0).all()


@given(LOADS, st.data())
def test_a_changed_day_changes_only_itself_and_later_days(loads: list[float], data: st.DataObject) -> None:
    day = data.draw(st.integers(0, len(loads) - 1))
    changed = [*loads[:day], loads[day] + 50, *loads[day + 1 :]]
    before, after = fitness.fitness(loads), fitness.fitness(changed)
    assert after.ctl[:day].tolist() == before.ctl[:day].tolist()
    assert (after.ctl[day:] > before.ctl[day:]).all()
    assert after.tsb[: day + 1].tolist() == before.tsb[: day + 1].tolist()


def test_warming_up_ends_after_three_time_constants() -> None:
    assert fitness.fitness([50.0] * 130).warming_up.tolist() == [True] * 126 + [False] * 4


@pytest.mark.parametrize("broken", [float("nan"), float("inf")])
def test_a_load_that_is_not_a_number_is_named(broken: float) -> None:
    with pytest.raises(ValueError, match=r"daily load 1 is .*days\.daily_loads"):
        fitness.fitness([10.0, broken, 20.0])


ACTIVITIES = st.lists(
    st.tuples(st.integers(0, 40 * 86_400), st.sampled_from([-28_800, 0, 3600, 34_200]), st.floats(0, 200)),
    min_size=1,
    max_size=30,
)


def activities(rows: list[tuple[int, int, float]]) -> pl.DataFrame:
    first = datetime(2024, 3, 1, tzinfo=UTC)
    return pl.DataFrame(
        [(first + timedelta(seconds=second), offset, load) for second, offset, load in rows],
        schema={"start_utc": pl.Datetime("us", "UTC"), "utc_offset_s": pl.Int64, "load": pl.Float64},
        orient="row",
    )


@given(ACTIVITIES, st.randoms())
def test_the_order_of_activities_is_irrelevant(rows: list[tuple[int, int, float]], random: object) -> None:
    shuffled = random.sample(rows, len(rows))  # type: ignore[attr-defined]
    a, b = days.daily_loads(activities(rows)), days.daily_loads(activities(shuffled))
    assert a["local_day"].to_list() == b["local_day"].to_list()
    assert a["load"].to_list() == pytest.approx(b["load"].to_list())


@given(ACTIVITIES, st.sampled_from([-36_000, 7200, 45_900]))
def test_the_same_local_starts_give_the_same_days_from_any_time_zone(
    rows: list[tuple[int, int, float]], shift: int
) -> None:
    moved = [(second - shift, offset + shift, load) for second, offset, load in rows]
    assert days.daily_loads(activities(rows)).equals(days.daily_loads(activities(moved)))


@given(ACTIVITIES)
def test_daily_loads_are_dense_and_keep_the_total(rows: list[tuple[int, int, float]]) -> None:
    daily = days.daily_loads(activities(rows))
    assert daily["local_day"].diff().drop_nulls().dt.total_days().eq(1).all()
    assert daily["load"].sum() == pytest.approx(sum(row[2] for row in rows))


def test_the_daily_series_reaches_the_day_asked_for() -> None:
    rows = activities([(0, 0, 50.0)])
    until = datetime(2024, 3, 5, tzinfo=UTC).date()
    assert days.daily_loads(rows, last_day=until)["load"].to_list() == [50.0, 0, 0, 0, 0]


def test_days_between_are_zeros_in_every_column_and_known_days_stay() -> None:
    known = pl.DataFrame(
        {"local_day": [date(2024, 3, 1), date(2024, 2, 28)], "load": [60.0, 50.0], "activities": [2, 1]}
    )
    assert days.every_day(known, last_day=date(2024, 3, 2)).to_dict(as_series=False) == {
        "local_day": [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 2)],
        "load": [50.0, 0.0, 60.0, 0.0],
        "activities": [1, 0, 2, 0],
    }


def test_the_daily_table_of_no_activities_is_empty() -> None:
    table = fitness.daily_table(days.daily_loads(activities([])))
    assert table.height == 0
    assert table.columns[:3] == ["local_day", "load", "ctl"]


def test_the_daily_table_leaves_undefined_figures_null() -> None:
    table = fitness.daily_table(days.daily_loads(activities([(0, 0, 50.0), (40 * 86_400, 0, 50.0)])))
    assert table["monotony"][0] is not None
    assert table["monotony"][20] is None
    assert table["acwr_uncoupled"][:27].null_count() == 27
    assert table["tsb"][0] == 0.0


@given(LOADS)
def test_monotony_stays_within_its_cap_and_is_unknown_without_load(loads: list[float]) -> None:
    monotony = strain.daily_monotony(loads)
    assert np.nanmax(np.append(monotony, 0)) <= strain.MONOTONY_CAP
    assert np.isnan(strain.daily_monotony([0.0] * 7)).all()


@given(st.lists(st.floats(1, 500), min_size=28, max_size=60))
def test_the_coupled_ratio_never_exceeds_four(loads: list[float]) -> None:
    assert np.nanmax(strain.daily_acwr(loads)) <= 4.0 + 1e-9


SOURCES = {load.Source.HEART_RATE: pl.col("hr"), load.Source.POWER: pl.col("power"), load.Source.PACE: pl.col("pace")}


def test_the_primary_load_follows_the_fixed_order_and_names_its_source() -> None:
    known = pl.DataFrame(
        {"hr": [90.0, None, None, None], "pace": [80.0, 80.0, None, None], "power": [70.0, 70.0, 70.0, None]}
    )
    chosen, source = load.primary(SOURCES)
    rows = known.select(chosen.alias("load"), source.alias("source")).rows()
    assert rows == [(90.0, "heart_rate"), (80.0, "pace"), (70.0, "power"), (None, None)]


def test_a_heart_rate_load_needs_enough_of_the_activity() -> None:
    assert pl.select(load.covered(100.0, 0.79)).item() is None
    assert pl.select(load.covered(100.0, 0.8)).item() == 100.0
