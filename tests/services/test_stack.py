"""The services of `runningcoach up`, as the settings describe them."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runningcoach_pipelines.services import Service, ServiceError
from runningcoach_pipelines.services.stack import socket_folder, up_services
from runningcoach_pipelines.settings import PROJECT_ROOT, Settings

URL = "postgresql://runningcoach:secret@127.0.0.1:55432/runningcoach"


@pytest.fixture(autouse=True)
def short_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield


def stack(tmp_path: Path, **settings: Any) -> dict[str, Service]:
    return {service.name: service for service in up_services(Settings(home=tmp_path / "home", **settings), URL)}


def test_each_port_belongs_to_its_setting(tmp_path: Path) -> None:
    services = stack(tmp_path, dagster_port=3100, app_port=8600)
    ports = {name: (service.port, service.port_setting) for name, service in services.items()}
    assert ports == {
        "dagster-code": (None, ""),
        "dagster-webserver": (3100, "RUNNINGCOACH_DAGSTER_PORT"),
        "dagster-daemon": (None, ""),
        "app": (8600, "RUNNINGCOACH_APP_PORT"),
    }


@pytest.mark.parametrize(
    ("host", "probed"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),  # noqa: S104  # nothing is bound
        ("::", "[::1]"),
        ("::1", "[::1]"),
    ],
)
def test_readiness_is_asked_where_the_service_listens(tmp_path: Path, host: str, probed: str) -> None:
    services = stack(tmp_path, host=host)
    assert services["app"].ready == f"http://{probed}:8501/_stcore/health"
    assert services["dagster-webserver"].ready == f"http://{probed}:3000/server_info"
    assert all(host in service.argv for name, service in services.items() if service.port)


def test_children_use_the_database_and_home_of_their_parent(tmp_path: Path) -> None:
    for service in stack(tmp_path, athlete="ana").values():
        assert service.env["DATABASE_URL"] == URL
        assert service.env["DAGSTER_POSTGRES_URL"].startswith("postgresql+psycopg2://runningcoach:secret@")
        assert service.env["RUNNINGCOACH_HOME"] == str(tmp_path / "home")
        assert service.env["RUNNINGCOACH_ATHLETE"] == "ana"


def test_dagsters_home_holds_the_projects_configuration(tmp_path: Path) -> None:
    environment = stack(tmp_path)["dagster-daemon"].env
    installed = Path(environment["DAGSTER_HOME"]) / "dagster.yaml"
    assert installed.read_text() == (PROJECT_ROOT / "dagster.yaml").read_text()


def test_ui_and_daemon_share_one_code_server_under_the_name_that_dagster_dev_uses(tmp_path: Path) -> None:
    services = stack(tmp_path)
    assert services["dagster-code"].ready is not None
    socket = services["dagster-code"].ready.removeprefix("unix:")
    for name in ("dagster-webserver", "dagster-daemon"):
        workspace = Path(services[name].argv[services[name].argv.index("-w") + 1])
        assert workspace.parent == tmp_path / "home" / "dagster"
        (location,) = json.loads(workspace.read_text())["load_from"]
        assert location == {"grpc_server": {"socket": socket, "location_name": "runningcoach"}}
        assert services[name].needs == ("dagster-code",)
    assert "location_name: runningcoach\n" in (PROJECT_ROOT / "workspace.yaml").read_text()


def test_the_code_server_listens_where_only_we_can_enter(tmp_path: Path) -> None:
    home = tmp_path / "a long and 긴 path" / ("x" * 120)
    ready = stack(home)["dagster-code"].ready
    assert ready is not None
    socket = Path(ready.removeprefix("unix:"))
    assert len(str(socket)) < 107
    with socket_folder(Settings(home=home / "home")) as folder:
        assert folder == socket.parent
        assert folder.stat().st_mode & 0o777 == 0o700
        socket.touch()
    assert list(Path(tempfile.gettempdir()).iterdir()) == []


def test_a_folder_that_others_may_enter_is_refused_and_left_alone(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with socket_folder(settings) as folder:
        folder.chmod(0o755)
        with pytest.raises(ServiceError, match="does not belong to you alone"), socket_folder(settings):
            pass
        assert folder.is_dir()


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("not a folder")
    with pytest.raises(ServiceError, match="home/dagster"):
        stack(tmp_path)
