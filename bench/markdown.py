"""Tables as they stand in docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def heading(title: str, *, made_by: str) -> None:
    """A section and the command that makes it."""
    print(f"\n### {title}\n\n`{made_by}`\n", flush=True)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """The first column is left-aligned, the others right."""
    print("| " + " | ".join(columns) + " |")
    print("|---" + "|--:" * (len(columns) - 1) + "|")
    for row in rows:
        print("| " + " | ".join(map(str, row)) + " |")
    print(flush=True)


def seconds(value: float) -> str:
    """Two decimals below ten, one above."""
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


def mebibytes(value: int) -> str:
    return f"{value / 2**20:,.0f} MiB"
