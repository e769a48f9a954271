"""What can be wrong with Garmin Connect. Every message says what was tried, why it failed, and what to do."""

import datetime as dt


class GarminProblem(RuntimeError):
    """Garmin did not give what it was asked for."""


class LoginRequired(GarminProblem):
    """There are no tokens, or Garmin refuses them, or it refused e-mail and password: somebody must log in."""


class MfaRequired(GarminProblem):
    """Garmin has sent a code and waits for it."""


class RateLimited(GarminProblem):
    """Nothing may be asked before `retry_at`: Garmin has blocked us, or our own budget is spent."""

    def __init__(self, message: str, retry_at: dt.datetime) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class BudgetSpent(RateLimited):
    """Our own budget is spent until `retry_at`; Garmin has not complained."""


class AccountBusy(GarminProblem):
    """Another process fetches for this account."""


class NotFound(GarminProblem):
    """Garmin does not have it: deleted, or never there."""


class Unavailable(GarminProblem):
    """Garmin, or the way to it, is out of order. `passing`: the same request may well succeed in a moment."""

    def __init__(self, message: str, *, passing: bool = True) -> None:
        super().__init__(message)
        self.passing = passing


class BadPayload(GarminProblem):
    """An answer that is not what it should be."""


class Blocked(GarminProblem):
    """Garmin wants no more requests: 427, 429 or a Cloudflare page. The gate turns it into `RateLimited`."""

    def __init__(self, message: str, retry_after: dt.timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class CredentialsRefused(Blocked):
    """Garmin refused e-mail and password; asking again soon may lock the account."""


class CodeRefused(GarminProblem):
    """Garmin did not accept an MFA code; it still waits for the right one."""
