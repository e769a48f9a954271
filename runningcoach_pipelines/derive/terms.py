"""What an activity is measured against: the athlete's settings by day, and estimates by month where they are silent.

An estimate holds for a whole calendar month and looks back from the month's end, over rows that no setting changes:
so a late activity changes its own month and later ones, never an earlier one, and a history that came bit by bit
ends with the same terms as one that came at once. Formulas are in `metrics/thresholds.py`.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection, and_, select

from runningcoach_pipelines.metrics import critical_speed, load, thresholds, zones
from runningcoach_pipelines.metrics.critical_speed import CriticalSpeed
from runningcoach_pipelines.metrics.race import Result
from runningcoach_pipelines.metrics.thresholds import Source
from runningcoach_pipelines.store.athletes import read_settings
from runningcoach_pipelines.store.frames import read_frame
from runningcoach_pipelines.store.tables import ActivityMetrics, BestEffort, DeviceValues, HealthMetrics
from runningcoach_pipelines.store.windows import Window

YEAR_DAYS = 365
SEASON_DAYS = 90

COMMON_ACTIVITIES = 3
"""A personal factor is the median of at least so many."""

IMPUTED_LOAD_PER_H = 50.0
"""Load of an hour in a sport nobody measured yet: an easy hour at 0.7 of threshold intensity, 100 * 0.7 ** 2."""

TERMS = (
    *("settings_valid_from", "settings_estimated", "settings_sources"),
    *("sex", "hr_rest_bpm", "hr_max_bpm", "hr_threshold_bpm", "threshold_speed_mps", "threshold_power_w", "weight_kg"),
    "hr_zone_bounds_bpm",
)
"""Columns that `effective` gives, as `activity_metrics` stores them."""

FACTORS = ("effort_factor", "device_factor", "imputed_load_per_h")
"""Columns that `factors` gives, as `activity_metrics` stores them."""

LOAD_COLUMNS = (
    *("athlete_id", "local_day", "activity_id", "sport", "timer_s", "counted"),
    *("heart_rate_coverage", "heart_rate_problem"),
    *("hr_load", "pace_load", "power_load", "effort_load", "device_load"),
)
"""Columns of `activity_metrics` that `loads` reads."""

_COL = pl.col
COUNTING_HR_LOAD = pl.when(_COL("heart_rate_problem").is_null()).then(
    load.covered(_COL("hr_load"), _COL("heart_rate_coverage"))
)
"""The heart-rate load where enough of the activity had a heart rate without a problem."""

_ATHLETE_MONTH = ("athlete_id", "month")
_SHORTEST_MONTH_DAYS = 28
_SOURCED = TERMS[3:]
_ESTIMATED_IF_NOT_GIVEN = ("sex", "hr_rest_bpm", "hr_max_bpm", "hr_threshold_bpm")


@dataclass(frozen=True, slots=True)
class Observed:
    """What estimates rest on.

    activities: athlete_id, local_day, activity_id, counted, sustained_max_heart_rate_bpm, and as the device says
        threshold_heart_rate_bpm, threshold_speed_mps, hr_zone_bounds_bpm.
    efforts: athlete_id, local_day, activity_id, distance_m, time_s of the best efforts that count.
    nights: athlete_id, day, resting_hr_bpm.
    """

    activities: pl.DataFrame
    efforts: pl.DataFrame
    nights: pl.DataFrame

    def with_month(self, month: Window, activities: pl.DataFrame, efforts: pl.DataFrame) -> "Observed":
        """The same, but for what is stored of `month` and of these activities: it gives way to the rows given."""
        return Observed(
            activities=_with_own(self.activities, activities, month, activities),
            efforts=_with_own(self.efforts, efforts, month, activities),
            nights=self.nights,
        )


def observed(connection: Connection, window: Window) -> Observed:
    """Stored rows that the estimates of the window's months look back on."""
    first, end = _whole_months(window)
    activities, devices, efforts, nights = (
        table.table() for table in (ActivityMetrics, DeviceValues, BestEffort, HealthMetrics)
    )
    of_both = and_(devices.c.activity_id == activities.c.activity_id, devices.c.local_day == activities.c.local_day)
    return Observed(
        activities=read_frame(
            connection,
            select(
                activities.c.athlete_id,
                activities.c.local_day,
                activities.c.activity_id,
                activities.c.counted,
                activities.c.sustained_max_heart_rate_bpm,
                devices.c.threshold_heart_rate_bpm,
                devices.c.threshold_speed_mps,
                devices.c.hr_zone_bounds_bpm,
            )
            .join_from(activities, devices, of_both, isouter=True)
            .where(activities.c.local_day >= _back(first, YEAR_DAYS), activities.c.local_day < end),
        ),
        efforts=read_frame(
            connection,
            select(
                efforts.c.athlete_id,
                efforts.c.local_day,
                efforts.c.activity_id,
                efforts.c.distance_m,
                efforts.c.time_s,
            ).where(efforts.c.counts, efforts.c.local_day >= _back(first, SEASON_DAYS), efforts.c.local_day < end),
        ),
        nights=read_frame(
            connection,
            select(nights.c.athlete_id, nights.c.day, nights.c.resting_hr_bpm).where(
                nights.c.resting_hr_bpm.is_not(None), nights.c.day >= _back(first, SEASON_DAYS), nights.c.day < end
            ),
        ),
    )


def effective(days: pl.DataFrame, settings: pl.DataFrame, observed: Observed) -> pl.DataFrame:
    """What holds on each day: the athlete's settings, and estimates of the day's month in their gaps.

    Args:
        days: `athlete_id`, `local_day`, each pair once.
        settings: all versions, as `store.athletes.read_settings` gives them.
        observed: rows of the look-back; more than that changes nothing.

    Returns:
        `athlete_id`, `local_day` and TERMS, sorted by both.
    """
    given = _in_effect(days, settings).with_columns(month=_COL("local_day").dt.month_start())
    months = given.select(_ATHLETE_MONTH).unique()
    known = given.join(_estimates(months, observed), on=_ATHLETE_MONTH, how="left").with_columns(
        **_of_athlete(*("sex", "threshold_power_w", "weight_kg"))
    )
    # One column after the other: the expressions of a choice inside those of the next would grow beyond measure.
    chosen = (
        known.pipe(
            _choose,
            "hr_max_bpm",
            thresholds.hr_max_bpm(
                athlete=_COL("hr_max_bpm"),
                highest_sustained=_COL("highest_sustained_bpm"),
                age_years=_COL("local_day").dt.year() - _COL("birth_year"),
                hr_threshold=pl.coalesce("hr_threshold_bpm", "device_hr_threshold_bpm"),
            ),
        )
        .pipe(
            _choose,
            "hr_threshold_bpm",
            thresholds.hr_threshold_bpm(
                athlete=_COL("hr_threshold_bpm"), device=_COL("device_hr_threshold_bpm"), hr_max=_COL("hr_max_bpm")
            ),
        )
        .pipe(
            _choose,
            "hr_rest_bpm",
            thresholds.hr_rest_bpm(
                athlete=_COL("hr_rest_bpm"), nights=_COL("nights_hr_rest_bpm"), hr_threshold=_COL("hr_threshold_bpm")
            ),
        )
        .pipe(
            _choose,
            "threshold_speed_mps",
            thresholds.threshold_speed_mps(
                athlete=_COL("threshold_speed_mps"),
                device=_COL("device_threshold_speed_mps"),
                critical_speed=_COL("critical_speed_mps"),
                race_speed=_COL("race_speed_mps"),
            ),
        )
        .pipe(_choose, "hr_zone_bounds_bpm", _zone_bounds())
    )
    sources = pl.struct(_COL(_source(name)).alias(name) for name in sorted(_SOURCED))
    given_by_athlete = (_COL(_source(name)).eq_missing(Source.ATHLETE.value) for name in _ESTIMATED_IF_NOT_GIVEN)
    held = (
        chosen.with_columns(
            settings_estimated=~pl.all_horizontal(given_by_athlete), settings_sources=sources.struct.json_encode()
        )
        .select("athlete_id", "local_day", *TERMS)
        .sort("athlete_id", "local_day")
    )
    # Written out: Polars keeps a joined value that all rows share as one, and divides by it in another way than by a
    # column, so that a load's last digit would tell how many months were asked for.
    return pl.DataFrame(held.get_columns())


def in_effect(connection: Connection, days: pl.DataFrame) -> pl.DataFrame:
    """`effective` by what is stored now.

    Args:
        days: `athlete_id`, `local_day`, each pair once; at least one.
    """
    in_order = days["local_day"].sort()
    window = Window(in_order[0], in_order[-1] + dt.timedelta(days=1))
    return effective(days, read_settings(connection), observed(connection, window))


def source_of(name: str) -> pl.Expr:
    """Where the value of a column of TERMS came from, out of `settings_sources`; null if there is none."""
    return _COL("settings_sources").str.json_path_match(f"$.{name}")


def stored_loads(connection: Connection, window: Window) -> pl.DataFrame:
    """Loads as `factors` wants them, of the stored activities that the window's months look back on."""
    first, end = _whole_months(window)
    table = ActivityMetrics.table()
    return loads(
        read_frame(
            connection,
            select(*(table.c[name] for name in LOAD_COLUMNS)).where(
                table.c.local_day >= _back(first, SEASON_DAYS), table.c.local_day < end
            ),
        )
    )


def loads(activities: pl.DataFrame) -> pl.DataFrame:
    """Loads as `factors` wants them, from rows with LOAD_COLUMNS; none is chosen yet.

    A heart-rate load counts where enough of the activity had a heart rate without a problem; `measured_load` is the
    best of those that need no factor.
    """
    measured, _ = load.primary(
        {
            load.Source.HEART_RATE: COUNTING_HR_LOAD,
            load.Source.PACE: _COL("pace_load"),
            load.Source.POWER: _COL("power_load"),
        }
    )
    return activities.select(
        "athlete_id",
        "local_day",
        "activity_id",
        "sport",
        "timer_s",
        "counted",
        "effort_load",
        "device_load",
        hr_load=COUNTING_HR_LOAD,
        measured_load=measured,
    )


def loads_with_month(stored: pl.DataFrame, month: Window, own: pl.DataFrame) -> pl.DataFrame:
    """`stored` loads, but for those of `month` and of the activities in `own`: they give way to `own`."""
    return _with_own(stored, own, month, own)


def factors(loads: pl.DataFrame, months: Iterable[Window]) -> pl.DataFrame:
    """Personal factors of each month and sport, from the activities of the 90 days up to the month's end.

    Args:
        loads: as `loads` gives them.
        months: whole months.

    Returns:
        `athlete_id`, `month` (its first day), `sport` and FACTORS: load per point of perceived effort and of the
        device's own load (all sports together; null below three common activities), and load per hour of the sport
        where nothing was measured.
    """
    counted = loads.filter("counted")
    wanted = pl.DataFrame({"month": [month.start for month in months]}, schema={"month": pl.Date})
    recent = _looking_back(
        loads.select("athlete_id").unique().join(wanted, how="cross"), counted, day="local_day", days=SEASON_DAYS
    )
    by_athlete = recent.group_by(_ATHLETE_MONTH).agg(
        effort_factor=_personal(_ratio("hr_load", "effort_load")),
        device_factor=_personal(_ratio("hr_load", "device_load")),
    )
    by_sport = recent.group_by(*_ATHLETE_MONTH, "sport").agg(
        imputed_load_per_h=_personal(_ratio("measured_load", "timer_s") * load.SECONDS_PER_HOUR)
    )
    asked = loads.select("athlete_id", "sport").unique().join(wanted, how="cross")
    return (
        asked.join(by_athlete, on=_ATHLETE_MONTH, how="left")
        .join(by_sport, on=(*_ATHLETE_MONTH, "sport"), how="left")
        .with_columns(_COL("imputed_load_per_h").fill_null(IMPUTED_LOAD_PER_H))
        .select(*_ATHLETE_MONTH, "sport", *FACTORS)
        .sort(*_ATHLETE_MONTH, "sport")
    )


def _in_effect(days: pl.DataFrame, settings: pl.DataFrame) -> pl.DataFrame:
    """Each day with the latest version of the settings that began by then."""
    return (
        days.select("athlete_id", "local_day")
        .sort("local_day")
        .join_asof(
            settings.rename({"valid_from": "settings_valid_from"}).sort("settings_valid_from"),
            left_on="local_day",
            right_on="settings_valid_from",
            by="athlete_id",
            check_sortedness=False,
            coalesce=False,
        )
    )


def _estimates(months: pl.DataFrame, seen: Observed) -> pl.DataFrame:
    """What can be said of each athlete and month without the athlete's settings; null what cannot."""
    counted = seen.activities.filter("counted").with_columns(_device_zone_bounds(seen.activities))
    year = _looking_back(months, counted, day="local_day", days=YEAR_DAYS).sort("local_day", "activity_id")
    sustained = _COL("sustained_max_heart_rate_bpm")
    device_bpm, device_mps = _COL("threshold_heart_rate_bpm"), _COL("threshold_speed_mps")
    of_year = year.group_by(_ATHLETE_MONTH, maintain_order=True).agg(
        highest_sustained_bpm=pl.when(sustained.count() >= thresholds.HR_MAX_ACTIVITIES).then(sustained.max()),
        device_hr_threshold_bpm=device_bpm.filter(device_bpm.is_between(*thresholds.PLAUSIBLE_HR_THRESHOLD_BPM)).last(),
        device_threshold_speed_mps=device_mps.filter(device_mps.is_between(*thresholds.PLAUSIBLE_SPEED_MPS)).last(),
        device_hr_zone_bounds_bpm=_COL("hr_zone_bounds_bpm").drop_nulls().last(),
    )
    nights = seen.nights.filter(_COL("resting_hr_bpm").is_between(*thresholds.PLAUSIBLE_HR_REST_BPM))
    of_nights = (
        _looking_back(months, nights, day="day", days=SEASON_DAYS)
        .sort("day")
        .group_by(_ATHLETE_MONTH, maintain_order=True)
        .agg(nights_hr_rest_bpm=_COL("resting_hr_bpm").tail(thresholds.RESTING_NIGHTS).median())
    )
    season = _looking_back(months, seen.efforts.filter(_COL("time_s") > 0), day="local_day", days=SEASON_DAYS)
    return (
        months.join(of_year, on=_ATHLETE_MONTH, how="left")
        .join(of_nights, on=_ATHLETE_MONTH, how="left")
        .join(_threshold_speeds(season), on=_ATHLETE_MONTH, how="left")
    )


def _threshold_speeds(efforts: pl.DataFrame) -> pl.DataFrame:
    """Threshold speed of each athlete and month, in m/s: critical speed, and by the best race-like effort.

    A month at a time, for the same reason as in `effective`: formulas that divide give the same digits in any company.
    """
    fastest = efforts.group_by(*_ATHLETE_MONTH, "distance_m").agg(_COL("time_s").min()).sort("distance_m")
    found = []
    for key, own in fastest.group_by(_ATHLETE_MONTH):
        trials = [Result(*row) for row in own["distance_m", "time_s"].iter_rows()]
        line = critical_speed.from_efforts(trials)
        critical = line.speed_mps if isinstance(line, CriticalSpeed) else None
        found.append((*key, critical, thresholds.race_speed_mps(trials)))
    schema = {
        **{"athlete_id": pl.String, "month": pl.Date},
        **{"critical_speed_mps": pl.Float64, "race_speed_mps": pl.Float64},
    }
    return pl.DataFrame(found, schema=schema, orient="row")


def _looking_back(months: pl.DataFrame, rows: pl.DataFrame, *, day: str, days: int) -> pl.DataFrame:
    """Each athlete's month with the rows of the `days` days up to its end: `month` and the columns of `rows`."""
    later = pl.DataFrame({"later": range(days // _SHORTEST_MONTH_DAYS + 2)}, schema={"later": pl.Int32})
    windows = months.with_columns(
        number=_month_number("month"), first=_COL("month").dt.offset_by("1mo") - pl.duration(days=days)
    )
    return (
        rows.with_columns(number=_month_number(day))
        .join(later, how="cross")
        .with_columns(_COL("number") + _COL("later"))
        .join(windows, on=("athlete_id", "number"))
        .filter(_COL(day) >= _COL("first"))
        .drop("number", "later", "first")
    )


def _month_number(day: str) -> pl.Expr:
    return _COL(day).dt.year() * 12 + _COL(day).dt.month()


def _with_own(stored: pl.DataFrame, own: pl.DataFrame, month: Window, activities: pl.DataFrame) -> pl.DataFrame:
    others = stored.filter(~_COL("local_day").is_between(month.start, month.end, closed="left"))
    others = others.join(activities, on="activity_id", how="anti")
    return pl.concat([others, own.select(others.columns).cast(others.schema)])


def _personal(ratio: pl.Expr) -> pl.Expr:
    known = ratio.filter(ratio.is_finite())
    return pl.when(known.len() >= COMMON_ACTIVITIES).then(known.median())


def _ratio(of: str, to: str) -> pl.Expr:
    # Times the inverse: a quotient's last digit would differ where all rows share one value (see `effective`).
    return _COL(of) * (1.0 / pl.when(_COL(to) > 0).then(_COL(to)))


def _source(name: str) -> str:
    return f"{name}_source"


def _choose(rows: pl.DataFrame, name: str, choice: thresholds.Choice) -> pl.DataFrame:
    value, source = choice
    return rows.with_columns(value.alias(name), source.alias(_source(name)))


def _of_athlete(*names: str) -> dict[str, pl.Expr]:
    """Sources of values that only the athlete knows."""
    return {_source(name): pl.when(_COL(name).is_not_null()).then(pl.lit(Source.ATHLETE.value)) for name in names}


def _zone_bounds() -> thresholds.Choice:
    """The athlete's bounds, else the device's, else of LTHR in whole bpm as `zones.heart_rate_bounds_bpm` rounds."""
    given, device, hr_threshold = (
        _COL(name) for name in ("hr_zone_bounds_bpm", "device_hr_zone_bounds_bpm", "hr_threshold_bpm")
    )
    bounds = ((hr_threshold * fraction + 0.5).cast(pl.Int64).cast(pl.String) for fraction in zones.PERCENT_OF_LTHR)
    source = (
        pl.when(given.is_not_null())
        .then(pl.lit(Source.ATHLETE.value))
        .when(device.is_not_null())
        .then(pl.lit(Source.DEVICE.value))
        .otherwise(pl.lit(Source.HR_THRESHOLD.value))
    )
    return pl.coalesce(given, device, pl.concat_str(bounds, separator=",")), source


def _device_zone_bounds(activities: pl.DataFrame) -> pl.Expr:
    """The bounds that devices wrote, as the athlete would write them; null where they are none."""
    written: list[str] = activities["hr_zone_bounds_bpm"].drop_nulls().unique().to_list()
    bounds = (zones.of_device_bpm([float(bound) for bound in text.split(",")]) for text in written)
    texts = [None if lower is None else ",".join(map(str, lower)) for lower in bounds]
    return _COL("hr_zone_bounds_bpm").replace_strict(written, texts, default=None, return_dtype=pl.String)


def _whole_months(window: Window) -> tuple[dt.date, dt.date]:
    """First day and end of the window's months."""
    months = list(window.months())
    return months[0].start, months[-1].end


def _back(first: dt.date, days: int) -> dt.date:
    """A day that no look-back of `days` from a month's end goes behind, for the month that begins on `first`."""
    return first - dt.timedelta(days=days)
