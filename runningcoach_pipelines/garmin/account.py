"""An athlete's account at Garmin Connect, as everything downstream asks it."""

from collections.abc import Callable
from urllib.parse import quote

from sqlalchemy import Engine

from runningcoach_pipelines.garmin.addresses import GarminAddresses
from runningcoach_pipelines.garmin.client import GarminClient, Json, Params
from runningcoach_pipelines.garmin.clock import Clock
from runningcoach_pipelines.garmin.gate import Gate
from runningcoach_pipelines.garmin.problems import BadPayload, LoginRequired, Unavailable
from runningcoach_pipelines.garmin.tokens import Tokens, TokenStore
from runningcoach_pipelines.settings import Settings
from runningcoach_pipelines.store.keyring import Keyring

_PROFILE = "/userprofile-service/socialProfile"


class GarminAccount:
    """Asks with stored tokens and never logs in. Making one sends nothing.

    Args:
        clock, addresses: real time and the real Garmin, unless the settings name a loopback one.
    """

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        athlete_id: str,
        *,
        clock: Clock | None = None,
        addresses: GarminAddresses | None = None,
    ) -> None:
        self.clock = clock or Clock.of(settings)
        self._addresses = addresses or GarminAddresses.of(settings)
        self.token_store = TokenStore(engine, Keyring(settings), athlete_id, garmin=self._addresses.api)
        self.gate = Gate(engine, settings, self.clock)
        self.client = GarminClient(self._addresses)
        self.athlete_id = athlete_id
        self._tokens: Tokens | None = None

    def require_login(self) -> None:
        """Raise LoginRequired unless there are tokens that Garmin has not refused. Nothing is sent."""
        self.token_store.tokens()

    def get(self, path: str, params: Params | None = None) -> Json:
        """What Garmin has at `path` of its API; an empty dictionary where it has nothing (204).

        Raises:
            LoginRequired: not logged in, or no longer; nothing is sent until somebody logs in.
            RateLimited: Garmin has blocked us, or our budget is spent; nothing is sent before `retry_at`.
            NotFound: there is no such thing.
            Unavailable: Garmin was down, cut the connection or did not answer, four times in a row.
            BadPayload: the answer is not JSON.
        """
        return self._answered(lambda tokens: self.client.get(tokens, path, params))

    def download(self, path: str) -> bytes:
        """The bytes at `path`, such as the ZIP around a FIT file. Raises as `get` does."""
        return self._answered(lambda tokens: self.client.download(tokens, path))

    @property
    def display_name(self) -> str:
        """Garmin's name of the account, quoted for a path; asked for once and then stored. Raises as `get` does."""
        account = self.token_store.account()
        name = account.display_name if account else None
        if name is None:
            name = self.load_profile()
        return quote(name, safe="")

    def load_profile(self) -> str:
        """Ask for the account's names, store them, and give Garmin's own."""
        profile = self.get(_PROFILE)
        name = profile.get("displayName") if isinstance(profile, dict) else None
        if not isinstance(profile, dict) or not isinstance(name, str) or not name.strip():
            raise BadPayload("the profile at Garmin has no displayName: log in at connect.garmin.com and set one up")
        full_name = profile.get("fullName")
        self.token_store.save_names(name, full_name if isinstance(full_name, str) else None)
        return name

    def _answered[Answer](self, ask: Callable[[Tokens], Answer]) -> Answer:
        """Ask again where that may help: renewed tokens after a 401, patience with a server that is down."""
        tokens = self._usable_tokens()
        try:
            return self._patiently(lambda: ask(tokens))
        except LoginRequired:
            tokens = self._renewed(tokens)
        try:
            return self._patiently(lambda: ask(tokens))
        except LoginRequired as refused:
            self._tokens = None
            with self.token_store.alone() as connection:
                if self.token_store.tokens(connection) == tokens:
                    self.token_store.mark_refused(connection, "its data servers refuse renewed tokens")
            raise LoginRequired(
                f"Garmin refuses tokens that it has just renewed: run `runningcoach login garmin --athlete "
                f"{self.athlete_id}`"
            ) from refused

    def _patiently[Answer](self, ask: Callable[[], Answer]) -> Answer:
        for wait_s in self._addresses.retry_waits_s:
            try:
                with self.gate.call():
                    return ask()
            except Unavailable as problem:
                if not problem.passing:
                    raise
                self.clock.sleep(wait_s)
        with self.gate.call():
            return ask()

    def _usable_tokens(self) -> Tokens:
        """Tokens that will not end within the next minutes."""
        tokens = self._tokens or self.token_store.tokens()
        if tokens.expires_soon(self.clock.now()):
            tokens = self._renewed(tokens)
        self._tokens = tokens
        return tokens

    def _renewed(self, tokens: Tokens) -> Tokens:
        """Newer tokens than `tokens`, saved: those another process got meanwhile, or new ones from Garmin.

        A refresh token may be good for one use. So one process asks at a time, and saves before it does anything
        else.
        """
        refused: LoginRequired | None = None
        with self.token_store.alone() as connection:
            stored = self.token_store.tokens(connection)
            if stored != tokens and not stored.expires_soon(self.clock.now()):
                self._tokens = stored
                return stored
            try:
                new = self._patiently(lambda: self.client.refresh(stored))
            except LoginRequired as problem:
                refused = problem
                self.token_store.mark_refused(connection, str(problem))
            else:
                self.token_store.save_renewed(connection, new, self.clock.now())
        if refused is not None:
            self._tokens = None
            raise LoginRequired(
                f"Garmin no longer accepts the login of {self.athlete_id!r} ({refused}): run `runningcoach login "
                f"garmin --athlete {self.athlete_id}`"
            ) from refused
        self._tokens = new
        return new
