"""`runningcoach explain`: how a number came to be."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from runningcoach_pipelines.cli.console import AsJson, print_json

if TYPE_CHECKING:
    from runningcoach_pipelines.explain import Explanation, Input

_STEP = "  "


def explain(
    metric: Annotated[str, typer.Argument(help="A column of days, activities or summaries, such as ctl or hr_load.")],
    key: Annotated[str, typer.Argument(help="2025-06-01, 2025-W22, 2025-06, or the id of an activity.")],
    athlete: Annotated[str | None, typer.Option(help="Whose; default RUNNINGCOACH_ATHLETE.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what a number was made from, and make it once more. Exit status 1 if nothing is there, or it differs."""
    from runningcoach_pipelines.cli.opened import opened_lakehouse
    from runningcoach_pipelines.explain import NothingThere, UnknownMetric
    from runningcoach_pipelines.explain import explain as explained

    with opened_lakehouse() as lakehouse:
        try:
            found = explained(lakehouse, athlete or lakehouse.settings.athlete, metric, key)
        except (UnknownMetric, ValueError) as error:
            raise typer.BadParameter(str(error)) from None
        except NothingThere as error:
            typer.secho(f"runningcoach: {error}", fg=typer.colors.RED, err=True)
            raise typer.Exit(1) from None
    if as_json:
        print_json(found)
    else:
        typer.echo("\n\n".join("\n".join(_lines(one)) for one in found))
    raise typer.Exit(0 if all(one.check.agrees for one in found) else 1)


def _lines(one: "Explanation") -> Iterator[str]:
    yield from _head(one)
    yield f"{_STEP}{one.meaning}"
    if one.reason:
        yield f"{_STEP}no value {one.reason}"
    for label, text in (("formula", one.formula), ("source", one.source), ("version", one.code_version)):
        if text:
            yield f"{_STEP}{label:8} {text}"
    yield from _trail(one, indent=_STEP)
    yield from _block(_STEP, "files", [f"{file.file_name or '?'}  {file.sha256}" for file in one.files])
    if one.contributors:
        yield f"{_STEP}of which"
    for contributor in one.contributors:
        yield from _head(contributor, indent=_STEP * 2)
        yield from _trail(contributor, indent=_STEP * 3)


def _head(one: "Explanation", *, indent: str = "") -> Iterator[str]:
    yield f"{indent}{one.metric} of {one.athlete_id}, {one.of}: {_written(one.value)} {one.unit}".rstrip()


def _trail(one: "Explanation", *, indent: str) -> Iterator[str]:
    yield from _block(indent, "made from", [_input(each) for each in one.inputs])
    yield f"{indent}{'checked':8} {_verdict(one)}"


def _block(indent: str, label: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"{indent}{label}"
        yield from (f"{indent}{_STEP}{line}" for line in lines)


def _input(each: "Input") -> str:
    value = f"{_written(each.value)} {each.unit}".rstrip()
    return f"{each.name}: {value}" + (f" ({each.note})" if each.note else "")


def _verdict(one: "Explanation") -> str:
    if one.check.agrees:
        return f"the same again from {one.check.by}"
    return (
        f"DIFFERS: {_written(one.check.again)} {one.unit} from {one.check.by}. It was made from other values; "
        "`runningcoach materialize` makes it anew."
    )


def _written(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
