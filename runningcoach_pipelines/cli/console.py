"""How commands talk: tables and progress on a terminal, JSON for scripts."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

if TYPE_CHECKING:
    from rich.table import Table

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
_NAME_SHOWN = 48


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    typer.echo(json.dumps(value, default=_plain, ensure_ascii=False, indent=2))


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table on standard output; the first column is left-aligned, the others right."""
    from rich.console import Console

    Console(soft_wrap=not sys.stdout.isatty()).print(_table(title, columns, rows))


def print_facts(title: str, facts: Sequence[tuple[str, object]]) -> None:
    """A block of labels and values on standard output: readable at any width of the terminal."""
    typer.secho(title, bold=True)
    width = max(len(label) for label, _ in facts)
    for label, value in facts:
        typer.echo(f"  {label:<{width}}  {_cell(value)}")
    typer.echo()


def print_problems(title: str, problems: Sequence[tuple[str, str]]) -> None:
    """Names and reasons on standard error; nothing when there are none."""
    if not problems:
        return
    typer.secho(f"{title} ({len(problems)}):", fg=typer.colors.YELLOW, err=True)
    for name, reason in problems:
        typer.echo(f"  {name}: {reason}", err=True)


class Advance(Protocol):
    """To be called after each piece of work with its name, and with how many are left if the total may have changed."""

    def __call__(self, name: str, left: int | None = None) -> None: ...


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Advance]:
    """A progress bar on a terminal's standard error; yields the function to call with each name."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[name]}"),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task(what, total=total, name="")

        def advance(name: str, left: int | None = None) -> None:
            bar.update(task, advance=1, name=name[-_NAME_SHOWN:])
            if left is not None:
                bar.update(task, total=bar.tasks[task].completed + left)

        yield advance


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> "Table":
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold")
    for index, name in enumerate(columns):
        table.add_column(name, justify="left" if index == 0 else "right")
    for row in rows:
        table.add_row(*map(_cell, row))
    return table


def _cell(value: object) -> str:
    return "–" if value is None else str(value)


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, bytes):
        return value.hex()
    return str(value)
