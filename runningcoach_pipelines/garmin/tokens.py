"""What lets us in at Garmin, and where it is kept: encrypted, in PostgreSQL, changed by one process at a time."""

import base64
import binascii
import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import OperationalError

from runningcoach_pipelines.garmin.problems import LoginRequired, Unavailable
from runningcoach_pipelines.store.athletes import ensure_athlete
from runningcoach_pipelines.store.keyring import Keyring, Sealed, SecretUnreadable
from runningcoach_pipelines.store.locks import lock
from runningcoach_pipelines.store.tables import GarminAccount, GarminPendingLogin

_ACCOUNTS = GarminAccount.table()
_PENDING = GarminPendingLogin.table()
_LOCK_WAIT_S = 120
_RENEW_BEFORE = dt.timedelta(minutes=15)

MFA_LASTS = dt.timedelta(minutes=15)
CODES_TRIED = 3


@dataclass(frozen=True, slots=True)
class Tokens:
    """Access token (a JWT), the token that renews it, and the client they were given to."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    client_id: str

    def expires_soon(self, now: dt.datetime) -> bool:
        """Whether the access token ends within a quarter of an hour; false if it does not say when it ends."""
        try:
            payload = self.access.split(".")[1]
            ends = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["exp"]
            return now + _RENEW_BEFORE >= dt.datetime.fromtimestamp(ends, dt.UTC)
        except (IndexError, KeyError, TypeError, ValueError, OverflowError, OSError, binascii.Error):
            return False

    def as_json(self) -> str:
        return json.dumps([self.access, self.refresh, self.client_id])

    @classmethod
    def from_json(cls, stored: str) -> Self:
        return cls(*json.loads(stored))


@dataclass(frozen=True, slots=True)
class PendingLogin:
    """A login that waits for the code Garmin sent by `code_sent_by` (such as `email`); `state` is the library's."""

    state: str = field(repr=False)
    code_sent_by: str
    expires_at: dt.datetime
    wrong_codes: int = 0


@dataclass(frozen=True, slots=True)
class StoredAccount:
    """A row of `garmin_accounts` without its tokens."""

    athlete_id: str
    obtained_at: dt.datetime
    refreshed_at: dt.datetime
    refused: str | None
    display_name: str | None
    full_name: str | None


_STORED = [_ACCOUNTS.c[name] for name in StoredAccount.__slots__]


class TokenStore:
    """One athlete's tokens and pending login at the Garmin whose address is `garmin`."""

    def __init__(self, engine: Engine, keyring: Keyring, athlete_id: str, *, garmin: str) -> None:
        self._garmin = garmin
        self._engine = engine
        self._keyring = keyring
        self._athlete_id = athlete_id

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """A transaction during which no other process logs in, out, or renews this athlete's tokens.

        Raises:
            Unavailable: another process was at it for two minutes.
        """
        with self._engine.begin() as connection:
            connection.execute(text(f"set local lock_timeout = '{_LOCK_WAIT_S}s'"))
            try:
                _lock(connection, self._athlete_id)
            except OperationalError as error:
                raise Unavailable(
                    f"the Garmin account of {self._athlete_id!r} is in use: another process logs in or renews its "
                    "tokens. Try again in a moment"
                ) from error
            yield connection

    def account(self) -> StoredAccount | None:
        with self._engine.connect() as connection:
            row = connection.execute(select(*_STORED).where(self._ours)).mappings().one_or_none()
        return None if row is None else StoredAccount(**row)

    def tokens(self, connection: Connection | None = None) -> Tokens:
        """The tokens as stored now.

        Raises:
            LoginRequired: none are stored, another Garmin gave them, no key opens them, or Garmin has refused them.
        """
        if connection is None:
            with self._engine.connect() as own:
                return self.tokens(own)
        row = connection.execute(select(_ACCOUNTS).where(self._ours)).mappings().one_or_none()
        if row is None:
            raise LoginRequired(f"{self._athlete_id!r} is not logged in to Garmin: {self._remedy}")
        if row["given_by"] != self._garmin:
            raise LoginRequired(
                f"the tokens of {self._athlete_id!r} are of {row['given_by']}, and {self._garmin} must not see them: "
                f"{self._remedy}"
            )
        if row["refused"] is not None:
            raise LoginRequired(
                f"Garmin no longer accepts the login of {self._athlete_id!r} ({row['refused']}): {self._remedy}"
            )
        try:
            return Tokens.from_json(self._keyring.open(_sealed(row, "tokens")))
        except SecretUnreadable as error:
            raise LoginRequired(f"the Garmin tokens of {self._athlete_id!r} cannot be read: {error}") from error

    def save_login(self, connection: Connection, tokens: Tokens, now: dt.datetime) -> None:
        """Tokens of a new login; what was known of an earlier one goes."""
        sealed = self._keyring.seal(tokens.as_json())
        values = {
            "tokens": sealed.data,
            "key_id": sealed.key_id,
            "obtained_at": now,
            "refreshed_at": now,
            "refused": None,
            "display_name": None,
            "full_name": None,
            "given_by": self._garmin,
        }
        statement = upsert(GarminAccount).values(athlete_id=self._athlete_id, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["athlete_id"], set_=values))
        self.drop_pending(connection)

    def save_renewed(self, connection: Connection, tokens: Tokens, now: dt.datetime) -> None:
        sealed = self._keyring.seal(tokens.as_json())
        connection.execute(
            update(_ACCOUNTS).where(self._ours).values(tokens=sealed.data, key_id=sealed.key_id, refreshed_at=now)
        )

    def mark_refused(self, connection: Connection, cause: str) -> None:
        """Nothing is asked with these tokens any more."""
        connection.execute(update(_ACCOUNTS).where(self._ours).values(refused=cause))

    def save_names(self, display_name: str, full_name: str | None) -> None:
        with self._engine.begin() as connection:
            connection.execute(
                update(_ACCOUNTS).where(self._ours).values(display_name=display_name, full_name=full_name)
            )

    def pending(self, connection: Connection, now: dt.datetime) -> PendingLogin | None:
        """The login that waits for a code, None if there is none, or none that Garmin still remembers."""
        row = connection.execute(select(_PENDING).where(self._waiting)).mappings().one_or_none()
        if row is None or row["expires_at"] <= now:
            return None
        return PendingLogin(
            self._keyring.open(_sealed(row, "state")), row["code_sent_by"], row["expires_at"], row["wrong_codes"]
        )

    def save_pending(self, connection: Connection, pending: PendingLogin) -> None:
        sealed = self._keyring.seal(pending.state)
        values = {
            "state": sealed.data,
            "key_id": sealed.key_id,
            "code_sent_by": pending.code_sent_by,
            "expires_at": pending.expires_at,
            "wrong_codes": pending.wrong_codes,
        }
        statement = upsert(GarminPendingLogin).values(athlete_id=self._athlete_id, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["athlete_id"], set_=values))

    def drop_pending(self, connection: Connection) -> None:
        connection.execute(delete(_PENDING).where(self._waiting))

    def forget(self) -> bool:
        """Remove tokens and pending login; whether there was anything."""
        with self.alone() as connection:
            waiting = connection.execute(delete(_PENDING).where(self._waiting)).rowcount
            return connection.execute(delete(_ACCOUNTS).where(self._ours)).rowcount + waiting > 0

    def ensure_athlete(self) -> None:
        ensure_athlete(self._engine, self._athlete_id)

    @property
    def _ours(self) -> ColumnElement[bool]:
        return _ACCOUNTS.c.athlete_id == self._athlete_id

    @property
    def _waiting(self) -> ColumnElement[bool]:
        return _PENDING.c.athlete_id == self._athlete_id

    @property
    def _remedy(self) -> str:
        return f"run `runningcoach login garmin --athlete {self._athlete_id}`"


def stored_accounts(engine: Engine) -> list[StoredAccount]:
    """All accounts by athlete."""
    with engine.connect() as connection:
        rows = connection.execute(select(*_STORED).order_by(_ACCOUNTS.c.athlete_id)).mappings()
        return [StoredAccount(**row) for row in rows]


def waiting_logins(engine: Engine, now: dt.datetime) -> dict[str, dt.datetime]:
    """Athletes whose login waits for a code, and until when."""
    statement = select(_PENDING.c.athlete_id, _PENDING.c.expires_at).where(_PENDING.c.expires_at > now)
    with engine.connect() as connection:
        return {row.athlete_id: row.expires_at for row in connection.execute(statement)}


def rotate(engine: Engine, keyring: Keyring) -> int:
    """Encrypt all that is stored with the first key, after putting a new one in front if the keys are ours to make;
    the count of secrets. Killed at any point, everything can still be opened.

    Raises:
        SecretUnreadable: a secret cannot be opened; then none has changed, and no key is gone.
    """
    keyring.add_key()
    resealed = 0
    with engine.begin() as connection:
        for table, column in ((_ACCOUNTS, "tokens"), (_PENDING, "state")):
            for athlete_id in (
                connection.execute(select(table.c.athlete_id).order_by(table.c.athlete_id)).scalars().all()
            ):
                _lock(connection, athlete_id)
                ours = table.c.athlete_id == athlete_id
                row = connection.execute(select(table).where(ours)).mappings().one_or_none()
                if row is None:
                    continue
                sealed = keyring.reseal(_sealed(row, column))
                connection.execute(update(table).where(ours).values({column: sealed.data, "key_id": sealed.key_id}))
                resealed += 1
    keyring.drop_old_keys()
    return resealed


def _lock(connection: Connection, athlete_id: str) -> None:
    lock(connection, f"{_ACCOUNTS.name}/{athlete_id}")


def _sealed(row: RowMapping, column: str) -> Sealed:
    return Sealed(row[column], row["key_id"])
