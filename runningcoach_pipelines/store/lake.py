"""The Delta table of activity samples (1 Hz), partitioned by athlete and month; a folder or an `s3://` URL.

An athlete's months are replaced in one commit. The frames' columns are stated here; what they mean is in
`activities/samples.py`.
"""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from runningcoach_pipelines.settings import Settings
from runningcoach_pipelines.store.windows import Window

if TYPE_CHECKING:
    from deltalake import DeltaTable

SAMPLES_SCHEMA = pl.Schema(
    {
        "athlete_id": pl.String(),
        "month": pl.String(),
        "activity_id": pl.String(),
        "local_day": pl.Date(),
        "at": pl.Datetime("us", "UTC"),
        "elapsed_s": pl.Float64(),
        "timer_s": pl.Float64(),
        "distance_m": pl.Float64(),
        "speed_mps": pl.Float64(),
        "heart_rate_bpm": pl.Int16(),
        "cadence_spm": pl.Float32(),
        "power_w": pl.Int32(),
        "altitude_m": pl.Float64(),
        "latitude_deg": pl.Float64(),
        "longitude_deg": pl.Float64(),
        "temperature_c": pl.Int16(),
        "grade_adjusted_speed_mps": pl.Float64(),
        "vertical_oscillation_mm": pl.Float32(),
        "stance_time_ms": pl.Float32(),
        "step_length_mm": pl.Float32(),
    }
)
_UNUSABLE = frozenset("[]%")
"""delta-rs panics on these, or takes them for an encoding."""

_PARTITIONS = ["athlete_id", "month"]
_COMMIT_ATTEMPTS = 10
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class LakeUnavailable(RuntimeError):
    """The samples table cannot be read or written: the message says where it lies, why, and what to do."""


@dataclass(frozen=True, slots=True)
class SampleLake:
    """The samples table at `url`; it need not exist yet."""

    url: str
    storage_options: dict[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if not self.url.startswith("s3://") and (found := sorted(_UNUSABLE & set(self.url))):
            raise LakeUnavailable(
                f"Delta Lake cannot use a folder with {' '.join(found)} in its name: {self.url}. Set RUNNINGCOACH_HOME "
                "or RUNNINGCOACH_LAKE_URL to another folder."
            )

    @classmethod
    def from_settings(cls, settings: Settings) -> "SampleLake":
        """The table `activity_samples` in the lake that the settings name.

        Raises:
            LakeUnavailable: the lake is neither a folder nor a bucket.
        """
        url = f"{settings.lake.rstrip('/')}/activity_samples"
        if not url.startswith("s3://"):
            if "://" in url:
                raise LakeUnavailable(
                    f"RUNNINGCOACH_LAKE_URL={settings.lake} is neither a folder nor s3://bucket/prefix"
                )
            return cls(url=str(Path(url).absolute()))
        options = {
            "AWS_REGION": settings.s3_region,
            "AWS_ENDPOINT_URL": settings.s3_endpoint_url,
            "AWS_ACCESS_KEY_ID": settings.s3_access_key.get_secret_value() if settings.s3_access_key else None,
            "AWS_SECRET_ACCESS_KEY": settings.s3_secret_key.get_secret_value() if settings.s3_secret_key else None,
            "AWS_ALLOW_HTTP": "true" if (settings.s3_endpoint_url or "").startswith("http://") else None,
            "aws_conditional_put": "etag",
        }
        return cls(url=url, storage_options={k: v for k, v in options.items() if v is not None})

    def exists(self) -> bool:
        return self._attempt(self._table_exists)

    def replace_months(self, samples: pl.DataFrame, window: Window) -> int:
        """Make `samples` all that the table holds for the months of `window` (all athletes), in one commit.

        Returns:
            The table's new version.

        Raises:
            ValueError: a row lies outside the months, or the schema is not `SAMPLES_SCHEMA`.
            LakeUnavailable: the store refused.
        """
        first, end = _month(window.start), _month(window.end - dt.timedelta(days=1))
        if samples.schema != SAMPLES_SCHEMA:
            raise ValueError(f"activity_samples: schema {samples.schema} is not {SAMPLES_SCHEMA}")
        if not samples["month"].is_between(pl.lit(first), pl.lit(end)).all():
            raise ValueError(f"activity_samples: rows outside the months {first} to {end}")
        return self._attempt(lambda: self._commit(samples, f"month >= '{first}' AND month <= '{end}'"))

    def scan(self, window: Window | None = None) -> pl.LazyFrame:
        """Samples of the months that `window` touches (all of them without one), lazily; empty if no table is.

        What goes wrong while the frame is collected is an exception of Polars or Delta: `read` is the way around.
        """
        if not self.exists():
            return pl.LazyFrame(schema=SAMPLES_SCHEMA)
        frame = self._attempt(self._scan)
        if window is None:
            return frame
        last = _month(window.end - dt.timedelta(days=1))
        return frame.filter(pl.col("month").is_between(pl.lit(_month(window.start)), pl.lit(last)))

    def read(self, window: Window) -> pl.DataFrame:
        """Samples of the months that `window` touches.

        Raises:
            LakeUnavailable: the store refused, or its files are damaged.
        """
        return self._attempt(lambda: self.scan(window).collect())

    def ask[T](self, question: Callable[[pl.LazyFrame], T], window: Window | None = None) -> T:
        """What `question` makes of the samples of the months that `window` touches, or of all; it collects by itself.

        Raises:
            LakeUnavailable: the store refused, or its files are damaged.
        """
        return self._attempt(lambda: question(self.scan(window)))

    def compact(self) -> dict[str, int]:
        """Merge small files, then drop what no version of the last week needs. Returns what was done."""

        def work() -> dict[str, int]:
            table = self._open()
            merged = table.optimize.compact()
            removed = table.vacuum(retention_hours=168, dry_run=False)
            table.create_checkpoint()
            return {
                "files_added": int(merged["numFilesAdded"]),
                "files_merged": int(merged["numFilesRemoved"]),
                "files_vacuumed": len(removed),
            }

        return self._attempt(work) if self.exists() else {}

    def clear(self) -> None:
        """Drop every row, and columns of other times; earlier versions stay readable until `compact`."""
        if self.exists():
            self._attempt(self._empty)

    def size(self) -> tuple[int, int]:
        """Number of data files and their bytes in the current version."""
        if not self.exists():
            return 0, 0
        actions = self._attempt(lambda: pl.DataFrame(self._open().get_add_actions()))
        return actions.height, int(actions["size_bytes"].sum() or 0)

    def _table_exists(self) -> bool:
        from deltalake import DeltaTable

        return bool(DeltaTable.is_deltatable(self.url, self.storage_options or None))

    def _open(self) -> "DeltaTable":
        from deltalake import DeltaTable

        return DeltaTable(self.url, storage_options=self.storage_options or None)

    def _scan(self) -> pl.LazyFrame:
        if self.url.startswith("s3://"):
            return pl.scan_delta(self.url, storage_options=self.storage_options)
        # `scan_delta` takes the percent-encoded names of a folder like "my data" for the names themselves.
        files = pl.DataFrame(self._open().get_add_actions())["path"]
        if files.is_empty():
            return pl.LazyFrame(schema=SAMPLES_SCHEMA)
        partitions = {name: SAMPLES_SCHEMA[name] for name in _PARTITIONS}
        paths = [Path(self.url) / file for file in files]
        return pl.scan_parquet(paths, glob=False, hive_partitioning=True, hive_schema=partitions).select(
            SAMPLES_SCHEMA.names()
        )

    def _commit(self, samples: pl.DataFrame, months: str) -> int:
        from deltalake import write_deltalake

        options = self.storage_options or None
        if not self._table_exists():
            # Its own commit: two first writers must not take each other's months for leftovers.
            write_deltalake(self.url, samples.clear(), mode="ignore", partition_by=_PARTITIONS, storage_options=options)
        table = self._open()
        write_deltalake(table, samples, mode="overwrite", predicate=months, partition_by=_PARTITIONS)
        return table.version()

    def _empty(self) -> None:
        from deltalake import write_deltalake

        write_deltalake(
            self.url,
            pl.DataFrame(schema=SAMPLES_SCHEMA),
            mode="overwrite",
            schema_mode="overwrite",
            partition_by=_PARTITIONS,
            storage_options=self.storage_options or None,
        )

    def _attempt[T](self, work: Callable[[], T]) -> T:
        from deltalake.exceptions import CommitFailedError, DeltaError

        try:
            for _ in range(_COMMIT_ATTEMPTS - 1):
                try:
                    return work()
                except CommitFailedError:
                    # Another writer was first (compaction, say): replacing a window again is always right.
                    continue
            return work()
        except (DeltaError, OSError, pl.exceptions.PolarsError) as error:
            raise LakeUnavailable(
                f"the samples table at {self.url} cannot be used: {_one_line(error)}. Check RUNNINGCOACH_LAKE_URL "
                "and, for a bucket, its endpoint and keys; if its files are damaged, move them away, and "
                "`runningcoach materialize --rebuild` makes the table again."
            ) from error


def _one_line(error: Exception) -> str:
    """What the stores' clients say in many lines and colours."""
    return " ".join(_COLOURS.sub("", str(error)).split())


def _month(day: dt.date) -> str:
    return f"{day:%Y-%m}"
