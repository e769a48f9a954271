"""What follows when Garmin's answers say something new: only the months they tell of differently are made anew."""

import datetime as dt
import hashlib
from collections.abc import Iterator

import dagster as dg

from runningcoach_pipelines.defs.jobs import refresh_belongings, refresh_wellness
from runningcoach_pipelines.defs.partitions import MONTHS_OF_NIGHTS_PER_RUN, known_months, month_range_tags
from runningcoach_pipelines.derive.changes import joined
from runningcoach_pipelines.derive.garmin.belongings import changed_belongings
from runningcoach_pipelines.derive.wellness import changed_answers
from runningcoach_pipelines.settings import Settings
from runningcoach_pipelines.store.garmin_used import Made
from runningcoach_pipelines.store.lakehouse import open_lakehouse
from runningcoach_pipelines.store.windows import Window, next_month


@dg.sensor(
    jobs=[refresh_wellness, refresh_belongings],
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Garmin's new answers start a run of the months they tell of.",
)
def new_answers() -> dg.SensorResult | dg.SkipReason:
    """The tables say what they were made of; the run key names what there is now, so that it is asked for once."""
    settings = Settings()
    with open_lakehouse(settings) as lakehouse:
        months, owned = changed_answers(lakehouse), changed_belongings(lakehouse)
    requests = list(_of_months(months, settings.today()))
    if owned:
        requests.append(dg.RunRequest(run_key=f"belongings/{_digest(owned)}", job_name=refresh_belongings.name))
    return dg.SensorResult(run_requests=requests) if requests else dg.SkipReason("Garmin has said nothing new")


def _of_months(changed: Made, today: dt.date) -> Iterator[dg.RunRequest]:
    touched = [Window(month, next_month(month)) for _, month in changed]
    for window in joined(touched, at_most=MONTHS_OF_NIGHTS_PER_RUN):
        known = known_months(window, today)
        if known is not None:
            inside = {key: digest for key, digest in changed.items() if known.start <= key[1] < known.end}
            yield dg.RunRequest(
                run_key=f"{known.start}/{known.end}/{_digest(inside)}",
                job_name=refresh_wellness.name,
                tags=month_range_tags(known),
            )


def _digest(changed: Made) -> str:
    told = "\n".join(f"{athlete} {month} {digest}" for (athlete, month), digest in sorted(changed.items()))
    return hashlib.sha256(told.encode()).hexdigest()[:16]
