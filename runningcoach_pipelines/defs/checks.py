"""Asset checks: what must hold of the data. Structure blocks what follows; coverage and plausibility warn."""

import dagster as dg

from runningcoach_pipelines.defs.partitions import months_asked_for
from runningcoach_pipelines.store import contracts
from runningcoach_pipelines.store.contracts import Violations, violations
from runningcoach_pipelines.store.lakehouse import Lakehouse

_ERROR, _WARN = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN


def _verdict(found: Violations, severity: dg.AssetCheckSeverity) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=found.none,
        severity=severity,
        metadata={"violations": found.count, "examples": dg.MetadataValue.json(list(found.examples))},
    )


def _table_check(
    asset: str, name: str, contract: str, *, severity: dg.AssetCheckSeverity, blocking: bool = False, period: str = ""
) -> dg.AssetChecksDefinition:
    """A check that runs one contract; its name says what holds when it passes."""

    @dg.asset_check(asset=asset, name=name, blocking=blocking)
    def check(lakehouse: dg.ResourceParam[Lakehouse]) -> dg.AssetCheckResult:
        parameters = {"today": lakehouse.settings.today(), "period": period}
        with lakehouse.engine.connect() as connection:
            return _verdict(violations(connection, contract, **parameters), severity)

    return check


@dg.asset_check(asset="activity_samples", blocking=True)
def each_instant_once(
    context: dg.AssetCheckExecutionContext, lakehouse: dg.ResourceParam[Lakehouse]
) -> dg.AssetCheckResult:
    """No instant of an activity stands twice in the samples of the run's months; of all months if it names none."""
    months = months_asked_for(context.run.tags)
    return _verdict(contracts.unordered_samples(lakehouse.samples.scan(months)), _ERROR)


CHECKS = [
    _table_check("garmin_raw_files", "no_unreadable_files", contracts.FAILED_FILES, severity=_WARN),
    _table_check("activities", "one_row_per_source", contracts.DUPLICATE_SOURCES, severity=_ERROR, blocking=True),
    _table_check("activities", "on_the_local_day", contracts.ACTIVITIES_ON_ANOTHER_DAY, severity=_ERROR, blocking=True),
    each_instant_once,
    _table_check("activity_metrics", "one_row_per_activity", contracts.ACTIVITIES_WITHOUT_METRICS, severity=_ERROR),
    _table_check("activity_metrics", "no_orphans", contracts.METRICS_WITHOUT_ACTIVITY, severity=_ERROR),
    _table_check("activity_metrics", "like_the_device", contracts.UNLIKE_THE_DEVICE, severity=_WARN),
    _table_check("fitness_metrics_daily", "no_missing_day", contracts.MISSING_DAYS, severity=_ERROR, blocking=True),
    _table_check("fitness_metrics_daily", "up_to_today", contracts.STALE_FITNESS, severity=_WARN),
    _table_check("weekly_summaries", "loads_add_up", contracts.SUMMARIES_UNLIKE_DAYS, severity=_WARN, period="week"),
    _table_check("monthly_summaries", "loads_add_up", contracts.SUMMARIES_UNLIKE_DAYS, severity=_WARN, period="month"),
]
