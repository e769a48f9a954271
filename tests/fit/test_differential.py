"""Every message, field and value against fitdecode: equal, or in a class that docs/fit-differences.md explains.

Each class is asserted to the value that ours must have, from the raw bytes or from the rule, not just tolerated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from runningcoach_pipelines.fit import FitDecodeError, decode, decode_many
from tests.fit.differential import Comparison, Difference, compare
from tests.fit.recordings import every_rule

RULES = every_rule()


def _beats_of_the_straps_clock(difference: Difference) -> bool:
    """fitdecode adds the watch's time to each beat (in seconds of the epoch); ours stays on the strap's own clock."""
    shift = {round((theirs - ours) * 1024) for theirs, ours in zip(difference.theirs, difference.ours, strict=True)}
    # One whole number of seconds separates the two clocks for all beats of a message, but for the rollovers of the
    # twelve bits that fitdecode counts from zero instead of from the strap's time.
    return len(shift) == 1 and all(value >= 0 for value in difference.ours)


def _resolved_on_the_integer(difference: Difference) -> bool:
    """A uint32 of one byte: ours reads the byte as the integer it is, and resolves the subfield on it."""
    (number,) = difference.raw
    return difference.ours == (number if difference.column == "data" else "manual") and number == 0


def _zero_is_invalid(difference: Difference) -> bool:
    """A component of 0 in a target whose base type says that 0 is invalid is null."""
    return difference.theirs == 0 and difference.ours is None and difference.base_type.endswith("z")


def _first_valid_scalar(difference: Difference) -> bool:
    """A field listed twice, as array and as scalar: ours is the scalar."""
    return isinstance(difference.theirs, list) and difference.ours == difference.theirs[0]


def _endian_bit_left_out(difference: Difference) -> bool:
    return isinstance(difference.theirs, bytes) and difference.ours == int.from_bytes(difference.theirs, "little")


EXPLAINED: dict[str, Callable[[Difference], bool]] = {
    "hr.event_timestamp": _beats_of_the_straps_clock,
    "event.data of one byte": _resolved_on_the_integer,
    "component that is invalid in its target": _zero_is_invalid,
    "field listed twice": _first_valid_scalar,
    "base type without its endian bit": _endian_bit_left_out,
}


def explained(difference: Difference) -> str | None:
    """The class of a difference, if it has one."""
    if difference.message == "hr" and difference.column == "event_timestamp":
        kind = "hr.event_timestamp"
    elif difference.message == "event" and difference.base_type == "byte":
        kind = "event.data of one byte"
    elif difference.expanded:
        kind = "component that is invalid in its target"
    elif isinstance(difference.theirs, list):
        kind = "field listed twice"
    else:
        kind = "base type without its endian bit"
    return kind if EXPLAINED[kind](difference) else None


def unexplained(comparison: Comparison) -> list[Difference]:
    return [difference for difference in comparison.differences if explained(difference) is None]


@pytest.mark.parametrize("rule", RULES)
def test_synthetic_files_decode_as_fitdecode_decodes_them(rule: str) -> None:
    comparison = compare(RULES[rule], decode(RULES[rule]))
    assert comparison.cells > 0
    assert comparison.structure == []
    assert unexplained(comparison) == []


@pytest.mark.real_files
def test_real_files_decode_as_fitdecode_decodes_them(real_files: Path) -> None:
    cells = 0
    classes: Counter[str | None] = Counter()
    for path in sorted(real_files.glob("*.[fF][iI][tT]")):
        data = path.read_bytes()
        try:
            ours = decode(data)
        except FitDecodeError:
            continue
        comparison = compare(data, ours)
        assert comparison.structure == [], path.name
        assert unexplained(comparison) == [], path.name
        cells += comparison.cells
        classes.update(explained(difference) for difference in comparison.differences)
    assert cells > 1_000_000
    assert set(classes) <= set(EXPLAINED)
    assert classes.total() < cells / 500


@pytest.mark.real_files
def test_a_batch_of_real_files_decodes_as_each_alone(real_files: Path) -> None:
    files = [path.read_bytes() for path in sorted(real_files.glob("*.[fF][iI][tT]"))[:40]]
    batch = decode_many(files)
    for number, data in enumerate(files):
        error = batch.files[number].error
        if error is not None:
            with pytest.raises(FitDecodeError, match=str(error)):
                decode(data)
            continue
        alone = decode(data)
        assert batch.files[number].problems == alone.problems
        for name, frame in alone.messages.items():
            rows = batch.messages[name].filter(pl.col("file_index") == number)
            assert rows.height == frame.height
            assert all(_same(rows[column], frame[column]) for column in frame.columns)


def _same(ours: pl.Series, alone: pl.Series) -> Any:
    """Equal values; a column that is a list elsewhere in the batch is a list here, too."""
    if isinstance(ours.dtype, pl.List) and not isinstance(alone.dtype, pl.List):
        return ours.list.first().equals(alone)
    return ours.cast(alone.dtype).equals(alone)
