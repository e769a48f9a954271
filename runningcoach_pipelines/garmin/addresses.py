"""Where Garmin is reached and how patiently: all that a loopback Garmin replaces."""

from dataclasses import dataclass
from typing import Self

from runningcoach_pipelines.settings import Settings


@dataclass(frozen=True, slots=True)
class GarminAddresses:
    """Base addresses of Garmin's servers, and the delays on the way to them.

    `human_pauses`: wait between loading a sign-in page and sending it, as a person would; Cloudflare looks at that.
    `retry_waits_s`: the waits before a failed request is sent again, one for each further try.
    """

    sso: str = "https://sso.garmin.com"
    connect: str = "https://connect.garmin.com"
    api: str = "https://connectapi.garmin.com"
    auth: str = "https://diauth.garmin.com"
    mobile: str = "https://mobile.integration.garmin.com"
    human_pauses: bool = True
    retry_waits_s: tuple[float, ...] = (1.0, 3.0, 9.0)
    timeout_s: float = 20.0

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls() if settings.garmin_url is None else cls.at(settings.garmin_url)

    @classmethod
    def at(cls, url: str, *, timeout_s: float = 20.0) -> Self:
        """One server that is all of Garmin, without delays."""
        url = url.rstrip("/")
        return cls(url, url, url, url, url, human_pauses=False, retry_waits_s=(0.0, 0.0, 0.0), timeout_s=timeout_s)
