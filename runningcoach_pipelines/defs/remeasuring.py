"""Measuring months again whose activities were measured against settings or estimates that hold no more.

Which months, is decided by `derive/stale.py`; fitness and summaries follow by themselves.
"""

import dagster as dg

from runningcoach_pipelines.defs.jobs import measure_months, refresh_fitness, refresh_months
from runningcoach_pipelines.defs.partitions import MONTHS_PER_RUN, all_months, month_range_tags
from runningcoach_pipelines.defs.under_way import is_under_way
from runningcoach_pipelines.derive.stale import Stale, outdated_fitness, stale_windows
from runningcoach_pipelines.settings import Settings
from runningcoach_pipelines.store.lakehouse import open_lakehouse

_METRICS = dg.AssetKey("activity_metrics")
_FITNESS = dg.AssetKey("fitness_metrics_daily")


@dg.sensor(
    jobs=[measure_months, refresh_fitness],
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Activities measured against settings or estimates that hold no more are measured again.",
)
def changed_terms(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """The earliest months whose metrics are stale; later ones look back on them and wait until they are measured.

    Without any, fitness if its last day shows other terms than hold then.
    """
    if is_under_way(context.instance, _METRICS, (refresh_months.name, measure_months.name)):
        return dg.SkipReason("months are being measured")
    settings = Settings()
    now = settings.today()
    with open_lakehouse(settings) as lakehouse:
        stale = stale_windows(lakehouse.engine, at_most=MONTHS_PER_RUN, within=all_months(now))
        outdated = None if stale else outdated_fitness(lakehouse.engine)
    if stale:
        return _measuring(context.instance, stale[0])
    # After a measurement fitness follows by itself.
    if outdated is not None and _last(context.instance, _FITNESS) >= _last(context.instance, _METRICS):
        return dg.RunRequest(run_key=f"fitness/{now}/{outdated}", job_name=refresh_fitness.name)
    return dg.SkipReason("every activity was measured against what holds now")


def _measuring(instance: dg.DagsterInstance, stale: Stale) -> dg.RunRequest:
    """The run key names what is to change and what was measured last. So the same change is asked for again only after
    something else has been measured: a run that fails is not repeated for ever, a change back and forth is not lost.
    """
    return dg.RunRequest(
        run_key=f"{stale.window.start}/{stale.window.end}/{stale.digest}/{_last(instance, _METRICS)}",
        job_name=measure_months.name,
        tags=month_range_tags(stale.window),
    )


def _last(instance: dg.DagsterInstance, asset: dg.AssetKey) -> int:
    """A number that grows with every materialization; 0 without any."""
    records = instance.fetch_materializations(asset, limit=1).records
    return records[0].storage_id if records else 0
