"""Serving the loopback Garmin."""

import datetime as dt
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import APIRouter, FastAPI

from tests.doubles.garmin.data import data
from tests.doubles.garmin.faults import FaultLayer
from tests.doubles.garmin.sso import pages, token_server, widget
from tests.doubles.garmin.state import GarminDouble


@contextmanager
def loopback_garmin(
    now: Callable[[], dt.datetime], *parts: Callable[[GarminDouble], APIRouter]
) -> Iterator[GarminDouble]:
    """Serve until the block ends. Tokens end by `now`. `parts` answer before the data that is always there."""
    garmin = GarminDouble(now)
    app = FastAPI(openapi_url=None)
    for part in (*parts, pages, widget, token_server, data):
        app.include_router(part(garmin))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()  # from here on clients connect, and wait until the server is up
        garmin.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        # httptools takes curl's `Upgrade: h2c` for a reason to drop the body.
        config = uvicorn.Config(
            FaultLayer(app, garmin.faults),
            http="h11",
            lifespan="off",
            log_config=None,
            log_level="critical",
            date_header=False,
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="garmin", daemon=True)
        thread.start()
        try:
            yield garmin
        finally:
            garmin.faults.release_all()
            server.should_exit = True
            thread.join()
