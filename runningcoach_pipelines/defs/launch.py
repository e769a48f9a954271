"""Running jobs in this process: what `runningcoach materialize` and `demo` do, recorded in Dagster like any run."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import dagster as dg

from runningcoach_pipelines.definitions import build_defs
from runningcoach_pipelines.defs.assets.raw import garmin_raw_files, imported_days
from runningcoach_pipelines.defs.partitions import (
    MONTHS_OF_NIGHTS_PER_RUN,
    MONTHS_PER_RUN,
    all_months,
    known_months,
    month_range_tags,
    week_range_tags,
)
from runningcoach_pipelines.derive.changes import changed_months, joined, outdated_months, outdated_summaries
from runningcoach_pipelines.derive.garmin.belongings import changed_belongings
from runningcoach_pipelines.derive.stale import until_settled
from runningcoach_pipelines.derive.wellness import changed_answers, wellness_days, wellness_to_derive
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.windows import Period, Window, next_month

# The event log goes to the instance; the terminal shows our own progress.
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}

_DECODING = frozenset({"refresh_wellness", "refresh_months"})
"""Jobs that come first: what the months' activities are measured against rests on them."""


class RunFailed(RuntimeError):
    """A Dagster run did not succeed; the message names the job, its window and the first error."""


@dataclass(frozen=True, slots=True)
class Step:
    """One run to make: which job, over which months or weeks."""

    job: str
    tags: Mapping[str, str]
    label: str


def plan(lakehouse: Lakehouse, window: Window | None) -> list[Step]:
    """The runs that make everything derived of a window anew: decode and measure months, then what follows from them.

    Args:
        window: days to refresh, widened to whole months; all there are files for if None.
    """
    asked = window or _all_days(lakehouse.files.days())
    months = [Period.MONTH.whole(asked)] if asked is not None else []
    nights = _overlap(window, wellness_days(lakehouse))
    return [*_steps(nights, months, months, lakehouse.settings.today()), *_belongings(lakehouse)]


def plan_outdated(lakehouse: Lakehouse) -> list[Step]:
    """The runs that bring everything derived up to date: as `plan`, of the months that need it. Fitness always does.

    Months that only were measured against other terms are not among them: `run` finds them.
    """
    months = outdated_months(lakehouse)
    told = [Window(month, next_month(month)) for _, month in changed_answers(lakehouse)]
    nights = joined([*changed_months(wellness_to_derive(lakehouse)), *told])
    summaries = joined([*months, *outdated_summaries(lakehouse)])
    return [*_steps(nights, months, summaries, lakehouse.settings.today()), *_belongings(lakehouse)]


def _belongings(lakehouse: Lakehouse) -> list[Step]:
    return [Step("refresh_belongings", {}, "as Garmin has them")] if changed_belongings(lakehouse) else []


def _steps(
    nights: Sequence[Window], months: Sequence[Window], summaries: Sequence[Window], today: dt.date
) -> list[Step]:
    """Runs over windows of whole months: nights to read, months to decode and measure, and months to sum up.

    Nights come first: the resting heart rate is a term of the loads.
    """
    steps = [
        *_month_steps("refresh_wellness", nights, today, at_most=MONTHS_OF_NIGHTS_PER_RUN),
        *_month_steps("refresh_months", months, today, at_most=MONTHS_PER_RUN),
    ]
    steps.append(Step("refresh_fitness", {}, f"to {today}"))
    for window in _known(summaries, today):
        steps += _summaries(window, today)
    return steps


def _month_steps(job: str, windows: Sequence[Window], today: dt.date, *, at_most: int) -> Iterator[Step]:
    for window in _known(windows, today):
        for part in _chunks(window, at_most):
            yield Step(job, month_range_tags(part), _label(part))


def _summaries(window: Window, today: dt.date) -> Iterator[Step]:
    # The last month's last week may begin in the future: only weeks up to this one are partitions.
    weeks = Window(window.start, min(window.end, today + dt.timedelta(days=1)))
    yield Step("refresh_weeks", week_range_tags(weeks), _label(weeks))
    yield Step("refresh_month_summaries", month_range_tags(window), _label(window))


def _all_days(days: tuple[dt.date, dt.date] | None) -> Window | None:
    return None if days is None else Window(days[0], days[1] + dt.timedelta(days=1))


def _overlap(window: Window | None, told: Window | None) -> list[Window]:
    """The months of both; of `told` without a window."""
    if told is None or (window is not None and (told.end <= window.start or window.end <= told.start)):
        return []
    if window is not None:
        told = Window(max(told.start, window.start), min(told.end, window.end))
    return [Period.MONTH.whole(told)]


def _known(windows: Sequence[Window], today: dt.date) -> Iterator[Window]:
    return (known for window in windows if (known := known_months(window, today)) is not None)


def run(
    lakehouse: Lakehouse,
    instance: dg.DagsterInstance,
    steps: list[Step],
    *,
    on_step: Callable[[Step], None] = lambda _step: None,
) -> None:
    """Run the steps in order, and between months and what follows from them measure again what they made stale.

    Raises:
        RunFailed: a run failed; the later ones were not started.
    """
    defs = build_defs(resources={"lakehouse": lakehouse})
    _report_imports(lakehouse, instance)
    for step in _settling(lakehouse, steps):
        on_step(step)
        result = defs.resolve_job_def(step.job).execute_in_process(
            instance=instance, tags=dict(step.tags), raise_on_error=False, run_config=_QUIET
        )
        if not result.success:
            raise RunFailed(f"{step.job} {step.label}: {_first_error(result)}")


def _settling(lakehouse: Lakehouse, steps: list[Step]) -> Iterator[Step]:
    """The steps, and those that the runs before them make necessary: each is to be run before the next is asked for."""
    of_months = [step for step in steps if step.job in _DECODING]
    yield from of_months
    today = lakehouse.settings.today()
    again = []
    for window in until_settled(lakehouse.engine, at_most=MONTHS_PER_RUN, within=all_months(today)):
        yield Step("measure_months", month_range_tags(window), _label(window))
        again.append(window)
    yield from (step for step in steps if step not in of_months)
    for window in again:
        yield from _summaries(window, today)


def _report_imports(lakehouse: Lakehouse, instance: dg.DagsterInstance) -> None:
    """Show days whose files came by import as materialized, as the sensor does for files that come later."""
    known = instance.get_materialized_partitions(garmin_raw_files.key)
    for event in imported_days(lakehouse.files.all()):
        if event.partition not in known:
            instance.report_runless_asset_event(event)


def _chunks(window: Window, at_most: int) -> Iterator[Window]:
    months = list(window.months())
    for start in range(0, len(months), at_most):
        part = months[start : start + at_most]
        yield Window(part[0].start, part[-1].end)


def _label(window: Window) -> str:
    return f"{window.start:%Y-%m} to {window.end - dt.timedelta(days=1):%Y-%m}"


def _first_error(result: dg.ExecuteInProcessResult) -> str:
    for event in result.all_events:
        if event.is_step_failure and event.step_failure_data.error is not None:
            cause = event.step_failure_data.error.cause or event.step_failure_data.error
            return cause.message.strip()
    return "see the run in the Dagster UI"
