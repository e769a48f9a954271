"""When assets follow their upstreams by themselves.

Dagster's `eager()` looks at the newest partition only, and holds a partition back while any of its upstream
partitions is missing. Here a file from years ago may arrive today, and a week may touch a month without activities:
so every partition of the history counts, and months nobody ran in hold nothing back.
"""

import datetime as dt

import dagster as dg

_WHOLE_HISTORY = dt.timedelta(days=366 * 60)


def follow_upstream() -> dg.AutomationCondition[dg.AssetKey | dg.AssetCheckKey]:
    """Materialize what an updated upstream partition feeds, once nothing upstream is under way."""
    condition = dg.AutomationCondition
    upstream_changed = condition.any_deps_updated().since_last_handled()
    return (
        condition.in_latest_time_window(_WHOLE_HISTORY)
        & upstream_changed
        & ~condition.any_deps_in_progress()
        & ~condition.in_progress()
        & condition.all_deps_blocking_checks_passed()
    ).with_label("follow_upstream")


def follow_any_change() -> dg.AutomationCondition[dg.AssetKey | dg.AssetCheckKey]:
    """The same for an asset without partitions."""
    condition = dg.AutomationCondition
    return (
        condition.any_deps_updated().since_last_handled()
        & ~condition.any_deps_in_progress()
        & ~condition.in_progress()
        & condition.all_deps_blocking_checks_passed()
    ).with_label("follow_any_change")
