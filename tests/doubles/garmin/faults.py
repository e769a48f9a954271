"""What can go wrong between Garmin and us, on demand: an ASGI layer that counts requests and spoils some of them."""

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True)
class Answer:
    """This instead of the real answer."""

    status: int
    body: str = "{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


@dataclass(frozen=True)
class Cut:
    """The connection ends in the middle of an answer."""


@dataclass(frozen=True)
class Hold:
    """No answer before `released` is set; `arrived` is set when a request waits."""

    arrived: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class Slow:
    """The real answer, after a while."""

    seconds: float


@dataclass(frozen=True)
class Changed:
    """The real answer, changed: a day told differently, an activity edited, a shape that has drifted."""

    change: Callable[[Any], Any]


Fault = Answer | Cut | Hold | Slow | Changed


def cloudflare_page(status: int = 403) -> Answer:
    return Answer(status, "<html><title>Just a moment...</title></html>", content_type="text/html; charset=UTF-8")


def malformed() -> Answer:
    return Answer(200, '{"totalSteps": 12')


class Faults:
    """Planned faults and counted requests; every method may be called from any thread.

    `chance` is asked about every request for which nothing was planned.
    """

    def __init__(self) -> None:
        self.chance: Callable[[str], Fault | None] = lambda _path: None
        self._lock = threading.Lock()
        self._planned: list[tuple[str, Fault, int | None]] = []
        self._holds: list[Hold] = []
        self._calls: list[str] = []

    def plan(self, prefix: str, fault: Fault, times: int | None = None) -> None:
        """`fault` for the next `times` requests (None: all) of paths that begin with `prefix`; in the order planned."""
        with self._lock:
            self._planned.append((prefix, fault, times))
            if isinstance(fault, Hold):
                self._holds.append(fault)

    def clear(self) -> None:
        """Nothing goes wrong any more, and nothing was counted yet."""
        with self._lock:
            self._planned.clear()
            self._calls.clear()

    def release_all(self) -> None:
        with self._lock:
            for hold in self._holds:
                hold.released.set()

    def calls(self) -> Counter[str]:
        """Requests so far by method and path."""
        with self._lock:
            return Counter(self._calls)

    def meet(self, call: str, path: str) -> Fault | None:
        """Count a request, and say what is to go wrong with it."""
        with self._lock:
            self._calls.append(call)
            for index, (prefix, fault, times) in enumerate(self._planned):
                if path.startswith(prefix):
                    if times == 1:
                        del self._planned[index]
                    elif times is not None:
                        self._planned[index] = (prefix, fault, times - 1)
                    return fault
        return self.chance(path)


class FaultLayer:
    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        fault = self._faults.meet(f"{scope['method']} {scope['path']}", scope["path"])
        if isinstance(fault, Hold):
            fault.arrived.set()
            await asyncio.to_thread(fault.released.wait)
        if isinstance(fault, Slow):
            await asyncio.sleep(fault.seconds)
        if isinstance(fault, Answer):
            headers = {"content-type": fault.content_type, **fault.headers}
            await _start(send, fault.status, headers, len(fault.body.encode()))
            await send({"type": "http.response.body", "body": fault.body.encode()})
        elif isinstance(fault, Cut):
            await _start(send, 200, {"content-type": "application/json"}, 1000)
            await send({"type": "http.response.body", "body": b'{"totalSteps":', "more_body": True})
        elif isinstance(fault, Changed):
            await self._changed(fault, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _changed(self, fault: Changed, scope: Scope, receive: Receive, send: Send) -> None:
        messages: list[Message] = []

        async def collect(message: Message) -> None:
            messages.append(message)

        await self._app(scope, receive, collect)
        real = b"".join(message.get("body", b"") for message in messages)
        body = json.dumps(fault.change(json.loads(real) if real else None)).encode()
        await _start(send, 200, {"content-type": "application/json"}, len(body))
        await send({"type": "http.response.body", "body": body})


async def _start(send: Send, status: int, headers: Mapping[str, str], length: int) -> None:
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    pairs.append((b"content-length", str(length).encode()))
    await send({"type": "http.response.start", "status": status, "headers": pairs})
