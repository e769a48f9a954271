"""The one account that the loopback Garmin knows: its password, tickets and tokens, and whose history it holds."""

import base64
import datetime as dt
import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from runningcoach_pipelines.demo.garmin.athlete import GarminAthlete

EMAIL = "runner@example.org"
PASSWORD = "korrekt-Pferd-Batterie"  # noqa: S105 - of an invented account
CODE = "482913"
DISPLAY_NAME = "5f0c1d2e-runner"
FULL_NAME = "Mina Läufer"
ACCESS_LASTS = dt.timedelta(hours=18)


@dataclass
class DemoAccount:
    """A refresh token is good for one use, as with the strictest of servers. Tokens end by `now`."""

    now: Callable[[], dt.datetime]
    athlete: GarminAthlete
    url: str = ""
    mfa: bool = False
    sessions: dict[str, str] = field(default_factory=dict)
    issued: list[str] = field(default_factory=list)
    _tickets: dict[str, str] = field(default_factory=dict)
    _access: dict[str, dt.datetime] = field(default_factory=dict)
    _refresh: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

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
