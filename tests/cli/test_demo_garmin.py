"""The demo's own Garmin: real tokens never reach it, and its tokens never reach the real one."""

import datetime as dt

import pytest

from runningcoach_pipelines.cli.demo_garmin import logged_in, served_garmin
from runningcoach_pipelines.cli.errors import UnsafeDemo
from runningcoach_pipelines.demo.garmin import EMAIL, PASSWORD
from runningcoach_pipelines.garmin.account import GarminAccount
from runningcoach_pipelines.garmin.login import GarminLogin
from runningcoach_pipelines.garmin.tokens import stored_accounts
from runningcoach_pipelines.services.stack import service_environment
from runningcoach_pipelines.store.lakehouse import Lakehouse, lakehouse_at


def test_the_demo_asks_its_own_garmin_and_leaves_no_login_behind(lakehouse: Lakehouse) -> None:
    settings = lakehouse.settings.model_copy(update={"athlete": "demo"})
    assert settings.database_url is not None
    with served_garmin(settings, seed=3, years=1) as (ours, athlete):
        assert athlete.until == settings.today() - dt.timedelta(days=1)
        there = lakehouse_at(ours, settings.database_url.get_secret_value())
        with logged_in(there):
            account = GarminAccount(there.engine, ours, "demo")
            listed = account.get("/activitylist-service/activities/search/activities", {"limit": 1})
            assert isinstance(listed, list)
            assert len(listed) == 1
            environment = service_environment(ours, "postgresql://nowhere/db")
            assert environment["RUNNINGCOACH_GARMIN_URL"] == ours.garmin_url
        assert stored_accounts(there.engine) == []
        there.engine.dispose()
    assert "RUNNINGCOACH_GARMIN_URL" not in service_environment(settings, "postgresql://nowhere/db")


def test_beside_a_real_login_there_is_no_demo(lakehouse: Lakehouse) -> None:
    settings = lakehouse.settings.model_copy(update={"athlete": "demo"})
    assert settings.database_url is not None
    with served_garmin(settings, seed=3, years=1) as (ours, _):
        there = lakehouse_at(ours, settings.database_url.get_secret_value())
        GarminLogin.of(there.engine, ours, "somebody").begin(EMAIL, PASSWORD)
        with pytest.raises(UnsafeDemo, match="somebody"), logged_in(there):
            pytest.fail("the demo has begun")
        assert [account.athlete_id for account in stored_accounts(there.engine)] == ["somebody"]
        there.engine.dispose()
