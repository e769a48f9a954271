"""Stored tokens: how they end, and that a rotation of keys loses none of them."""

import base64
import datetime as dt
import json

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import select

from runningcoach_pipelines.garmin.account import GarminAccount
from runningcoach_pipelines.garmin.addresses import GarminAddresses
from runningcoach_pipelines.garmin.problems import LoginRequired
from runningcoach_pipelines.garmin.tokens import Tokens, rotate
from runningcoach_pipelines.store.keyring import Keyring, SecretUnreadable
from runningcoach_pipelines.store.tables import GarminAccount as StoredAccount
from runningcoach_pipelines.store.tables import GarminPendingLogin
from tests.doubles.garmin import CODE, EMAIL, PASSWORD
from tests.garmin.conftest import START, Desk

HRV = "/hrv-service/hrv/2100-02-28"


def access_token(**claims: object) -> str:
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{body}.c2ln"


@given(left_s=st.integers(-100_000, 100_000))
def test_a_token_ends_soon_in_its_last_quarter_of_an_hour(left_s: int) -> None:
    tokens = Tokens(access_token(exp=START.timestamp() + left_s), "r", "c")
    assert tokens.expires_soon(START) is (left_s <= 900)


@pytest.mark.parametrize(
    "access",
    ["", "opaque", "a.b.c", "a.!!.c", access_token(), access_token(exp="soon"), access_token(exp=1e300), "a.ée.c"],
)
def test_a_token_that_does_not_say_when_it_ends_is_used_until_refused(access: str) -> None:
    assert not Tokens(access, "r", "c").expires_soon(START)


def test_tokens_do_not_show_in_a_trace() -> None:
    assert "geheim" not in repr(Tokens("geheim-a", "geheim-r", "client"))


def stored(desk: Desk) -> list[tuple[bytes, str]]:
    columns = [(StoredAccount.tokens, StoredAccount.key_id), (GarminPendingLogin.state, GarminPendingLogin.key_id)]
    with desk.lakehouse.engine.connect() as connection:
        return [(secret, key_id) for pair in columns for secret, key_id in connection.execute(select(*pair))]


def waiting_and_logged_in(desk: Desk) -> None:
    """`me` is logged in, the login of `you` waits for its code."""
    desk.logged_in()
    desk.garmin.mfa = True
    desk.login("you").begin(EMAIL, PASSWORD)


def test_rotation_seals_everything_with_a_new_key_of_the_file(desk: Desk) -> None:
    waiting_and_logged_in(desk)
    keyring, before = Keyring(desk.settings), stored(desk)
    old_key_id, running = keyring.key_id, desk.account()
    assert rotate(desk.lakehouse.engine, keyring) == 2
    after = stored(desk)
    assert keyring.key_id != old_key_id
    assert {key_id for _, key_id in before} == {old_key_id}
    assert {key_id for _, key_id in after} == {keyring.key_id}
    assert len(desk.settings.secret_keys_file.read_bytes().split()) == 1
    assert running.get(HRV) == {}
    desk.login("you").finish(CODE)
    assert desk.account("you").get(HRV) == {}


def test_rotation_with_keys_of_the_environment_uses_the_first(desk: Desk) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    desk.settings = desk.settings.model_copy(update={"secret_keys": SecretStr(old)})
    waiting_and_logged_in(desk)
    desk.settings = desk.settings.model_copy(update={"secret_keys": SecretStr(f"{new},{old}")})
    assert desk.account().get(HRV) == {}
    assert rotate(desk.lakehouse.engine, Keyring(desk.settings)) == 2
    desk.settings = desk.settings.model_copy(update={"secret_keys": SecretStr(new)})
    assert desk.account().get(HRV) == {}
    assert not desk.settings.secret_keys_file.exists()


def test_a_rotation_that_cannot_open_a_secret_changes_nothing(desk: Desk) -> None:
    waiting_and_logged_in(desk)
    before = stored(desk)
    lost = desk.settings.secret_keys_file.read_bytes()
    desk.settings.secret_keys_file.write_bytes(Fernet.generate_key())
    keyring = Keyring(desk.settings)
    with pytest.raises(SecretUnreadable, match="is not among"):
        rotate(desk.lakehouse.engine, keyring)
    assert stored(desk) == before
    keys = desk.settings.secret_keys_file.read_bytes().split()
    desk.settings.secret_keys_file.write_bytes(b"\n".join([*keys, lost]))
    assert desk.account().get(HRV) == {}
    assert rotate(desk.lakehouse.engine, keyring) == 2


def test_tokens_without_their_key_need_a_login_and_say_which_key(desk: Desk) -> None:
    account = desk.logged_in()
    key_id = Keyring(desk.settings).key_id
    desk.settings.secret_keys_file.unlink()
    with pytest.raises(LoginRequired, match=f"encrypted with key {key_id}.*put that key back, or log in again"):
        account.get(HRV)
    assert desk.garmin.call_count == 0
    assert desk.logged_in().get(HRV) == {}


def test_a_new_login_replaces_what_was_known(desk: Desk) -> None:
    desk.logged_in()
    desk.time.pass_time(dt.timedelta(days=200))
    assert desk.logged_in().get(HRV) == {}
    assert len(stored(desk)) == 1


def test_tokens_of_one_garmin_are_never_shown_to_another(desk: Desk) -> None:
    desk.logged_in()
    elsewhere = GarminAccount(
        desk.lakehouse.engine, desk.settings, "me", clock=desk.time.clock, addresses=GarminAddresses()
    )
    with pytest.raises(LoginRequired, match=r"are of http://127\.0\.0\.1.* must not see them: run `runningcoach login"):
        elsewhere.get(HRV)
    with pytest.raises(LoginRequired):
        elsewhere.require_login()
    assert desk.account().get(HRV) is not None
