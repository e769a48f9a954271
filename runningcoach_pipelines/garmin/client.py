"""The library garminconnect behind a few words of ours. Its exceptions end here, as problems of ours.

Of what is private in the library, addresses and delays are set, and `_refresh_di_token` is called: its public way
to renew a token swallows the reason of a failure. The library holds a refresh token during that call only, so that
it never renews by itself, unseen and unsaved. Its own retries are off: each request is to be counted.
"""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NoReturn

from runningcoach_pipelines.garmin.addresses import GarminAddresses
from runningcoach_pipelines.garmin.problems import (
    BadPayload,
    Blocked,
    CodeRefused,
    CredentialsRefused,
    GarminProblem,
    LoginRequired,
    NotFound,
    Unavailable,
)
from runningcoach_pipelines.garmin.tokens import Tokens

if TYPE_CHECKING:
    from garminconnect import Garmin
    from requests import Response

type Json = dict[str, "Json"] | list["Json"] | str | float | bool | None
type Params = Mapping[str, str | int]

_WAYS_IN = ("mobile+cffi", "mobile+requests", "widget+cffi", "portal+cffi", "portal+requests")
"""What the library calls its login strategies, in the order it recommends."""
_NOWHERE = logging.NullHandler()
_BLOCKED = frozenset({427, 429})
_LONGEST_RETRY_AFTER = timedelta(days=7)
_LOGIN_DELAYS = tuple(f"{flow}_DELAY_{end}_S" for flow in ("MOBILE", "WIDGET", "LOGIN") for end in ("MIN", "MAX"))


@dataclass(frozen=True, slots=True)
class CodeWanted:
    """Garmin asks for a code; `state` (JSON) lets any process finish the login."""

    state: str = field(repr=False)
    code_sent_by: str


class GarminClient:
    """A connection to Garmin that keeps nothing between two calls."""

    def __init__(self, addresses: GarminAddresses) -> None:
        self._addresses = addresses
        self._garmin = _library(addresses)

    def login(self, email: str, password: str) -> Tokens | CodeWanted:
        """Try Garmin's ways in, one after another, until one leads to tokens, to a code, or to a refusal.

        Raises:
            CredentialsRefused: by Garmin, for good.
            Blocked: no way led in, and one of them met 427, 429, a Cloudflare page or nonsense.
            Unavailable: no way led in, because Garmin's sign-in is down or cannot be reached.
        """
        problems = []
        for way in _WAYS_IN:
            try:
                return self._login_by(way, email, password)
            except CredentialsRefused:
                raise
            except (Blocked, Unavailable) as problem:
                problems.append(problem)
        raise next((problem for problem in problems if isinstance(problem, Blocked)), problems[-1])

    def _login_by(self, way: str, email: str, password: str) -> Tokens | CodeWanted:
        from garminconnect import (
            GarminConnectAuthenticationError,
            GarminConnectConnectionError,
            GarminConnectTooManyRequestsError,
        )

        client = self._garmin.client
        # The library tries all ways by itself, but then tells of the last failure only: a 429 could go unnoticed.
        client.skip_strategies = set(_WAYS_IN) - {way}
        # Not `from error`: the frames of the library's exceptions hold the password.
        try:
            wanted, state = client.login(email, password, return_on_mfa=True)
        except GarminConnectAuthenticationError as error:
            raise _refused_login(str(error)) from None
        except GarminConnectTooManyRequestsError:
            raise Blocked("Garmin answers the login with 429 or 427") from None
        except GarminConnectConnectionError as error:
            raise _failed_login(str(error)) from None
        if wanted is not None:
            return CodeWanted(json.dumps(state), str(state["method"] or "email"))
        return self._taken_tokens()

    def finish_login(self, state: str, code: str) -> Tokens:
        """Complete what `login` began, here or in another process.

        Raises:
            CodeRefused: the code is wrong; another may be tried.
            LoginRequired: Garmin cannot go on from `state`.
            Blocked, Unavailable: as of `login`.
        """
        from garminconnect import (
            GarminConnectAuthenticationError,
            GarminConnectConnectionError,
            GarminConnectTooManyRequestsError,
        )

        try:
            self._garmin.client.resume_login(json.loads(state), code)
        except GarminConnectAuthenticationError as error:
            raise _refused_code(str(error)) from None
        except GarminConnectTooManyRequestsError:
            raise Blocked("Garmin answers the MFA code with 429 or 427") from None
        except GarminConnectConnectionError as error:
            raise _failed_login(str(error)) from None
        except _network_errors():
            raise Unavailable("Garmin's sign-in cannot be reached: check the network and send the code again") from None
        return self._taken_tokens()

    def refresh(self, tokens: Tokens) -> Tokens:
        """New tokens for old ones, which may be worthless from then on.

        Raises:
            LoginRequired: Garmin refuses the refresh token.
            Blocked, Unavailable, BadPayload.
        """
        from garminconnect import GarminConnectAuthenticationError

        client = self._garmin.client
        client.di_token, client.di_refresh_token, client.di_client_id = tokens.access, tokens.refresh, tokens.client_id
        try:
            client._refresh_di_token()
            return self._taken_tokens()
        except GarminConnectAuthenticationError as error:
            raise _refused_refresh(_status_in(str(error))) from None
        except _network_errors() as error:
            raise Unavailable(f"Garmin's token server cannot be reached: {_short(error)}") from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BadPayload("Garmin's token server answered something that is no token: try again later") from None
        finally:
            self._drop_tokens()

    def get(self, tokens: Tokens, path: str, params: Params | None = None) -> Json:
        """What Garmin has at `path`; an empty dictionary for 204 (nothing on that day).

        Raises:
            LoginRequired: the access token is refused.
            Blocked, NotFound, Unavailable, BadPayload.
        """
        with self._asking(tokens, path):
            answer: Json = self._garmin.connectapi(path, params=dict(params or {}), timeout=self._addresses.timeout_s)
        return answer

    def download(self, tokens: Tokens, path: str) -> bytes:
        """The bytes at `path`. Raises as `get` does."""
        with self._asking(tokens, path):
            content: bytes = self._garmin.download(path, timeout=self._addresses.timeout_s)
        return content

    @contextmanager
    def _asking(self, tokens: Tokens, path: str) -> Iterator[None]:
        from garminconnect import (
            GarminConnectAuthenticationError,
            GarminConnectConnectionError,
            GarminConnectNotFoundError,
            GarminConnectTooManyRequestsError,
        )

        self._garmin.client.di_token, self._garmin.client.di_client_id = tokens.access, tokens.client_id
        try:
            yield
        except GarminConnectAuthenticationError as error:
            raise LoginRequired(f"Garmin refuses the access token (401 for {path})") from error
        except GarminConnectTooManyRequestsError as error:
            raise Blocked(f"Garmin answered 429 (too many requests) for {path}", _retry_after(error)) from error
        except GarminConnectNotFoundError as error:
            raise NotFound(f"Garmin has nothing at {path} (404)") from error
        except GarminConnectConnectionError as error:
            _raise_translated(error, path)
        finally:
            self._drop_tokens()

    def _taken_tokens(self) -> Tokens:
        """The tokens that the library has just got; it keeps none."""
        client = self._garmin.client
        access, refresh, client_id = client.di_token, client.di_refresh_token, client.di_client_id
        self._drop_tokens()
        if not (isinstance(access, str) and isinstance(refresh, str) and isinstance(client_id, str)):
            # The library then holds a cookie of the web site, which cannot be renewed.
            raise Blocked("Garmin let us in but gave no tokens that last")
        return Tokens(access, refresh, client_id)

    def _drop_tokens(self) -> None:
        client = self._garmin.client
        client.di_token = client.di_refresh_token = client.di_client_id = client.jwt_web = None


def _library(addresses: GarminAddresses) -> "Garmin":
    from garminconnect import Garmin
    from garminconnect.client import constants, sso

    _hush()
    garmin = Garmin(retry_attempts=0)
    client = garmin.client
    client._sso, client._connect, client._connectapi = addresses.sso, addresses.connect, addresses.api
    client._di_token_url = f"{addresses.auth}/di-oauth2-service/oauth/token"
    client._ios_service_url = f"{addresses.mobile}/gcm/ios"
    client._mobile_sso_service_url = f"{addresses.mobile}/gcm/android"
    client._portal_service_url = f"{addresses.connect}/app"
    for name in _LOGIN_DELAYS:
        setattr(sso, name, getattr(constants, name) if addresses.human_pauses else 0.0)
    return garmin


def _hush() -> None:
    """The library is silent on a terminal unless logging is set up, and never says what it says at DEBUG: answers of
    the token server would be in it.
    """
    for name, logger in list(logging.root.manager.loggerDict.items()):
        if name.split(".")[0] == "garminconnect" and isinstance(logger, logging.Logger):
            logger.addFilter(_above_debug)
            logger.addHandler(_NOWHERE)


def _above_debug(record: logging.LogRecord) -> bool:
    return record.levelno > logging.DEBUG


def _refused_login(message: str) -> GarminProblem:
    if "JWT_WEB" in message:
        return Blocked("Garmin let us in but gave no tokens that last")
    return CredentialsRefused("Garmin refused e-mail or password, or has locked the account")


def _failed_login(message: str) -> GarminProblem:
    """The library's message ends with what the way in has met: an exception of its own, or one of the network."""
    last = message.partition("exhausted: ")[2]
    if "token rejected" in message:
        return Blocked("Garmin let us in, but its data servers refuse the tokens it gave")
    if last and not last.startswith("GarminConnect"):
        return Unavailable("Garmin's sign-in cannot be reached: check the network and try again", passing=False)
    status = _status_in(last) or 0
    if status >= 500:
        return Unavailable(f"Garmin's sign-in is out of order (HTTP {status}): try again later", passing=False)
    return Blocked(f"Garmin blocks the login ({f'HTTP {status}' if status >= 400 else 'no answer that we understand'})")


def _refused_code(message: str) -> GarminProblem:
    if "client_state" in message:
        return LoginRequired("the login that waited for a code cannot be taken up again: begin anew")
    if "JWT_WEB" in message:
        return _refused_login(message)
    if "verification failed" in message:
        statuses = {int(status) for status in re.findall(r"HTTP (\d{3})", message)}
        if statuses & {403, *_BLOCKED} or "429 in JSON" in message:
            return Blocked("Garmin blocks the MFA code")
        if message.count("connection error") + len(re.findall(r"HTTP 5\d\d", message)) >= 2:
            return Unavailable("Garmin's sign-in is out of order: send the same code again", passing=False)
    return CodeRefused("Garmin did not accept the code")


def _refused_refresh(status: int | None) -> GarminProblem:
    if status in _BLOCKED or status == 403:
        return Blocked(f"Garmin's token server answered {status}")
    if status is not None and status >= 500:
        return Unavailable(f"Garmin's token server is out of order (HTTP {status}): try again later")
    return LoginRequired(f"the refresh token was refused with {status or 'no status'}")


def _raise_translated(error: Exception, path: str) -> NoReturn:
    """A failed data request that is neither 401, 404 nor 429."""
    response: Response | None = getattr(error, "response", None)
    if response is not None:
        status = response.status_code
        challenged = "cf-mitigated" in response.headers
        if status in _BLOCKED or challenged or (status == 403 and "html" in response.headers.get("content-type", "")):
            raise Blocked(f"Garmin answered {status} (a block) for {path}", _retry_after(error)) from error
        if status >= 500:
            raise Unavailable(f"Garmin is out of order (HTTP {status} for {path}): try again later") from error
        raise Unavailable(f"Garmin refuses {path} (HTTP {status})", passing=False) from error
    causes = list(_causes(error))
    if any(isinstance(cause, json.JSONDecodeError) for cause in causes):
        raise BadPayload(f"Garmin answered {path} with something that is not JSON") from error
    if any(isinstance(cause, _network_errors()) for cause in causes):
        raise Unavailable(f"Garmin did not answer {path}: {_short(causes[-1])}") from error
    raise Unavailable(f"Garmin could not be asked for {path}: {_short(error)}", passing=False) from error


def _retry_after(error: BaseException) -> timedelta | None:
    """What the answer's Retry-After says, in seconds or as a date by the server's own clock."""
    for cause in _causes(error):
        response = getattr(cause, "response", None)
        if response is not None and "retry-after" in response.headers:
            return _wait_named(response.headers["retry-after"], response.headers.get("date"))
    return None


def _wait_named(text: str, server_date: str | None) -> timedelta | None:
    try:
        if text.strip().isdecimal():
            wait = timedelta(seconds=min(int(text), _LONGEST_RETRY_AFTER.total_seconds()))
        elif server_date is not None:
            wait = parsedate_to_datetime(text) - parsedate_to_datetime(server_date)
        else:
            return None
    except (ValueError, TypeError):
        return None
    return min(max(wait, timedelta(0)), _LONGEST_RETRY_AFTER)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _network_errors() -> tuple[type[Exception], ...]:
    from curl_cffi.requests.exceptions import RequestException as CurlError
    from requests import RequestException

    return RequestException, CurlError


def _status_in(message: str) -> int | None:
    found = re.search(r"(?:HTTP|returned|failed:|API Error) (\d{3})\b", message)
    return int(found[1]) if found else None


def _short(error: BaseException) -> str:
    return type(error).__name__
