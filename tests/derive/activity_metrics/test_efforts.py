"""Best efforts and mean-max curves as their tables hold them."""

import polars as pl
import pytest

from runningcoach_pipelines.metrics.efforts import DISTANCES_M, WINDOWS_S
from runningcoach_pipelines.metrics.vo2max import from_race
from tests.measuring import activity, figures, measured, samples

FAST_KM = [3.0] * 1000 + [5.0] * 200 + [3.0] * 2400


def path(speeds: list[float]) -> list[float]:
    return [sum(speeds[:second]) for second in range(len(speeds))]


def efforts(recorded: pl.DataFrame | None = None, **changes: object) -> pl.DataFrame:
    return measured(recorded, **changes)["best_efforts"]  # type: ignore[arg-type]


def test_every_distance_that_was_covered_has_its_fastest_time() -> None:
    best = efforts(samples(speed_mps=FAST_KM, distance_m=path(FAST_KM)))
    assert best["distance_m"].to_list() == [distance for distance in DISTANCES_M if distance <= 11_000]
    one_km = best.row(by_predicate=pl.col("distance_m") == 1000, named=True)
    assert (one_km["time_s"], one_km["start_s"], one_km["counts"]) == (pytest.approx(200), pytest.approx(1000), True)


@pytest.mark.parametrize("changes", [{"indoor": True}, {"suspected_duplicate_of": "b"}])
def test_records_are_set_outdoors_and_once(changes: dict[str, object]) -> None:
    best = efforts(activities=[activity(**changes)])
    assert (best.height, best["counts"].any()) == (8, False)


def test_a_ride_recorded_as_a_run_breaks_no_record() -> None:
    riding = samples(speed_mps=9.0)
    assert not efforts(riding)["counts"].any()
    assert figures(riding)["effort_vo2max"] is None


@pytest.mark.parametrize("sport", ["cycling", "walking"])
def test_efforts_are_of_runs(sport: str) -> None:
    assert efforts(activities=[activity(sport=sport)]).is_empty()


def test_effort_vo2max_is_of_the_best_effort_from_1500_m() -> None:
    fast = [3.0] * 1000 + [4.5] * 400 + [3.0] * 2200
    recorded = samples(speed_mps=fast, distance_m=path(fast))
    mile = 1609.344
    assert figures(recorded)["effort_vo2max"] == pytest.approx(from_race(mile, mile / 4.5), rel=1e-6)
    sprint = [3.0] * 1000 + [6.0] * 100 + [3.0] * 2500
    races = [(d, 100 + (d - 600) / 3) for d in DISTANCES_M if mile <= d <= 11_000]
    vo2max = figures(samples(speed_mps=sprint, distance_m=path(sprint)))["effort_vo2max"]
    assert vo2max == pytest.approx(max(from_race(*race) for race in races), rel=1e-6)
    assert vo2max < from_race(600, 100)
    assert figures(activities=[activity(indoor=True)])["effort_vo2max"] is None


def curve(recorded: pl.DataFrame, channel: str) -> dict[int, float]:
    rows = measured(recorded)["mean_max"].filter(pl.col("channel") == channel)
    return dict(rows.select("window_s", "value").iter_rows())


def test_means_fall_with_the_window_and_end_with_the_activity() -> None:
    recorded = samples(
        speed_mps=FAST_KM,
        heart_rate_bpm=[140.0 + speed for speed in FAST_KM],
        power_w=[80 * speed for speed in FAST_KM],
    )
    for channel, (high, low) in {"speed": (5, 3), "heart_rate": (145, 143), "power": (400, 240)}.items():
        means = curve(recorded, channel)
        assert sorted(means) == [window for window in WINDOWS_S if window <= 3600]
        assert (means[60], means[3600]) == (pytest.approx(high), pytest.approx((high * 200 + low * 3400) / 3600))


def test_a_channel_that_was_not_measured_has_no_curve() -> None:
    rows = measured(samples(heart_rate_bpm=None))["mean_max"]
    assert rows["channel"].unique().to_list() == ["speed"]


def test_a_dropped_second_does_not_break_the_curve_and_a_long_gap_does() -> None:
    second = curve(samples(heart_rate_bpm=[None if s == 1800 else 150.0 for s in range(3600)]), "heart_rate")
    minute = curve(samples(heart_rate_bpm=[None if 1800 <= s < 1860 else 150.0 for s in range(3600)]), "heart_rate")
    assert (3600 in second, 3600 in minute, 1200 in minute) == (True, False, True)


def test_missing_power_between_seconds_of_power_is_zero() -> None:
    assert curve(samples(power_w=[200.0] * 1800 + [None] * 1800), "power")[3600] == pytest.approx(100)
