"""The ledger reads answers of Garmin's real shapes: which day has something, and which has nothing."""

import datetime as dt
from dataclasses import replace

from runningcoach_pipelines.garmin.endpoints import ENDPOINTS, EPOCH, Asked
from runningcoach_pipelines.garmin.fetching import Fetcher
from runningcoach_pipelines.garmin.questions import Question
from runningcoach_pipelines.store.garmin_coverage import State, covered
from runningcoach_pipelines.store.windows import Window
from tests.garmin.conftest import Desk

DAY = dt.timedelta(days=1)
LAST = dt.date(2100, 2, 27)
EVER = Window(EPOCH, LAST + DAY)
NEARLY_EVERY_DAY = {
    *("resting_heart_rate", "race_predictions", "steps", "sleep_days", "hrv", "daily_summary", "body_battery"),
    *("training_readiness", "sleep", "heart_rates", "stress", "respiration", "spo2"),
}
SOMETIMES = {"weight", "vo2max", "training_status", "lactate_threshold_heart_rate", "lactate_threshold_speed"}


def test_days_with_a_value_are_ok_and_the_others_empty(desk: Desk) -> None:
    desk.logged_in()
    fetcher = Fetcher(replace(desk.lakehouse, settings=desk.settings), desk.account())
    shares = {}
    for endpoint in ENDPOINTS.values():
        if endpoint.asked in {Asked.RANGE, Asked.DAY}:
            first = LAST - ((endpoint.longest_window_days or 1) - 1) * DAY
            assert fetcher.fetch(Question(endpoint, first, LAST)).state is not State.FAILED
            with desk.lakehouse.engine.connect() as connection:
                states = [row.state for row in covered(connection, "me", EVER, endpoints=[endpoint.name]).values()]
            shares[endpoint.name] = states.count(State.OK) / len(states)
    assert {name for name, share in shares.items() if share > 0.9} == NEARLY_EVERY_DAY
    assert {name for name, share in shares.items() if 0 < share <= 0.9} >= SOMETIMES
