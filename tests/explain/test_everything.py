"""Every column of days, activities and summaries can be explained, and comes out the same again."""

import datetime as dt

import pytest
from sqlalchemy import select, text

from runningcoach_pipelines.explain import Explanation, explain, metrics_of
from runningcoach_pipelines.explain.keys import written
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import ActivityMetrics, AnalyticsSummary, FitnessMetricsDaily
from runningcoach_pipelines.store.windows import Period


def first_and_last(lakehouse: Lakehouse, column: object) -> list[object]:
    with lakehouse.engine.connect() as connection:
        found = list(connection.execute(select(column).order_by(column)).scalars())
    return [found[0], found[-1]]


def differing(found: tuple[Explanation, ...]) -> list[tuple[str, str, object, object]]:
    parts = [part for one in found for part in (one, *one.contributors)]
    return [(part.metric, part.of, part.value, part.check.again) for part in parts if not part.check.agrees]


@pytest.mark.parametrize("metric", metrics_of("fitness_metrics_daily"))
def test_of_a_day(demo: Lakehouse, metric: str) -> None:
    days = first_and_last(demo, FitnessMetricsDaily.table().c.day)
    assert [differing(explain(demo, "me", metric, str(day))) for day in days] == [[], []]


@pytest.mark.parametrize("metric", metrics_of("activity_metrics"))
def test_of_an_activity(demo: Lakehouse, metric: str) -> None:
    activities = first_and_last(demo, ActivityMetrics.table().c.activity_id)
    assert [differing(explain(demo, "me", metric, str(activity))) for activity in activities] == [[], []]


@pytest.mark.parametrize("metric", metrics_of("analytics_summaries"))
def test_of_a_week_and_a_month(demo: Lakehouse, metric: str) -> None:
    start = first_and_last(demo, AnalyticsSummary.table().c.period_start)[1]
    assert isinstance(start, dt.date)
    for period in Period:
        (one,) = explain(demo, "me", metric, written(period, period.start(start)))
        assert differing((one,)) == []
        assert one.inputs or metric == "imputed_load"


def test_most_columns_have_a_value_here(demo: Lakehouse) -> None:
    """Explaining nulls would prove nothing."""
    day = first_and_last(demo, FitnessMetricsDaily.table().c.day)[1]
    values = {name: explain(demo, "me", name, str(day))[0].value for name in metrics_of("fitness_metrics_daily")}
    line = {"critical_speed_mps", "d_prime_m", "critical_speed_error_m"}
    assert {name for name, value in values.items() if value is None} <= line | {"acwr_uncoupled"}


@pytest.mark.parametrize(
    ("change", "metric", "table"),
    [
        ("update activity_metrics set trimp = trimp + 1", "trimp", "activity_metrics"),
        ("update activity_metrics set hr_threshold_bpm = 120", "hr_threshold_bpm", "activity_metrics"),
        (
            "update fitness_metrics_daily set marathon_shape_percent = 99",
            "marathon_shape_percent",
            "fitness_metrics_daily",
        ),
        ("update fitness_metrics_daily set race_vo2max = 70", "race_vo2max", "fitness_metrics_daily"),
        ("update health_metrics set hrv_rmssd_ms = hrv_rmssd_ms * 2", "hrv_rmssd_ms", "fitness_metrics_daily"),
    ],
)
def test_a_value_that_is_older_than_what_it_was_made_from_is_told(
    copied: Lakehouse, change: str, metric: str, table: str
) -> None:
    columns = {
        "activity_metrics": ActivityMetrics.table().c.activity_id,
        "fitness_metrics_daily": FitnessMetricsDaily.table().c.day,
    }
    key = str(first_and_last(copied, columns[table])[1])
    with copied.engine.begin() as connection:
        connection.execute(text("set local search_path to runningcoach"))
        connection.execute(text(change))
    (one,) = explain(copied, "me", metric, key)
    assert not one.check.agrees
