"""The one account that the loopback Garmin knows, its tickets and tokens, and what a test may set and read."""

import base64
import datetime as dt
import json
import secrets
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.doubles.garmin.faults import Fault, Faults

EMAIL = "runner@example.org"
PASSWORD = "korrekt-Pferd-Batterie"
CODE = "482913"
DISPLAY_NAME = "5f0c1d2e-runner"
FULL_NAME = "Mina Läufer"
ACCESS_LASTS = dt.timedelta(hours=18)


@dataclass
class GarminDouble:
    """A refresh token is good for one use, as with the strictest of servers.

    `activities` is what the activity list gives, newest first; `days` the daily summaries by ISO date.
    """

    now: Callable[[], dt.datetime]
    url: str = ""
    mfa: bool = False
    activities: list[dict[str, Any]] = field(default_factory=list)
    days: dict[str, dict[str, Any]] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    sessions: dict[str, str] = field(default_factory=dict)
    issued: list[str] = field(default_factory=list)
    _tickets: dict[str, str] = field(default_factory=dict)
    _access: dict[str, dt.datetime] = field(default_factory=dict)
    _refresh: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def fault(self, prefix: str, fault: Fault, times: int | None = None) -> None:
        """See `Faults.plan`."""
        self.faults.plan(prefix, fault, times)

    @property
    def calls(self) -> Counter[str]:
        return self.faults.calls()

    @property
    def call_count(self) -> int:
        return self.calls.total()

    def count(self, part: str) -> int:
        """Requests whose method and path contain `part`."""
        return sum(count for call, count in self.calls.items() if part in call)

    def new_session(self) -> str:
        session = secrets.token_hex(16)
        self.sessions[session] = "page"
        self.issued.append(session)
        return session

    def new_ticket(self, service: str) -> str:
        ticket = f"ST-{secrets.token_hex(12)}-sso"
        self._tickets[ticket] = service
        self.issued.append(ticket)
        return ticket

    def redeem(self, ticket: str, service: str) -> bool:
        """A ticket is good once, for the service it was made for."""
        return self._tickets.pop(ticket, None) == service

    def new_tokens(self, client_id: str) -> dict[str, Any]:
        with self._lock:
            ends = self.now() + ACCESS_LASTS
            access = _jwt({"exp": ends.timestamp(), "client_id": client_id, "jti": secrets.token_hex(8)})
            refresh = secrets.token_urlsafe(40)
            self._access[access] = ends
            self._refresh.add(refresh)
            self.issued += [access, refresh]
        return {"access_token": access, "refresh_token": refresh, "token_type": "Bearer", "expires_in": 64800}

    def spend_refresh(self, token: str) -> bool:
        with self._lock:
            known = token in self._refresh
            self._refresh.discard(token)
            return known

    def accepts(self, access: str) -> bool:
        ends = self._access.get(access)
        return ends is not None and ends > self.now()

    def revoke_access(self) -> None:
        """Access tokens end at once; refresh tokens stay good."""
        self._access.clear()

    def revoke_all(self) -> None:
        """As after a change of the password."""
        self._access.clear()
        self._refresh.clear()


def _jwt(payload: dict[str, Any]) -> str:
    parts = (json.dumps(part).encode() for part in ({"alg": "RS256", "typ": "JWT"}, payload))
    head, body = (base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
    return f"{head}.{body}.{secrets.token_urlsafe(32)}"
