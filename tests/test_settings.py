"""Settings: what the environment says, what a wrong value is answered with, and that no secret shows."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from runningcoach_pipelines.settings import Compression, Language, Settings, described

BUCKET = {"R2_BUCKET_NAME": "fit", "R2_ACCESS_KEY": "an-id", "R2_SECRET_KEY": "geheim", "R2_ACCOUNT_ID": "abc123"}


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No `.env` of a developer is in sight."""
    monkeypatch.chdir(tmp_path)


def test_the_defaults_need_nothing_but_a_folder() -> None:
    settings = Settings()
    assert settings.embedded_database
    assert settings.use_db_storage
    assert (settings.compression, settings.language, settings.max_file_mib) == (Compression.GZIP, Language.KO, 64)
    assert settings.host == "127.0.0.1"
    assert settings.zone.key == "Asia/Seoul"
    assert settings.lake == str(settings.home / "lake")
    assert settings.postgres_folder.parent == settings.dagster_home.parent == settings.home


def test_the_environment_comes_before_the_env_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("RUNNINGCOACH_ATHLETE=file\nRUNNINGCOACH_APP_PORT=9000\nDATABASE_URL=postgresql://h/db\n")
    monkeypatch.setenv("RUNNINGCOACH_ATHLETE", "environment")
    settings = Settings()
    assert (settings.athlete, settings.app_port) == ("environment", 9000)
    assert not settings.embedded_database


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("RUNNINGCOACH_TIMEZONE", "Seoul", "no IANA time zone"),
        ("RUNNINGCOACH_TIMEZONE", "../etc/passwd", "no IANA time zone"),
        ("RUNNINGCOACH_TIMEZONE", "", "no IANA time zone"),
        ("RUNNINGCOACH_ATHLETE", "../me", "athlete"),
        ("RUNNINGCOACH_ATHLETE", "", "athlete"),
        ("RUNNINGCOACH_APP_PORT", "0", "app_port"),
        ("RUNNINGCOACH_APP_PORT", "70000", "app_port"),
        ("RUNNINGCOACH_COMPRESSION", "brotli", "'gzip', 'zstd' or 'none'"),
        ("RUNNINGCOACH_MAX_FILE_MIB", "0", "max_file_mib"),
        ("RUNNINGCOACH_MAX_FILE_MIB", "1025", "max_file_mib"),
        ("RUNNINGCOACH_MAX_ARCHIVE_FILES", "0", "max_archive_files"),
        ("RUNNINGCOACH_HISTORY_START", "yesterday", "history_start"),
        ("USE_DB_STORAGE", "false", "needs a bucket: set R2_BUCKET_NAME"),
    ],
)
def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, complaint: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=complaint):
        Settings()


@pytest.mark.parametrize(
    "names",
    [
        {},
        {
            "R2_BUCKET_NAME": "AWS_S3_BUCKET",
            "R2_ACCESS_KEY": "AWS_ACCESS_KEY_ID",
            "R2_SECRET_KEY": "AWS_SECRET_ACCESS_KEY",
        },
    ],
)
def test_a_bucket_goes_by_either_name(monkeypatch: pytest.MonkeyPatch, names: dict[str, str]) -> None:
    for name, value in BUCKET.items():
        monkeypatch.setenv(names.get(name, name), value)
    monkeypatch.setenv("USE_DB_STORAGE", "false")
    settings = Settings()
    assert settings.s3_bucket == "fit"
    assert settings.s3_access_key is not None
    assert settings.s3_access_key.get_secret_value() == "an-id"
    assert settings.s3_endpoint_url == "https://abc123.r2.cloudflarestorage.com"
    assert settings.s3_region == "auto"


@pytest.mark.parametrize("missing", ["R2_BUCKET_NAME", "R2_ACCESS_KEY", "R2_SECRET_KEY"])
def test_half_a_bucket_is_refused(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    for name, value in BUCKET.items():
        if name != missing:
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("USE_DB_STORAGE", "false")
    with pytest.raises(ValidationError, match="USE_DB_STORAGE=false needs a bucket"):
        Settings()


def test_an_endpoint_of_ones_own_comes_before_the_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (BUCKET | {"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9000"}).items():
        monkeypatch.setenv(name, value)
    assert Settings().s3_endpoint_url == "http://127.0.0.1:9000"


def test_no_secret_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (BUCKET | {"DATABASE_URL": "postgresql://me:geheim@host/db"}).items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    for shown in (repr(settings), str(settings), settings.model_dump_json()):
        assert "geheim" not in shown
        assert "an-id" not in shown


@pytest.mark.parametrize(
    ("name", "variable", "secret"),
    [
        ("pg_port", "RUNNINGCOACH_PG_PORT", False),
        ("database_url", "DATABASE_URL", True),
        ("s3_secret_key", "R2_SECRET_KEY", True),
        ("AWS_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY", True),
        ("s3_region", "AWS_REGION", False),
    ],
)
def test_a_setting_goes_by_its_variable_and_secrets_are_known(name: str, variable: str, secret: bool) -> None:
    setting = described(name)
    assert (setting.variable, setting.is_secret) == (variable, secret)


def test_today_is_the_day_at_home() -> None:
    # Between these two it is never the same day: the clocks are 26 hours apart.
    east, west = (Settings(timezone=zone).today() for zone in ("Pacific/Kiritimati", "Etc/GMT+12"))
    assert 1 <= (east - west).days <= 2


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().athlete = "another"  # type: ignore[misc]
