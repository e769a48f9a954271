"""The supervisor with real processes: it starts them, keeps them, and leaves nothing behind."""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from runningcoach_pipelines.ports import port_is_free
from runningcoach_pipelines.services import Service, ServiceError, require_startable
from tests.conftest import free_port
from tests.services.patience import until
from tests.services.programs import (
    DEAF,
    LIKE_DAGSTER,
    LISTEN_ON_SOCKET,
    SERVE,
    SERVE_ONCE_THEN_DIE,
    WAIT,
    Stage,
    child_in_own_session,
    is_alive,
)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path)
    yield stage
    stage.clear()


@pytest.fixture
def port() -> int:
    return free_port()


def lock_is_free(home: Path) -> bool:
    with (home / "up.lock").open("r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all_and_leaves_neither_process_nor_lock(
    stage: Stage, port: int, number: signal.Signals
) -> None:
    up = stage.up([stage.service("web", SERVE, port=port), stage.service("worker", WAIT)])
    up.until_ready()
    until(lambda: len(stage.living()) == 2)
    assert not port_is_free("127.0.0.1", port)
    assert not lock_is_free(stage.home)
    assert up.stopped_by(number) == 0
    assert stage.living() == []
    assert port_is_free("127.0.0.1", port)
    assert lock_is_free(stage.home)


def test_a_service_waits_until_what_it_needs_is_ready(stage: Stage, port: int) -> None:
    with tempfile.TemporaryDirectory() as short_path:
        code = stage.service("code", LISTEN_ON_SOCKET, socket=Path(short_path) / "socket")
        up = stage.up([stage.service("web", SERVE, port=port, needs="code"), code])
        up.until_ready()
        assert len(stage.living()) == 2
        assert (stage.home / "logs" / "code.log").read_text() == "1 started\n"
        assert up.stopped_by(signal.SIGTERM) == 0


def test_a_signal_while_services_start_stops_them_too(stage: Stage, port: int) -> None:
    up = stage.up([stage.service("web", WAIT, port=port)])
    until(stage.living)
    assert up.stopped_by(signal.SIGTERM) == 0
    assert stage.living() == []


def test_grandchildren_in_sessions_of_their_own_are_stopped(stage: Stage, port: int) -> None:
    up = stage.up([stage.service("web", child_in_own_session(WAIT) + SERVE, port=port)])
    up.until_ready()
    until(lambda: len(stage.living()) == 2)
    assert up.stopped_by(signal.SIGTERM) == 0
    assert stage.living() == []


@pytest.mark.parametrize("program", [DEAF + WAIT, child_in_own_session(DEAF + WAIT) + WAIT])
def test_a_second_signal_kills_what_does_not_listen(stage: Stage, program: str) -> None:
    up = stage.up([stage.service("worker", program)])
    up.until_ready()
    until(lambda: "waiting" in (stage.home / "logs" / "worker.log").read_text())

    def ended_by_another_signal() -> bool:
        if stage.living():
            up.process.send_signal(signal.SIGINT)
        return not stage.living()

    until(ended_by_another_signal)
    up.ended()
    assert up.process.returncode == 0


def test_a_service_that_copies_an_ignored_sigint_to_sigterm_still_stops(stage: Stage) -> None:
    background_job = lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)  # noqa: E731  # as a shell's `&` does
    up = stage.up([stage.service("worker", LIKE_DAGSTER + WAIT)], preexec=background_job)
    up.until_ready()
    until(lambda: "waiting" in (stage.home / "logs" / "worker.log").read_text())
    assert up.stopped_by(signal.SIGTERM) == 0
    assert stage.living() == []


def test_a_service_ends_with_its_killed_supervisor(stage: Stage, port: int) -> None:
    up = stage.up([stage.service("web", SERVE, port=port)])
    up.until_ready()
    up.process.kill()
    until(lambda: not stage.living())


def test_what_outlives_a_killed_supervisor_is_cleared_by_the_next(stage: Stage, port: int) -> None:
    services = [stage.service("web", child_in_own_session(WAIT) + DEAF + SERVE, port=port)]
    killed = stage.up(services)
    killed.until_ready()
    until(lambda: len(stage.living()) == 2)
    left = stage.living()
    killed.process.kill()
    killed.ended()
    assert stage.living() == left

    up = stage.up(services)
    up.until_ready()
    assert not any(is_alive(pid) for pid in left)
    until(lambda: len(stage.pids()) == 4)


def test_clearing_never_hits_a_stranger_or_another_home(stage: Stage, tmp_path: Path, port: int) -> None:
    other = Stage(tmp_path / "other")
    (tmp_path / "other").mkdir()
    neighbour = other.up([other.service("worker", WAIT)])
    neighbour.until_ready()
    until(other.living)
    stage.home.mkdir()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        for token in ("", "feedfeedfeedfeed"):
            (stage.home / "up.lock").write_text(json.dumps({"token": token, "pid": str(stranger.pid)}))
            up = stage.up([stage.service("web", SERVE, port=port)])
            up.until_ready()
            assert up.stopped_by(signal.SIGTERM) == 0
        assert stranger.poll() is None
        stranger.kill()
    assert len(other.living()) == 1
    assert neighbour.stopped_by(signal.SIGTERM) == 0


@pytest.mark.parametrize("cut_off", ["", '{"token": "fe', "[]"])
def test_a_lock_file_that_a_crash_cut_off_is_no_obstacle(stage: Stage, cut_off: str) -> None:
    stage.home.mkdir()
    (stage.home / "up.lock").write_text(cut_off)
    up = stage.up([stage.service("worker", WAIT)])
    up.until_ready()
    assert up.stopped_by(signal.SIGTERM) == 0


def test_a_killed_service_is_started_again_without_what_it_left(stage: Stage, port: int) -> None:
    up = stage.up([stage.service("web", child_in_own_session(DEAF + WAIT) + SERVE, port=port)])
    up.until_ready()
    until(lambda: len(stage.living()) == 2)
    first = stage.living()
    os.kill(first[0], signal.SIGKILL)
    until(lambda: len(stage.pids()) == 4)
    until(lambda: not port_is_free("127.0.0.1", port))
    assert not any(is_alive(pid) for pid in first)
    up.process.send_signal(signal.SIGTERM)
    until(lambda: len(stage.living()) == 1)
    up.process.kill()
    assert "web was ended by SIGKILL: it is started again in 0.5 s" in up.ended()


def test_a_service_that_keeps_dying_ends_all_with_its_name_and_log(stage: Stage, port: int) -> None:
    up = stage.up([stage.service("web", SERVE_ONCE_THEN_DIE, port=port), stage.service("worker", WAIT)])
    said = up.ended()
    assert up.process.returncode == 1
    assert "web ended with status 3 again after 3 restarts" in said
    assert "no such thing as enough" in said
    assert len(stage.pids()) == 5
    assert stage.living() == []


def test_a_service_that_dies_before_it_is_ready_ends_all_at_once(stage: Stage, port: int) -> None:
    up = stage.up([stage.service("web", "sys.exit('bad configuration')", port=port), stage.service("worker", WAIT)])
    said = up.ended()
    assert up.process.returncode == 1
    assert "web ended with status 1 while it started" in said
    assert "bad configuration" in said
    assert str(stage.home / "logs" / "web.log") in said
    assert stage.living() == []


def test_a_service_that_never_answers_ends_all(stage: Stage, port: int) -> None:
    up = stage.up([stage.service("web", WAIT, port=port)], "impatient")
    assert f"web does not answer at http://127.0.0.1:{port}/" in up.ended()
    assert up.process.returncode == 1
    assert stage.living() == []


def test_a_command_that_does_not_exist_is_named(stage: Stage) -> None:
    up = stage.up([Service(name="worker", argv=("/nowhere/program",), ready="http://127.0.0.1:1/")])
    assert "/nowhere/program cannot be run: No such file or directory" in up.ended()
    assert up.process.returncode == 1


def test_a_taken_port_is_named_with_its_setting_before_anything_starts(stage: Stage, port: int) -> None:
    services = [stage.service("worker", WAIT), stage.service("web", SERVE, port=port)]
    with socket.create_server(("127.0.0.1", port)):
        up = stage.up(services)
        said = up.ended()
    assert up.process.returncode == 1
    assert f"port {port} of web is taken" in said
    assert "RUNNINGCOACH_WEB_PORT" in said
    assert stage.pids() == []


def test_two_services_on_one_port_are_a_clear_message(stage: Stage, port: int) -> None:
    up = stage.up([stage.service("web", SERVE, port=port), stage.service("app", SERVE, port=port)])
    assert f"RUNNINGCOACH_WEB_PORT and RUNNINGCOACH_APP_PORT both name port {port}" in up.ended()
    assert up.process.returncode == 1


def test_a_second_supervisor_in_the_same_home_is_refused_and_the_first_goes_on(stage: Stage, port: int) -> None:
    up = stage.up([stage.service("web", SERVE, port=port)])
    up.until_ready()
    until(stage.living)
    second = stage.up([stage.service("worker", WAIT)])
    said = second.ended()
    assert second.process.returncode == 1
    assert f"is up already in {stage.home} (process {up.process.pid})" in said
    assert len(stage.living()) == 1
    assert up.stopped_by(signal.SIGTERM) == 0


def test_what_services_run_within_is_left_when_they_are_gone_and_not_touched_by_one_that_is_refused(
    stage: Stage, port: int
) -> None:
    up = stage.up([stage.service("web", SERVE, port=port)])
    up.until_ready()
    stage.up([stage.service("worker", WAIT)]).ended()
    assert (stage.home / "folder").is_dir()
    assert up.stopped_by(signal.SIGTERM) == 0
    assert not (stage.home / "folder").exists()


def test_one_asks_before_long_work_whether_services_could_start(stage: Stage, port: int) -> None:
    web = stage.service("web", SERVE, port=port)
    require_startable([web], home=stage.home)
    assert lock_is_free(stage.home)
    with socket.create_server(("127.0.0.1", port)), pytest.raises(ServiceError, match="RUNNINGCOACH_WEB_PORT"):
        require_startable([web], home=stage.home)
    up = stage.up([web])
    up.until_ready()
    with pytest.raises(ServiceError, match="is up already"):
        require_startable([web], home=stage.home)
    assert up.stopped_by(signal.SIGTERM) == 0


def test_a_home_that_cannot_be_made_is_named(stage: Stage) -> None:
    stage.home.write_text("not a folder")
    up = stage.up([stage.service("worker", WAIT)])
    assert "RUNNINGCOACH_HOME" in up.ended()
    assert up.process.returncode == 1


def test_what_keeping_raises_ends_all_and_is_not_hidden(stage: Stage) -> None:
    up = stage.up([stage.service("worker", WAIT)], "keep fails")
    assert "nothing to keep" in up.ended()
    assert up.process.returncode == 1
    assert stage.living() == []


def test_a_long_log_is_put_aside_and_writing_goes_on(stage: Stage) -> None:
    logs = stage.home / "logs"
    logs.mkdir(parents=True)
    (logs / "worker.log").write_bytes(b"old\n" * 2_000_000)
    up = stage.up([stage.service("worker", WAIT)])
    until(lambda: (logs / "worker.log").read_text() == "waiting\n")
    assert (logs / "worker.log.1").stat().st_size == 8_000_000
    assert up.stopped_by(signal.SIGTERM) == 0
