"""Asset checks: what must hold of the data. Structure blocks what follows; coverage and plausibility warn."""

import dagster as dg

from runningcoach_pipelines.defs.metadata import table
from runningcoach_pipelines.defs.partitions import months_asked_for
from runningcoach_pipelines.store.comparisons import COMPARISONS, Compared, Difference, compare
from runningcoach_pipelines.store.contracts import CONTRACTS, Contract, Violations, unordered_samples
from runningcoach_pipelines.store.lakehouse import Lakehouse

_ERROR, _WARN = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN


def _verdict(found: Violations, severity: dg.AssetCheckSeverity) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=found.none,
        severity=severity,
        metadata={"violations": found.count, "examples": dg.MetadataValue.json(list(found.examples))},
    )


def _table_check(contract: Contract) -> dg.AssetChecksDefinition:
    """A check of one contract; its name says what holds when it passes."""

    @dg.asset_check(asset=contract.asset, name=contract.name, blocking=contract.blocking)
    def check(lakehouse: dg.ResourceParam[Lakehouse]) -> dg.AssetCheckResult:
        with lakehouse.engine.connect() as connection:
            found = contract.violations(connection, lakehouse.settings.today())
        return _verdict(found, _ERROR if contract.structural else _WARN)

    return check


@dg.asset_check(asset="activity_samples", blocking=True)
def each_instant_once(
    context: dg.AssetCheckExecutionContext, lakehouse: dg.ResourceParam[Lakehouse]
) -> dg.AssetCheckResult:
    """No instant of an activity stands twice in the samples of the run's months; of all months if it names none."""
    return _verdict(lakehouse.samples.ask(unordered_samples, months_asked_for(context.run.tags)), _ERROR)


@dg.asset_check(asset="activity_metrics")
def like_the_device(lakehouse: dg.ResourceParam[Lakehouse]) -> dg.AssetCheckResult:
    """Our figures agree with those the devices wrote, within the tolerances of docs/metrics.md."""
    with lakehouse.engine.connect() as connection:
        results = [compare(connection, comparison) for comparison in COMPARISONS]
    compared, within = (sum(counts) for counts in zip(*((r.compared, r.within) for r in results), strict=True))
    return dg.AssetCheckResult(
        passed=within == compared,
        severity=_WARN,
        metadata={
            "violations": compared - within,
            "compared": compared,
            "within tolerance": within,
            "by quantity": table([_row(result) for result in results]),
            "examples": dg.MetadataValue.json(
                {result.quantity: [_told(one, result.unit) for one in result.examples] for result in results}
            ),
        },
    )


def _row(result: Compared) -> dict[str, str | float]:
    worst = "" if result.worst is None else _with_unit(result.worst, result)
    return {
        "quantity": result.quantity,
        "tolerance": _with_unit(result.tolerance, result),
        "compared": result.compared,
        "within": result.within,
        "worst": worst,
    }


def _told(difference: Difference, unit: str) -> str:
    return (
        f"{difference.file_name} ({difference.activity_id}): "
        f"{difference.ours:g} {unit}, device {difference.device:g} {unit}"
    )


def _with_unit(value: float, result: Compared) -> str:
    return f"{value:.0%}" if result.relative else f"{value:.3g} {result.unit}"


CHECKS = [*(_table_check(contract) for contract in CONTRACTS), each_instant_once, like_the_device]
