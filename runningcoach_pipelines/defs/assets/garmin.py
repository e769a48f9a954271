"""Bronze: Garmin Connect's answers as they came. The ledger in the database decides what a run asks."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator

import dagster as dg

from runningcoach_pipelines.defs.metadata import OWNERS, table
from runningcoach_pipelines.defs.partitions import DAY, GARMIN_DAYS_PER_RUN, window_of
from runningcoach_pipelines.garmin.backfill import backfill
from runningcoach_pipelines.garmin.catching_up import Round
from runningcoach_pipelines.garmin.endpoints import ENDPOINTS
from runningcoach_pipelines.garmin.fetching import Fetched, Fetcher
from runningcoach_pipelines.garmin.problems import AccountBusy, BudgetSpent, GarminProblem
from runningcoach_pipelines.garmin.syncing import sync
from runningcoach_pipelines.garmin.tokens import stored_accounts
from runningcoach_pipelines.store.garmin_coverage import changed_days
from runningcoach_pipelines.store.lakehouse import Lakehouse

POOL = "garmin"
_PROGRESS_EVERY = 20
_FAILURES_SHOWN = 20


@dg.asset(
    partitions_def=DAY,
    backfill_policy=dg.BackfillPolicy.multi_run(GARMIN_DAYS_PER_RUN),
    pool=POOL,
    group_name="bronze",
    kinds={"postgres"},
    owners=OWNERS,
    code_version="1",
)
def garmin_raw_events(
    context: dg.AssetExecutionContext, lakehouse: dg.ResourceParam[Lakehouse]
) -> dg.MaterializeResult[None]:
    """What Garmin Connect says of each day: everything that was never asked, has failed or may have changed. A run
    waits while the budget of requests fills; cancelled and started again, it goes on where it was.
    """
    window = window_of(context)
    last = window.end - dt.timedelta(days=1)
    rounds = []
    for fetcher in fetchers(lakehouse):
        made = _counted(context, fetcher, window.start, last)
        if made.stopped is not None:
            raise dg.Failure(f"{fetcher.athlete_id}: {made.stopped}", metadata=_told(made), allow_retries=False)
        rounds.append(made)
    return dg.MaterializeResult(metadata=_told(*rounds))


@dg.op(pool=POOL)
def ask_what_is_new(context: dg.OpExecutionContext, lakehouse: dg.ResourceParam[Lakehouse]) -> None:
    """A sync of every account: the newest activities, and days that may have changed."""
    for fetcher in fetchers(lakehouse):
        began_at = fetcher.clock.now()
        try:
            synced = sync(fetcher)
        except AccountBusy as busy:
            context.log.info(str(busy))
            continue
        for event in _changed(fetcher, began_at, _told(synced.round) | {"requests": synced.requests}):
            context.log_event(event)
        context.log.info(f"{fetcher.athlete_id}: {synced.requests} requests, {synced.round.changed} new answers")
        if synced.round.stopped is not None:
            raise dg.Failure(f"{fetcher.athlete_id}: {synced.round.stopped}", allow_retries=False)


@dg.job(description="Ask Garmin Connect what is new.")
def sync_garmin() -> None:
    ask_what_is_new()


def fetchers(lakehouse: Lakehouse) -> list[Fetcher]:
    """One for each account that Garmin takes."""
    accounts = stored_accounts(lakehouse.engine)
    return [Fetcher.of(lakehouse, account.athlete_id) for account in accounts if account.refused is None]


def _counted(context: dg.AssetExecutionContext, fetcher: Fetcher, first: dt.date, last: dt.date) -> Round:
    """A backfill that tells the run's log how far it is."""
    total = Round()

    def on_fetched(fetched: Fetched, left: int) -> None:
        total.add(fetched)
        if total.asked.total() % _PROGRESS_EVERY == 0 or left == 0:
            context.log.info(f"{fetcher.athlete_id}: {fetched.question}; {total.asked.total()} asked, {left} to go")

    def on_wait(why: BudgetSpent | AccountBusy) -> None:
        context.log.info(f"{fetcher.athlete_id}: waiting: {why}")

    try:
        ended = backfill(fetcher, first, last, on_fetched=on_fetched, on_wait=on_wait)
    except GarminProblem as problem:
        raise dg.Failure(f"{fetcher.athlete_id}: {problem}", allow_retries=False) from problem
    total.stopped, total.left = ended.stopped, ended.left
    return total


def _told(*rounds: Round) -> dict[str, dg.MetadataValue | int]:
    """Metadata of what was asked and what became of it."""
    asked = sum((made.asked for made in rounds), Counter[str]())
    states = Counter({state.value: count for made in rounds for state, count in made.states.items()})
    failures = [failure for made in rounds for failure in made.failures]
    return {
        "dagster/row_count": sum(made.changed for made in rounds),
        "questions": asked.total(),
        "by_endpoint": dg.MetadataValue.json(dict(asked)),
        "states": dg.MetadataValue.json(dict(states)),
        "bytes": sum(made.size for made in rounds),
        "left": sum(made.left for made in rounds),
        "failures": table(
            [{"question": str(f.question), "reason": f.reason or ""} for f in failures[:_FAILURES_SHOWN]]
        ),
    }


def _changed(
    fetcher: Fetcher, since: dt.datetime, metadata: dict[str, dg.MetadataValue | int]
) -> Iterator[dg.AssetMaterialization]:
    """An event for each day of which a sync has brought something new, so that what is made of it follows."""
    with fetcher.lakehouse.engine.connect() as connection:
        days = changed_days(connection, fetcher.athlete_id, ENDPOINTS, since)
    for day in days:
        if DAY.has_partition_key(day.isoformat()):
            yield dg.AssetMaterialization(garmin_raw_events.key, partition=day.isoformat(), metadata=metadata)
