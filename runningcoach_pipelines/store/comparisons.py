"""Our figures beside the device's own, activity by activity: what every file brings along to check us with.

Where we take the device's figure over, our own from the samples is compared. Tolerances are those that held on files of
many makers (docs/metrics.md). A difference is a hint, not a fault: devices average other seconds, and go on counting
after their last record.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Double,
    FromClause,
    Integer,
    Select,
    Text,
    and_,
    cast,
    func,
    or_,
    select,
)

from runningcoach_pipelines.store.contracts import EXAMPLES
from runningcoach_pipelines.store.tables import (
    Activity,
    ActivityMetrics,
    ActivityZone,
    DeviceValues,
    GarminRawFile,
    Lap,
    Split,
)

_ACTIVITIES = Activity.table()
_METRICS = ActivityMetrics.table()
_DEVICE = DeviceValues.table()
_ZONES = ActivityZone.table()
_SPLITS = Split.table()
_LAPS = Lap.table()
_FILES = GarminRawFile.table()

_HILLY_M = 20.0
"""Below it a climb is little more than the noise of an altimeter."""

_LONG_ENOUGH_S = 1800.0
"""Devices count load by power from their first full 30 s on: in less time that is more than the tolerance."""

type Pairs = Select[tuple[str, float | None, float | None]]
"""Columns `activity_id`, `ours`, `device`: one row or several for an activity."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A quantity that both the device and we know."""

    quantity: str
    unit: str
    tolerance: float
    pairs: Pairs
    relative: bool = False
    """The tolerance is a share of the device's figure."""


@dataclass(frozen=True, slots=True)
class Difference:
    """An activity beyond the tolerance, by the name of its file."""

    activity_id: str
    file_name: str
    ours: float
    device: float


@dataclass(frozen=True, slots=True)
class Compared:
    """How a comparison came out."""

    quantity: str
    unit: str
    tolerance: float
    relative: bool
    compared: int
    within: int
    worst: float | None
    """Largest difference, in the unit, or as a share of the device's figure where the tolerance is one."""
    examples: tuple[Difference, ...]
    """The largest beyond the tolerance."""


def compare(connection: Connection, comparison: Comparison) -> Compared:
    """Put all activities that know both figures side by side."""
    pairs = comparison.pairs.subquery("pairs")
    source = _ACTIVITIES.alias("source")
    difference: ColumnElement[float] = func.abs(pairs.c.ours - pairs.c.device)
    if comparison.relative:
        difference = difference / cast(func.nullif(func.abs(pairs.c.device), 0.0), Double)
    sized = (
        select(
            pairs,
            difference.label("difference"),
            func.coalesce(_FILES.c.file_name, source.c.source_sha256).label("file_name"),
        )
        .join(source, source.c.activity_id == pairs.c.activity_id)
        .join(_FILES, _of_the_file(source), isouter=True)
        .where(difference.is_not(None))
        .subquery("sized")
    )
    # 0.6 and 149.4 − 148.8 differ in the last bits.
    beyond = sized.c.difference > comparison.tolerance * (1 + 1e-9)
    count, far, worst = connection.execute(
        select(func.count(), func.count().filter(beyond), func.max(sized.c.difference))
    ).one()
    examples = connection.execute(
        select(sized.c.activity_id, sized.c.file_name, sized.c.ours, sized.c.device)
        .where(beyond)
        .order_by(sized.c.difference.desc(), sized.c.activity_id)
        .limit(EXAMPLES)
    )
    return Compared(
        comparison.quantity,
        comparison.unit,
        comparison.tolerance,
        comparison.relative,
        compared=count,
        within=count - far,
        worst=worst,
        examples=tuple(Difference(*row) for row in examples),
    )


def _of_the_file(activity: FromClause) -> ColumnElement[bool]:
    return and_(_FILES.c.athlete_id == activity.c.athlete_id, _FILES.c.sha256 == activity.c.source_sha256)


def _of_activity(
    ours: ColumnElement[Any], device: ColumnElement[Any], where: ColumnElement[bool] | None = None
) -> Pairs:
    statement = (
        select(_METRICS.c.activity_id, ours.label("ours"), device.label("device"))
        .join_from(_METRICS, _ACTIVITIES, _ACTIVITIES.c.activity_id == _METRICS.c.activity_id)
        .join(_DEVICE, _DEVICE.c.activity_id == _METRICS.c.activity_id, isouter=True)
    )
    return statement if where is None else statement.where(where)


def _bounds(text: ColumnElement[Any]) -> ColumnElement[str]:
    """One way to write the same numbers."""
    return cast(func.array_to_string(cast(func.string_to_array(text, ","), ARRAY(Double)), ","), Text)


def _splits_and_automatic_laps() -> Pairs:
    """Full kilometres beside the device's laps, as long as all laps so far were automatic ones of a kilometre."""
    of_a_kilometre = (_LAPS.c.trigger == "distance") & _LAPS.c.distance_m.between(999.0, 1001.0)
    so_far = func.bool_and(of_a_kilometre).over(partition_by=_LAPS.c.activity_id, order_by=_LAPS.c.lap_index)
    laps = select(_LAPS.c.activity_id, _LAPS.c.lap_index, _LAPS.c.timer_s, so_far.label("so_far")).subquery("laps_1km")
    same = and_(laps.c.activity_id == _SPLITS.c.activity_id, laps.c.lap_index == _SPLITS.c.split - 1)
    return (
        select(_SPLITS.c.activity_id, _SPLITS.c.time_s.label("ours"), laps.c.timer_s.label("device"))
        .join(laps, same)
        .where(laps.c.so_far, _SPLITS.c.distance_m == 1000.0)
    )


def _time_in_heart_rate_zones() -> Pairs:
    """Seconds in each zone where the device's bounds begin with ours; where it has more, our last zone is left out."""
    ours, device = _bounds(_METRICS.c.hr_zone_bounds_bpm), _bounds(_DEVICE.c.hr_zone_bounds_bpm)
    last = func.cardinality(func.string_to_array(ours, ","))
    seconds = func.split_part(_DEVICE.c.hr_zone_s, ",", cast(_ZONES.c.zone + 1, Integer))
    return (
        select(
            _ZONES.c.activity_id,
            _ZONES.c.time_s.label("ours"),
            cast(func.nullif(seconds, ""), Double).label("device"),
        )
        .join(_METRICS, _METRICS.c.activity_id == _ZONES.c.activity_id)
        .join(_DEVICE, _DEVICE.c.activity_id == _ZONES.c.activity_id)
        .where(
            _ZONES.c.kind == "heart_rate",
            func.starts_with(device + ",", ours + ","),
            or_(ours == device, _ZONES.c.zone < last),
        )
    )


def _ascent_of_splits() -> Pairs:
    """Our own climb, which the splits still have where the device's total was taken over."""
    ours = func.sum(_SPLITS.c.ascent_m)
    return (
        select(_ACTIVITIES.c.activity_id, ours.label("ours"), _ACTIVITIES.c.ascent_m.label("device"))
        .join(_SPLITS, _SPLITS.c.activity_id == _ACTIVITIES.c.activity_id)
        .where(_ACTIVITIES.c.ascent_m >= _HILLY_M)
        .group_by(_ACTIVITIES.c.activity_id, _ACTIVITIES.c.ascent_m)
    )


_INTENSITY = _METRICS.c.weighted_power_w / func.nullif(_DEVICE.c.threshold_power_w, 0.0)
"""Against the threshold that the device had; the athlete's own may be another."""
_POWER_LOAD = 100.0 * _METRICS.c.timer_s / 3600.0 * _INTENSITY * _INTENSITY

_MEASURED_HEART_RATE = _METRICS.c.heart_rate_coverage > 0
_ON_FOOT = _METRICS.c.sport.in_(("running", "walking", "hiking"))

COMPARISONS = (
    Comparison("distance", "m", 0.01, _of_activity(_METRICS.c.sampled_distance_m, _ACTIVITIES.c.distance_m)),
    Comparison("timer time", "s", 4.0, _of_activity(_METRICS.c.sampled_timer_s, _ACTIVITIES.c.timer_s)),
    Comparison("average speed", "m/s", 0.001, _of_activity(_METRICS.c.avg_speed_mps, _DEVICE.c.avg_speed_mps)),
    Comparison(
        "average heart rate",
        "bpm",
        0.6,
        _of_activity(_METRICS.c.avg_heart_rate_bpm, _ACTIVITIES.c.avg_heart_rate_bpm, _MEASURED_HEART_RATE),
    ),
    Comparison(
        "maximum heart rate",
        "bpm",
        0.0,
        _of_activity(_METRICS.c.max_heart_rate_bpm, _ACTIVITIES.c.max_heart_rate_bpm, _MEASURED_HEART_RATE),
    ),
    Comparison(
        "average cadence", "spm", 0.7, _of_activity(_METRICS.c.sampled_cadence_spm, _DEVICE.c.avg_cadence_spm, _ON_FOOT)
    ),
    Comparison("kilometre split", "s", 0.75, _splits_and_automatic_laps()),
    Comparison("weighted power", "W", 0.6, _of_activity(_METRICS.c.weighted_power_w, _DEVICE.c.weighted_power_w)),
    Comparison("intensity by power", "", 0.0015, _of_activity(_INTENSITY, _DEVICE.c.power_intensity)),
    Comparison(
        "load by power",
        "points",
        0.02,
        _of_activity(_POWER_LOAD, _DEVICE.c.power_load, _METRICS.c.timer_s >= _LONG_ENOUGH_S),
        relative=True,
    ),
    Comparison("time in heart-rate zone", "s", 12.0, _time_in_heart_rate_zones()),
    Comparison(
        "vertical ratio",
        "percentage points",
        0.12,
        _of_activity(_METRICS.c.avg_vertical_ratio_percent, _DEVICE.c.avg_vertical_ratio_percent),
    ),
    Comparison(
        "ground contact time", "ms", 1.5, _of_activity(_METRICS.c.avg_stance_time_ms, _DEVICE.c.avg_stance_time_ms)
    ),
    Comparison("ascent", "m", 0.25, _ascent_of_splits(), relative=True),
)
