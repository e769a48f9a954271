"""FIT decoding, measured: ours against fitdecode, fitfast and pyroparse on the same files in the same process.

    uv run --group bench python -m bench.fit [FOLDER] [--passes 5]

FOLDER holds FIT files (default: ../shared/fit beside the checkout, else files of the demo athlete). Of them, the
running activities of at least 500 records are measured. All times are CPU time of the process (`process_time`, so
threads count), the median of the passes for each file; in each pass the decoders take turns file by file. A file that
a peer can't read is left out of that peer's comparison, and named. Ours checks CRCs throughout. Results of peers stay
what they return (dicts, numpy columns, Arrow); ours end in Polars frames. fitfast and pyroparse choose their record
columns themselves, so ours is also measured with all record columns.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import importlib.metadata
import platform
import statistics
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from runningcoach_pipelines.fit import FitDecodeError, crc, decode, framing
from runningcoach_pipelines.fit.scan import MessageIndex, scan

RECORD_FIELDS = (
    "timestamp",
    "position_lat",
    "position_long",
    "heart_rate",
    "cadence",
    "enhanced_speed",
    "enhanced_altitude",
    "power",
    "distance",
)
FEWEST_RECORDS = 500
FEWEST_MESSAGES_FOR_EACH_FILE = 1000
_DEMO_FILES = 20
_SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "fit"


@dataclass(frozen=True)
class Recording:
    name: str
    data: bytes
    records: int
    messages: int


@dataclass
class Contender:
    """One way to decode a file, with the CPU seconds it took by file and pass."""

    name: str
    read: Callable[[bytes], object]
    seconds: dict[str, list[float]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def run(self, recording: Recording) -> None:
        if recording.name in self.failures:
            return
        start = time.process_time()
        try:
            result = self.read(recording.data)
        except Exception as error:  # a peer may raise anything; what it can't read is reported, not hidden
            self.failures[recording.name] = f"{type(error).__name__}: {str(error)[:80]}"
            self.seconds.pop(recording.name, None)
            return
        self.seconds.setdefault(recording.name, []).append(time.process_time() - start)
        del result

    def median(self, name: str) -> float:
        return statistics.median(self.seconds[name])


def recordings(folder: Path | None) -> list[Recording]:
    """The running activities of at least FEWEST_RECORDS records."""
    found = []
    for name, data in _files(folder):
        try:
            fit = decode(data)
        except FitDecodeError:
            continue
        record, session = fit.messages.get("record"), fit.messages.get("session")
        sports = set() if session is None or "sport" not in session else set(session["sport"])
        if record is not None and record.height >= FEWEST_RECORDS and "running" in sports:
            found.append(Recording(name, data, record.height, sum(f.height for f in fit.messages.values())))
    return found


def _files(folder: Path | None) -> Iterator[tuple[str, bytes]]:
    if folder is None and _SHARED.is_dir():
        folder = _SHARED
    if folder is not None:
        for path in sorted(folder.glob("*.[fF][iI][tT]")):
            yield path.name, path.read_bytes()
        return
    from runningcoach_pipelines.demo.history import iter_history

    for count, file in enumerate(iter_history(seed=1, years=1, until=dt.date(2025, 6, 1))):
        if count == _DEMO_FILES:
            return
        yield file.name, file.data


def ours_record_fields(data: bytes) -> object:
    return decode(data, messages={"record": RECORD_FIELDS}).messages["record"]


def fitdecode_record_fields(data: bytes, **options: Any) -> object:
    import fitdecode

    columns: dict[str, list[Any]] = {name: [] for name in RECORD_FIELDS}
    with fitdecode.FitReader(data, **options) as reader:
        for frame in reader:
            if frame.frame_type == fitdecode.FIT_FRAME_DATA and frame.name == "record":
                for name, values in columns.items():
                    values.append(frame.get_value(name, fallback=None))
    return columns


def fitdecode_all(data: bytes) -> object:
    import fitdecode

    messages: dict[str, list[dict[str, Any]]] = {}
    with fitdecode.FitReader(data) as reader:
        for frame in reader:
            if frame.frame_type == fitdecode.FIT_FRAME_DATA:
                messages.setdefault(frame.name, []).append({each.name: each.value for each in frame.fields})
    return messages


def record_contenders() -> list[Contender]:
    import fitdecode

    lean = {"check_crc": fitdecode.CrcCheck.DISABLED, "processor": None}
    contenders = [
        Contender("ours", ours_record_fields),
        Contender("ours, all record columns", lambda data: decode(data, messages=["record"])),
        Contender("fitdecode, default", fitdecode_record_fields),
        Contender("fitdecode, no CRC, no processor", lambda data: fitdecode_record_fields(data, **lean)),
    ]
    try:
        import fitfast

        contenders.append(Contender("fitfast.records", fitfast.records))
    except ImportError:
        print("fitfast is not installed (uv sync --group bench)")
    try:
        import pyroparse

        contenders.append(Contender("pyroparse.read_fit", pyroparse.read_fit))
    except ImportError:
        print("pyroparse is not installed (uv sync --group bench)")
    return contenders


def all_contenders() -> list[Contender]:
    contenders = [Contender("ours, every message to Polars", decode), Contender("fitdecode, default", fitdecode_all)]
    try:
        import fitfast

        contenders.append(Contender("fitfast.parse", fitfast.parse))
    except ImportError:
        pass
    return contenders


def measure(contenders: Sequence[Contender], files: Sequence[Recording], passes: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for recording in files:
            for contender in contenders[:1]:
                contender.read(recording.data)  # warm: plans are compiled once per device, not per file
        for _ in range(passes):
            for recording in files:
                for contender in contenders:
                    gc.collect()
                    contender.run(recording)


def report(title: str, contenders: Sequence[Contender], files: Sequence[Recording]) -> None:
    ours, *peers = contenders
    size = sum(len(each.data) for each in files)
    records = sum(each.records for each in files)
    total = sum(ours.median(each.name) for each in files)
    print(f"\n### {title}\n")
    print("| decoder | files | CPU ms | MB/s | records/s | median ms | slower than ours: total | median | range |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|---|")
    middle = statistics.median(ours.median(each.name) for each in files) * 1e3
    print(
        f"| **{ours.name}** | {len(files)} | {total * 1e3:.1f} | {size / total / 1e6:.1f} | {records / total:,.0f} "
        f"| {middle:.2f} | 1 | 1 | |"
    )
    for peer in peers:
        _report_peer(ours, peer, files)
    for peer in contenders:
        for name, cause in peer.failures.items():
            print(f"\n{peer.name} left out {name}: {cause}")


def _report_peer(ours: Contender, peer: Contender, files: Sequence[Recording]) -> None:
    read = [each for each in files if each.name in peer.seconds]
    if not read:
        return
    theirs = [peer.median(each.name) for each in read]
    mine = [ours.median(each.name) for each in read]
    ratios = sorted(t / m for t, m in zip(theirs, mine, strict=True))
    large = [
        t / m for t, m, each in zip(theirs, mine, read, strict=True) if each.messages >= FEWEST_MESSAGES_FOR_EACH_FILE
    ]
    size, records = sum(len(each.data) for each in read), sum(each.records for each in read)
    print(
        f"| {peer.name} | {len(read)} | {sum(theirs) * 1e3:.1f} | {size / sum(theirs) / 1e6:.2f} "
        f"| {records / sum(theirs):,.0f} | {statistics.median(theirs) * 1e3:.2f} | {sum(theirs) / sum(mine):.1f}x "
        f"| {statistics.median(ratios):.1f}x | {ratios[0]:.1f}–{ratios[-1]:.1f}x "
        f"(≥ {FEWEST_MESSAGES_FOR_EACH_FILE} messages: {min(large, default=float('nan')):.1f}x) |"
    )


def stages(files: Sequence[Recording], passes: int) -> None:
    """CPU ms of the steps of ours over all files, and the floor that no decoder of these bytes can go below."""
    steps: dict[str, Callable[[bytes], object]] = {
        "copy of the bytes (stands for reading)": bytearray,
        "CRC": crc.crc16,
        "gather and raw copies of the record fields": _gather_records,
        "scan": _scan,
        "record fields to Polars, whole": ours_record_fields,
        "every message to Polars, whole": decode,
    }
    prepared = {each.name: _scan(each.data) for each in files}
    milliseconds = {}
    for name, step in steps.items():
        per_file = []
        for each in files:
            argument: Any = (each.data, prepared[each.name]) if step is _gather_records else each.data
            taken = []
            for _ in range(passes):
                start = time.process_time()
                step(argument)
                taken.append(time.process_time() - start)
            per_file.append(statistics.median(taken))
        milliseconds[name] = sum(per_file) * 1e3
    print("\n### Stages\n\n| step | CPU ms |\n|---|--:|")
    for name, taken in milliseconds.items():
        print(f"| {name} | {taken:.2f} |")
    floor = sum(list(milliseconds.values())[:3])
    whole = milliseconds["record fields to Polars, whole"]
    print(f"\nPhysical floor (copy, CRC, gather, raw copies): {floor:.2f} ms; ours is {whole / floor:.1f}x above it.")


def _scan(data: bytes) -> MessageIndex:
    index = MessageIndex()
    found, _ = framing.segments(data, 0, len(data), check_crc=False)
    for segment in found:
        scan(data, segment, index)
    return index


def _gather_records(argument: tuple[bytes, MessageIndex]) -> object:
    data, index = argument
    columns = []
    for definition, offsets in index.offsets.items():
        if definition.message_number == 20 and offsets:
            table = definition.gather(data, np.fromiter(offsets, np.int64, len(offsets)))
            columns += [np.ascontiguousarray(table[name]) for name in (table.dtype.names or ())[:9]]
    return columns


def wrong_speeds(files: Sequence[Recording]) -> None:
    """How often fitfast's speed differs from ours, which equals fitdecode's in every cell (differential test)."""
    try:
        import fitfast
    except ImportError:
        return
    cells = wrong = 0
    for each in files:
        try:
            theirs = fitfast.records(each.data).get("enhanced_speed")
        except fitfast.FitDecodeError:
            continue
        record = decode(each.data, messages={"record": ["enhanced_speed"]}).messages.get("record")
        if theirs is None or record is None:
            continue
        mine = record["enhanced_speed"].to_numpy()
        both = ~np.isnan(mine) & ~np.isnan(theirs)
        cells += int(both.sum())
        wrong += int((np.abs(mine - theirs)[both] > 1e-9).sum())
    print(f"\nfitfast's enhanced_speed differs from ours in {wrong:,} of {cells:,} cells.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--passes", type=int, default=5)
    arguments = parser.parse_args()
    files = recordings(arguments.folder)
    size = sum(len(each.data) for each in files)
    print(
        f"{len(files)} running files, {size / 1e6:.2f} MB, {sum(each.records for each in files):,} records, "
        f"{sum(each.messages for each in files):,} messages; median of {arguments.passes} passes.\n"
        f"Python {platform.python_version()} on {platform.machine()}; " + ", ".join(_versions())
    )
    for title, contenders in (
        ("The nine record fields", record_contenders()),
        ("Every message", all_contenders()),
    ):
        measure(contenders, files, arguments.passes)
        report(title, contenders, files)
    stages(files, arguments.passes)
    wrong_speeds(files)


def _versions() -> Iterator[str]:
    for name in ("numpy", "polars", "pyarrow", "fastcrc", "fitdecode", "fitfast", "pyroparse"):
        try:
            yield f"{name} {importlib.metadata.version(name)}"
        except importlib.metadata.PackageNotFoundError:
            continue


if __name__ == "__main__":
    main()
