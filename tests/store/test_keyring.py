"""The keys of stored secrets: who may read them, who makes them, and what is said when they do not fit."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from runningcoach_pipelines.settings import Settings
from runningcoach_pipelines.store.keyring import Keyring, SecretUnreadable, new_key


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    return Settings(home=tmp_path / "home")


def test_the_first_key_is_made_in_a_file_of_the_owner_alone(home: Settings) -> None:
    sealed = Keyring(home).seal("geheim")
    assert b"geheim" not in sealed.data
    assert Keyring(home).open(sealed) == "geheim"
    assert stat.S_IMODE(home.secret_keys_file.stat().st_mode) == 0o600
    assert [path.name for path in home.home.iterdir()] == ["secret_keys"]


def test_those_who_need_the_first_key_at_once_get_the_same(home: Settings) -> None:
    with ThreadPoolExecutor(8) as pool:
        sealed = list(pool.map(lambda number: Keyring(home).seal(str(number)), range(32)))
    assert [Keyring(home).open(one) for one in sealed] == [str(number) for number in range(32)]
    assert len({one.key_id for one in sealed}) == 1
    assert [path.name for path in home.home.iterdir()] == ["secret_keys"]


def test_a_file_that_others_can_read_is_refused(home: Settings) -> None:
    sealed = Keyring(home).seal("geheim")
    home.secret_keys_file.chmod(0o640)
    with pytest.raises(SecretUnreadable, match="can be read by others: `chmod 600`"):
        Keyring(home).open(sealed)


@pytest.mark.parametrize("content", [b"", b"too short\n", b"\xff" * 44])
def test_a_file_without_usable_keys_is_named_and_not_overwritten(home: Settings, content: bytes) -> None:
    Keyring(home).seal("x")
    home.secret_keys_file.write_bytes(content)
    with pytest.raises(SecretUnreadable, match="holds no usable keys"):
        Keyring(home).seal("geheim")
    assert home.secret_keys_file.read_bytes() == content


def test_the_old_key_opens_until_it_is_dropped(home: Settings) -> None:
    keyring = Keyring(home)
    old = keyring.seal("geheim")
    keyring.add_key()
    new = keyring.reseal(old)
    assert (keyring.open(old), keyring.open(new)) == ("geheim", "geheim")
    assert old.key_id != new.key_id == keyring.key_id
    keyring.drop_old_keys()
    assert keyring.open(new) == "geheim"
    with pytest.raises(SecretUnreadable, match=old.key_id):
        keyring.open(old)
    assert stat.S_IMODE(home.secret_keys_file.stat().st_mode) == 0o600


def test_keys_of_the_environment_leave_no_file(home: Settings) -> None:
    keys = [new_key(), new_key()]
    first, both = (home.model_copy(update={"secret_keys": SecretStr(value)}) for value in (keys[0], ", ".join(keys)))
    assert Keyring(both).open(Keyring(first).seal("geheim")) == "geheim"
    assert not home.home.exists()


@pytest.mark.parametrize(
    "value",
    ["", "geheim", f"{new_key()},geheim", new_key()[:-4]],
    ids=["nothing", "no key", "one of two", "cut off"],
)
def test_a_wrong_key_in_the_environment_is_refused_without_showing_it(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("RUNNINGCOACH_SECRET_KEYS", value)
    with pytest.raises(ValidationError, match="not a list of Fernet keys") as caught:
        Settings(_env_file=None)  # type: ignore[call-arg]
    assert "geheim" not in str(caught.value)
