"""Serving the demo athlete's Garmin on loopback."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp

from runningcoach_pipelines.demo.garmin.account import DemoAccount
from runningcoach_pipelines.demo.garmin.data import data
from runningcoach_pipelines.demo.garmin.sso import pages, token_server, widget


@contextmanager
def serving[Account: DemoAccount](
    account: Account,
    *parts: Callable[[Account], APIRouter],
    around: Callable[[ASGIApp], ASGIApp] = lambda app: app,
    port: int = 0,
) -> Iterator[Account]:
    """Serve the account in a thread until the block ends; `account.url` says where. `parts` answer before the data of
    the demo athlete; `around` wraps the application.
    """
    app = FastAPI(openapi_url=None)
    for part in (*parts, pages, widget, token_server, data):
        app.include_router(part(account))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", port))
        listening.listen()  # from here on clients connect, and wait until the server is up
        account.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        # httptools takes curl's `Upgrade: h2c` for a reason to drop the body.
        config = uvicorn.Config(
            around(app),
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
            yield account
        finally:
            server.should_exit = True
            thread.join()
