"""Logging in to Garmin in one step or two, for a command and for a form alike.

The password is handed on to Garmin's sign-in page and is gone. What waits for an MFA code is stored, encrypted, so that
another process can finish it.
"""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Self

from sqlalchemy import Engine

from runningcoach_pipelines.garmin.account import GarminAccount
from runningcoach_pipelines.garmin.client import CodeWanted
from runningcoach_pipelines.garmin.problems import (
    BadPayload,
    CodeRefused,
    CredentialsRefused,
    LoginRequired,
    MfaRequired,
    NotFound,
    RateLimited,
    Unavailable,
)
from runningcoach_pipelines.garmin.tokens import CODES_TRIED, MFA_LASTS, PendingLogin, Tokens
from runningcoach_pipelines.settings import Settings

_LOGIN_REQUESTS = 5
"""Page, password, tokens, proof of the tokens; a code. Ways that fail first cost more, and end at the breaker."""


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """Tokens are stored. `full_name` is None if Garmin did not say yet whose they are."""

    athlete_id: str
    full_name: str | None


@dataclass(frozen=True, slots=True)
class MfaNeeded:
    """Garmin has sent a code by `code_sent_by`; `GarminLogin.finish` wants it before `expires_at`."""

    athlete_id: str
    code_sent_by: str
    expires_at: dt.datetime


class GarminLogin:
    """The login of one athlete, to the account that asks with its tokens afterwards."""

    def __init__(self, account: GarminAccount) -> None:
        self._account = account
        self._store = account.token_store
        self._gate = account.gate
        self._client = account.client
        self._clock = account.clock
        self._athlete_id = account.athlete_id

    @classmethod
    def of(cls, engine: Engine, settings: Settings, athlete_id: str) -> Self:
        """The login at the Garmin of the settings."""
        return cls(GarminAccount(engine, settings, athlete_id))

    def begin(self, email: str, password: str) -> LoggedIn | MfaNeeded:
        """Log in; tokens or the waiting login are stored when it returns. Tokens of an earlier login stay until then.

        Raises:
            LoginRequired: Garmin refused e-mail or password; the breaker is open now.
            RateLimited: the breaker is open, or opened at this login.
            Unavailable: Garmin's sign-in is down or cannot be reached.
        """
        self._store.ensure_athlete()
        with self._store.alone() as connection:
            with self._gate.call(requests=_LOGIN_REQUESTS):
                outcome = self._client.login(email, password)
            if isinstance(outcome, CodeWanted):
                pending = PendingLogin(outcome.state, outcome.code_sent_by, self._clock.now() + MFA_LASTS)
                self._store.save_pending(connection, pending)
                return MfaNeeded(self._athlete_id, pending.code_sent_by, pending.expires_at)
            self._store.save_login(connection, outcome, self._clock.now())
        return self._logged_in()

    def finish(self, code: str) -> LoggedIn:
        """Complete the waiting login.

        Raises:
            LoginRequired: no login waits, it has expired, or too many codes were wrong: begin again.
            MfaRequired: the code is wrong; another may be tried.
            RateLimited, Unavailable: as of `begin`; the login still waits.
        """
        with self._store.alone() as connection:
            pending = self._store.pending(connection, self._clock.now())
            if pending is None:
                raise LoginRequired(
                    f"no login of {self._athlete_id!r} waits for a code (they wait {MFA_LASTS.seconds // 60} minutes): "
                    f"begin again with `runningcoach login garmin --athlete {self._athlete_id}`"
                )
            outcome = self._sent(code, pending)
            if isinstance(outcome, Tokens):
                self._store.save_login(connection, outcome, self._clock.now())
            elif isinstance(outcome, MfaRequired):
                self._store.save_pending(connection, replace(pending, wrong_codes=pending.wrong_codes + 1))
            else:
                self._store.drop_pending(connection)
        if not isinstance(outcome, Tokens):
            raise outcome
        return self._logged_in()

    def forget(self) -> bool:
        """Log out: remove what is stored; whether there was anything. Garmin is not asked."""
        return self._store.forget()

    def _sent(self, code: str, pending: PendingLogin) -> Tokens | LoginRequired | MfaRequired:
        """Tokens, or what became of the waiting login, which is to be stored before it is told."""
        try:
            with self._gate.call(requests=_LOGIN_REQUESTS):
                try:
                    return self._client.finish_login(pending.state, code)
                except CodeRefused:
                    left = CODES_TRIED - pending.wrong_codes - 1
                    if left == 0:
                        raise CredentialsRefused(f"Garmin refused {CODES_TRIED} MFA codes in a row") from None
                    raise
        except CodeRefused:
            return MfaRequired(f"Garmin did not accept the code: look again, {left} more can be tried")
        except LoginRequired as problem:
            return problem

    def _logged_in(self) -> LoggedIn:
        """Whose tokens they are. They are good and stored; a profile that cannot be had now is asked for later."""
        try:
            self._account.load_profile()
        except (RateLimited, NotFound, Unavailable, BadPayload):
            return LoggedIn(self._athlete_id, None)
        account = self._store.account()
        return LoggedIn(self._athlete_id, account.full_name if account else None)
