"""Commands run in this process, through the same entry point as on a terminal."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from runningcoach_pipelines.cli.main import run
from runningcoach_pipelines.settings import Settings


@dataclass(frozen=True)
class Outcome:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Command = Callable[..., Outcome]


@pytest.fixture
def command(settings: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    """Call it with the arguments of `runningcoach`; it works on the test's own database and folder."""
    assert settings.database_url is not None
    monkeypatch.setenv("DATABASE_URL", settings.database_url.get_secret_value())
    monkeypatch.setenv("RUNNINGCOACH_HOME", str(settings.home))
    monkeypatch.setenv("COLUMNS", "200")

    def call(*arguments: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["runningcoach", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            run()
        captured = capfd.readouterr()
        status = end.value.code
        return Outcome(status if isinstance(status, int) else 0 if status is None else 1, captured.out, captured.err)

    return call
