"""Settings: what loads are measured against, from which day on, and how things stand with Garmin Connect."""

import datetime as dt
from typing import Any

import streamlit as st

from runningcoach_app.speech import NOT_MEASURED, Speech
from runningcoach_app.tables import show_table
from runningcoach_app.visit import Visit, current_visit
from runningcoach_pipelines.garmin.login import GarminLogin, MfaNeeded
from runningcoach_pipelines.garmin.problems import GarminProblem
from runningcoach_pipelines.garmin.status import garmin_status
from runningcoach_pipelines.metrics import pace
from runningcoach_pipelines.store.athletes import (
    ImpossibleSettings,
    SettingsFrom,
    ensure_athlete,
    settings_versions,
    store_settings,
    version_from,
)
from runningcoach_pipelines.store.keyring import SecretUnreadable


def settings(visit: Visit) -> None:
    """The whole page."""
    say = visit.speech.text
    st.title(say("Settings"))
    athlete, garmin = st.tabs([say("Athlete"), "Garmin Connect"])
    with athlete:
        _show_athlete(visit)
    with garmin:
        _show_garmin(visit)


def _show_athlete(visit: Visit) -> None:
    say = visit.speech.text
    versions = settings_versions(visit.engine, visit.athlete_id)
    st.caption(
        say(
            "Loads are measured against these, by the day from which they hold. What is left empty is estimated month "
            "by month from what the watch measured."
        )
    )
    _show_versions(versions, visit.speech)
    held = versions[-1] if versions else SettingsFrom(visit.today)
    with st.form("athlete-settings"):
        usual = visit.today if versions else visit.lakehouse.settings.history_start
        first = st.date_input(say("Hold from"), value=usual, key="valid-from")
        left, right = st.columns(2)
        with left:
            sexes = {None: say("not given"), "female": say("female"), "male": say("male")}
            known = list(sexes)
            sex = st.selectbox(
                say("Heart-rate curve of"), known, index=known.index(held.sex), format_func=sexes.__getitem__, key="sex"
            )
            birth_year = _number(say("Year of birth"), held.birth_year, "birth-year")
            weight = _number(say("Weight (kg)"), held.weight_kg, "weight", step=0.1)
            threshold_pace = st.text_input(
                say("Threshold pace (/km)"), value=_pace(held.threshold_speed_mps), placeholder="4:30", key="pace"
            )
        with right:
            hr_rest = _number(say("Resting heart rate (bpm)"), held.hr_rest_bpm, "hr-rest")
            hr_threshold = _number(say("Threshold heart rate (bpm)"), held.hr_threshold_bpm, "hr-threshold")
            hr_max = _number(say("Maximum heart rate (bpm)"), held.hr_max_bpm, "hr-max")
            zones = st.text_input(
                say("Lower bounds of heart-rate zones"),
                value=held.hr_zone_bounds_bpm or "",
                placeholder="120,140,155,170",
                key="zones",
            )
        if not st.form_submit_button(say("Save"), type="primary", key="save"):
            return
    changes: dict[str, Any] = {
        "sex": sex,
        "birth_year": None if birth_year is None else int(birth_year),
        "weight_kg": weight,
        "hr_rest_bpm": hr_rest,
        "hr_threshold_bpm": hr_threshold,
        "hr_max_bpm": hr_max,
        "hr_zone_bounds_bpm": zones.replace(" ", "") or None,
    }
    _save(visit, versions, first, threshold_pace, changes)


def _save(
    visit: Visit, versions: list[SettingsFrom], first: dt.date, threshold_pace: str, changes: dict[str, Any]
) -> None:
    say = visit.speech.text
    try:
        seconds = pace.read(threshold_pace.strip()) if threshold_pace.strip() else None
        changes["threshold_speed_mps"] = pace.METRES_PER_KM / seconds if seconds else None
        ensure_athlete(visit.engine, visit.athlete_id)
        store_settings(visit.engine, visit.athlete_id, [version_from(versions, first, changes)])
    except (ImpossibleSettings, ValueError) as problem:
        st.error(str(problem), icon=":material/error:")
        return
    st.success(
        say("Saved. `runningcoach up` measures just the months again that were measured against something else."),
        icon=":material/check:",
    )


def _show_versions(versions: list[SettingsFrom], speech: Speech) -> None:
    say, number = speech.text, speech.number
    if not versions:
        st.info(say("Nothing is set yet: everything is estimated."), icon=":material/info:")
        return
    newest = versions[::-1]
    show_table(
        {
            say("Hold from"): [speech.short_day(one.valid_from) for one in newest],
            say("Resting heart rate (bpm)"): [number(one.hr_rest_bpm) for one in newest],
            say("Threshold heart rate (bpm)"): [number(one.hr_threshold_bpm) for one in newest],
            say("Maximum heart rate (bpm)"): [number(one.hr_max_bpm) for one in newest],
            say("Threshold pace (/km)"): [_pace(one.threshold_speed_mps) or NOT_MEASURED for one in newest],
            say("Weight (kg)"): [number(one.weight_kg, 1) for one in newest],
            say("Lower bounds of heart-rate zones"): [one.hr_zone_bounds_bpm or "" for one in newest],
        }
    )


def _show_garmin(visit: Visit) -> None:
    speech = visit.speech
    say = speech.text
    status = garmin_status(visit.engine, visit.lakehouse.settings)
    account = next((one for one in status.accounts if one.athlete_id == visit.athlete_id), None)
    if status.open_until is not None and status.trip is not None:
        st.warning(
            say("Garmin is left alone until {until} UTC.", until=f"{status.open_until:%Y-%m-%d %H:%M}"),
            icon=":material/timer_pause:",
        )
        st.caption(status.trip.cause)
    if account is not None:
        hours = (visit.lakehouse.settings.now() - account.refreshed_at).total_seconds() / 3600
        st.markdown(
            say(
                "Logged in as **{name}** since {day}; tokens renewed {hours} h ago.",
                name=account.full_name or account.display_name or visit.athlete_id,
                day=speech.day(account.obtained_at.date()),
                hours=speech.number(hours, 1),
            )
        )
        if account.refused:
            st.error(say("Garmin no longer accepts this login: log in again."), icon=":material/key_off:")
            st.caption(account.refused)
    login = GarminLogin.of(visit.engine, visit.lakehouse.settings, visit.athlete_id)
    if visit.athlete_id in status.waiting:
        _ask_for_code(login, speech)
    else:
        _ask_for_password(login, speech)


def _ask_for_password(login: GarminLogin, speech: Speech) -> None:
    say = speech.text
    st.caption(say("Only encrypted tokens are kept. The password goes to Garmin's sign-in page and nowhere else."))
    with st.form("garmin-login", clear_on_submit=True):
        email = st.text_input(say("E-mail"), key="garmin-email", autocomplete="username")
        password = st.text_input(
            say("Password"), type="password", key="garmin-password", autocomplete="current-password"
        )
        if not st.form_submit_button(say("Log in"), key="garmin-log-in") or not email or not password:
            return
    try:
        outcome = login.begin(email, password)
    except (GarminProblem, SecretUnreadable) as problem:
        st.error(str(problem), icon=":material/error:")
        return
    if isinstance(outcome, MfaNeeded):
        st.rerun()
    st.success(say("Logged in."), icon=":material/check:")


def _ask_for_code(login: GarminLogin, speech: Speech) -> None:
    say = speech.text
    st.info(say("Garmin has sent a code and waits for it."), icon=":material/sms:")
    with st.form("garmin-code", clear_on_submit=True):
        code = st.text_input(say("Code"), key="garmin-mfa", autocomplete="one-time-code")
        if not st.form_submit_button(say("Go on"), key="garmin-go-on") or not code:
            return
    try:
        login.finish(code.strip())
    except (GarminProblem, SecretUnreadable) as problem:
        st.error(str(problem), icon=":material/error:")
        return
    st.success(say("Logged in."), icon=":material/check:")


def _number(label: str, value: float | None, key: str, *, step: float = 1.0) -> float | None:
    return st.number_input(label, value=None if value is None else float(value), step=step, format="%g", key=key)


def _pace(speed_mps: float | None) -> str:
    return pace.written(pace.METRES_PER_KM / speed_mps) if speed_mps else ""


if __name__ == "__main__":
    settings(current_visit())
