"""The thresholds that hold on each day, with where they come from."""

from datetime import timedelta

from runningcoach_pipelines.derive.fitness import daily_fitness
from runningcoach_pipelines.derive.terms import effective, source_of
from tests.histories import FIRST, day, history

TERMS = ("hr_max_bpm", "hr_max_source", "hr_threshold_bpm", "hr_threshold_source")
SPEED = ("threshold_speed_mps", "threshold_speed_source")


def test_what_the_athlete_set_holds_from_its_day_on() -> None:
    setting = {"valid_from": day(2), "hr_max_bpm": 188, "hr_threshold_bpm": 171, "threshold_speed_mps": 3.9}
    found = daily_fitness(history([{"on": 0}], settings=[setting]), day(3)).days.select(*TERMS, *SPEED).rows()
    unknown = (190.0, "convention", 0.92 * 190, "hr_max", None, None)
    given = (188.0, "athlete", 171.0, "athlete", 3.9, "athlete")
    assert found == [unknown, unknown, given, given]


def test_estimates_are_those_that_activities_are_measured_against() -> None:
    runs = [
        {"on": 10 * n, "activity_id": f"{n}", "sustained_max_heart_rate_bpm": 180.0 + n, "threshold_heart_rate_bpm": h}
        for n, h in enumerate([None] * 11 + [168.0] * 3)
    ]
    efforts = [{"on": 40, "distance_m": 5000, "time_s": 1200}]
    past = history(runs, efforts=efforts)
    days = daily_fitness(past, day(150)).days
    terms = effective(days.select("athlete_id", local_day="day"), past.settings, past.observed)
    for value, source in ((TERMS[0], TERMS[1]), (TERMS[2], TERMS[3]), SPEED):
        assert days[value].to_list() == terms[value].to_list()
        assert days[source].to_list() == terms.select(source_of(value)).to_series().to_list()
    assert set(days["hr_max_source"]) == {"convention", "highest_sustained"}
    assert set(days["threshold_speed_source"]) == {None, "race"}
    assert set(days["hr_threshold_source"]) == {"hr_max", "device"}


def test_an_estimate_holds_for_its_whole_month() -> None:
    """FIRST lies in January: an effort of February makes the estimate of all of February, not of January."""
    in_february = (FIRST.replace(month=2, day=20) - FIRST).days
    past = history([{"on": 0}], efforts=[{"on": in_february, "distance_m": 5000, "time_s": 1200}])
    found = daily_fitness(past, day(in_february)).days
    known = found.filter(found["threshold_speed_mps"].is_not_null())["day"]
    assert known[0] == FIRST.replace(month=2, day=1)
    assert known[-1] - known[0] == timedelta(days=19)
