"""What a service is: a command, its port and how to tell that it is up."""

from collections.abc import Mapping
from dataclasses import dataclass, field


class ServiceError(RuntimeError):
    """A service cannot be started or kept running; the message names it, the cause and the remedy."""


@dataclass(frozen=True, slots=True)
class Service:
    """One child process of `runningcoach up`."""

    name: str
    """Shown in messages; its log is `logs/<name>.log` in the home folder."""

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    """Added to our own environment."""

    host: str = "127.0.0.1"
    port: int | None = None
    """Where it will listen; None if it does not."""

    port_setting: str = ""
    """Name of the setting that changes the port, for the message when it is taken."""

    ready: str | None = None
    """`http://` URL that answers 200 once the service is up, or `unix:` and the path of a socket that takes
    connections then; None if running is all there is to see."""

    needs: tuple[str, ...] = ()
    """Names of services that must be ready before this one is started for the first time."""
