"""When assets follow their upstreams by themselves.

Dagster's `eager()` looks at the newest partition only, and holds a partition back while any of its upstream
partitions is missing. Here a file from years ago may arrive today, and a week may touch a month without activities:
so every partition of the history counts, and months nobody ran in hold nothing back.
"""

import datetime as dt

import dagster as dg

_WHOLE_HISTORY = dt.timedelta(days=366 * 60)


type Condition = dg.AutomationCondition[dg.AssetKey | dg.AssetCheckKey]


def follow_in_the_same_run() -> Condition:
    """For an asset that most runs of its upstreams materialize as well: only an update without it counts."""
    updated = dg.AutomationCondition.any_deps_updated().since_last_handled()
    return (_in_any_partition() & updated & _undisturbed()).with_label("follow_in_the_same_run")


def follow_upstream() -> Condition:
    """Materialize what an updated upstream partition feeds, once nothing upstream is under way."""
    return (_in_any_partition() & _updated_since_requested() & _undisturbed()).with_label("follow_upstream")


def follow_any_change() -> Condition:
    """The same for an asset without partitions."""
    return (_updated_since_requested() & _undisturbed()).with_label("follow_any_change")


def _updated_since_requested() -> Condition:
    """An upstream was updated after the last request. Not `since_last_handled`: an update that lands between two
    ticks together with the end of an earlier run of ours would count as handled, and be lost.
    """
    condition = dg.AutomationCondition
    return condition.any_deps_match(condition.newly_updated()).since(condition.newly_requested())


def _in_any_partition() -> Condition:
    return dg.AutomationCondition.in_latest_time_window(_WHOLE_HISTORY)


def _undisturbed() -> Condition:
    condition = dg.AutomationCondition
    return ~condition.any_deps_in_progress() & ~condition.in_progress() & condition.all_deps_blocking_checks_passed()
