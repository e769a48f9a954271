"""Everything that can be set, in one class: environment first, then a `.env` file, then these defaults.

No other module reads the environment. `Settings()` is cheap; entry points build it once and pass it down.
Where a value can be wrong, the field's `description` says what it must be.
"""

from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self, get_args
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parent.parent

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

Port = Annotated[int, Field(ge=1, le=65535, description="a port from 1 to 65535")]


class Compression(StrEnum):
    """How a FIT blob is stored. gzip is smaller, zstd seven times faster (docs/benchmarks.md)."""

    GZIP = "gzip"
    ZSTD = "zstd"
    NONE = "none"


class Language(StrEnum):
    """Languages of the dashboard; Korean is the first."""

    KO = "ko"
    EN = "en"


def _is_fernet_key(text: str) -> bool:
    try:
        return len(urlsafe_b64decode(text.strip())) == 32
    except ValueError:
        return False


def _named(*names: str) -> AliasChoices:
    return AliasChoices(*names)


class Settings(BaseSettings):
    """All settings of RunningCoach. Names in the environment carry the prefix `RUNNINGCOACH_`, but for the
    few that the world already has a name for (`DATABASE_URL`, `R2_*`, `AWS_*`, `USE_DB_STORAGE`).
    """

    model_config = SettingsConfigDict(
        env_prefix="RUNNINGCOACH_",
        env_file=(PROJECT_ROOT / ".env", ".env"),
        extra="ignore",
        frozen=True,
        populate_by_name=True,
        hide_input_in_errors=True,  # it may be a password
    )

    home: Path = PROJECT_ROOT / "data"
    """Folder of the embedded database, the local lake, Dagster's logs and our own."""

    database_url: SecretStr | None = Field(default=None, validation_alias=_named("DATABASE_URL"))
    """A PostgreSQL >= 16 with pgvector; without it the embedded server is used."""

    pg_port: Port = 55432
    """Port of the embedded PostgreSQL on 127.0.0.1."""

    dagster_port: Port = 3000
    app_port: Port = 8501
    host: str = "127.0.0.1"
    """Address the Dagster UI and the app bind to. Neither has a sign-in yet: keep it on loopback."""

    athlete: str = Field(
        default="me",
        pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$",
        description="up to 63 lower-case letters, digits, _ and -, the first a letter or digit",
    )
    """Whose files an import brings and whose data the app opens with."""

    language: Language = Field(default=Language.KO, description="ko or en")

    timezone: str = Field(default="Asia/Seoul", description="an IANA time zone such as Asia/Seoul")
    """Home time zone: when a day starts, and of activities that carry neither an offset nor a position."""

    history_start: date = Field(default=date(2008, 1, 1), description="a day such as 2008-01-31")
    """First day that has partitions. Floored to a 1st and to a Monday where a partition needs it."""

    compression: Compression = Field(default=Compression.GZIP, description="gzip, zstd or none")
    """Compression of imported FIT blobs; `zstd` suits bulk imports."""

    max_file_mib: int = Field(default=64, ge=1, le=1024, description="a whole number from 1 to 1024")
    """Largest FIT file that an import takes, in MiB; larger ones are refused by name."""

    max_archive_files: int = Field(default=200_000, ge=1, description="a whole number from 1 on")
    """Most entries that one import takes out of an archive and the archives inside it."""

    lake_url: str | None = None
    """Where the Delta tables live: a folder or `s3://bucket/prefix`. Default: `lake` in the home folder."""

    use_db_storage: bool = Field(default=True, validation_alias=_named("USE_DB_STORAGE"), description="true or false")
    """FIT blobs in the database (true) or in the bucket named below (false)."""

    s3_endpoint: str | None = Field(default=None, validation_alias=_named("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"))
    s3_region: str = Field(default="auto", validation_alias=_named("AWS_REGION", "AWS_DEFAULT_REGION"))
    s3_access_key: SecretStr | None = Field(default=None, validation_alias=_named("R2_ACCESS_KEY", "AWS_ACCESS_KEY_ID"))
    s3_secret_key: SecretStr | None = Field(
        default=None, validation_alias=_named("R2_SECRET_KEY", "AWS_SECRET_ACCESS_KEY")
    )
    s3_bucket: str | None = Field(default=None, validation_alias=_named("R2_BUCKET_NAME", "AWS_S3_BUCKET"))
    r2_account_id: str | None = Field(default=None, validation_alias=_named("R2_ACCOUNT_ID"))

    secret_keys: SecretStr | None = Field(
        default=None,
        description="keys of 32 bytes in URL-safe base64, comma separated: `runningcoach secrets new-key` makes one",
    )
    """Fernet keys of stored tokens: the first encrypts, all decrypt. Default: a file in the home."""

    garmin_requests_per_hour: int = Field(default=240, ge=1, description="a whole number from 1 on")
    garmin_requests_per_day: int = Field(default=2000, ge=1, description="a whole number from 1 on")
    """What all processes together may ask Garmin Connect."""

    garmin_pause_s: float = Field(default=1.0, ge=0, le=60, description="seconds from 0 to 60")
    """Mean pause between two requests to Garmin Connect; each is between half and one and a half of it."""

    garmin_backfill_days: int = Field(
        default=0,
        ge=0,
        validation_alias=_named("GARMIN_BACKFILL_DAYS", "RUNNINGCOACH_GARMIN_BACKFILL_DAYS"),
        description="a whole number from 0 on",
    )
    """How many days of Garmin Connect a backfill asks for; 0: everything since the first activity there."""

    garmin_sync_minutes: int = Field(default=30, ge=5, le=60, description="a whole number from 5 to 60")
    """How often Garmin Connect is asked what is new."""

    garmin_url: str | None = Field(default=None, description="http:// on 127.0.0.1, ::1 or localhost")
    """A Garmin Connect on this machine instead of the real one, for tests and demos."""

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, OSError, ValueError) as error:
            raise ValueError(f"{name!r} is no IANA time zone") from error
        return name

    @field_validator("secret_keys")
    @classmethod
    def _usable_keys(cls, keys: SecretStr | None) -> SecretStr | None:
        if keys is not None and not all(map(_is_fernet_key, keys.get_secret_value().split(","))):
            raise ValueError("not a list of Fernet keys")
        return keys

    @field_validator("garmin_url")
    @classmethod
    def _on_this_machine(cls, url: str | None) -> str | None:
        # Passwords go to this address: nothing but this machine may stand in for Garmin.
        if url is not None and (urlsplit(url).scheme != "http" or urlsplit(url).hostname not in LOOPBACK):
            raise ValueError("not an address on this machine")
        return url

    @model_validator(mode="after")
    def _bucket_is_whole(self) -> Self:
        if not self.use_db_storage and not (self.s3_bucket and self.s3_access_key and self.s3_secret_key):
            raise ValueError(
                "USE_DB_STORAGE=false needs a bucket: set R2_BUCKET_NAME, R2_ACCESS_KEY, R2_SECRET_KEY and "
                "R2_ACCOUNT_ID (or AWS_S3_BUCKET, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL)"
            )
        return self

    @property
    def embedded_database(self) -> bool:
        """Whether PostgreSQL is ours to start and stop."""
        return self.database_url is None

    @property
    def postgres_folder(self) -> Path:
        return self.home / "postgres"

    @property
    def dagster_home(self) -> Path:
        return self.home / "dagster"

    @property
    def lake(self) -> str:
        """URL or folder under which the Delta tables lie."""
        return self.lake_url or str(self.home / "lake")

    @property
    def s3_endpoint_url(self) -> str | None:
        """Endpoint of the bucket; an R2 account names its own."""
        if self.s3_endpoint is None and self.r2_account_id is not None:
            return f"https://{quote(self.r2_account_id, safe='')}.r2.cloudflarestorage.com"
        return self.s3_endpoint

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def secret_keys_file(self) -> Path:
        """Where the keys of stored tokens lie when the environment names none."""
        return self.home / "secret_keys"

    def now(self) -> datetime:
        """The current instant in UTC: the one clock."""
        return datetime.now(UTC)

    def today(self) -> date:
        """The current day at home."""
        return self.now().astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class Described:
    """How to speak of a setting: the environment variable it is set by, and what its value must be."""

    variable: str
    expected: str
    is_secret: bool


def described(name: str) -> Described:
    """The setting of a field's name, or of a name that it goes by in the environment."""
    fields = Settings.model_fields
    for field_name, field in fields.items():
        alias = field.validation_alias
        names = [str(choice) for choice in alias.choices] if isinstance(alias, AliasChoices) else []
        if name in (field_name, *names):
            own = f"{Settings.model_config['env_prefix']}{field_name}".upper()
            variable = name if name in names else next(iter(names), own)
            is_secret = SecretStr in (field.annotation, *get_args(field.annotation))
            return Described(variable, field.description or "text", is_secret)
    raise KeyError(name)
