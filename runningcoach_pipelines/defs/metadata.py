"""What every materialization says about itself."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import dagster as dg

OWNERS = ["team:runningcoach"]


@dataclass(slots=True)
class Stopwatch:
    """Seconds that a piece of work took; 0 while it runs."""

    seconds: float = 0.0

    def per_second(self, count: int) -> float:
        return round(count / self.seconds, 1) if self.seconds else 0.0


@contextmanager
def stopwatch() -> Iterator[Stopwatch]:
    watch = Stopwatch()
    begin = time.perf_counter()
    yield watch
    watch.seconds = time.perf_counter() - begin


def table(rows: Sequence[Mapping[str, str | float]]) -> dg.TableMetadataValue:
    """A small preview."""
    return dg.MetadataValue.table([dg.TableRecord(data=row) for row in rows]) if rows else _NOTHING


_NOTHING = dg.MetadataValue.table([], schema=dg.TableSchema(columns=[dg.TableColumn(name="nothing", type="string")]))
