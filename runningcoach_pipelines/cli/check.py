"""`runningcoach check`: whether what is stored holds together, and whether our figures agree with the device's own."""

from typing import TYPE_CHECKING

import typer

from runningcoach_pipelines.cli.console import AsJson, print_json, print_problems, print_table

if TYPE_CHECKING:
    from runningcoach_pipelines.store.comparisons import Compared
    from runningcoach_pipelines.store.self_check import Checked, SelfCheck

_SHOWN = 3


def check(as_json: AsJson = False) -> None:
    """Check every contract and compare with the devices. Exit status 1 if a structural contract is broken."""
    from runningcoach_pipelines.cli.opened import opened_lakehouse
    from runningcoach_pipelines.store.self_check import self_check

    with opened_lakehouse() as lakehouse:
        found = self_check(lakehouse, lakehouse.settings.today())
    if as_json:
        print_json({"sound": found.sound, "contracts": found.contracts, "comparisons": found.comparisons})
    else:
        _print(found)
    raise typer.Exit(0 if found.sound else 1)


def _print(found: "SelfCheck") -> None:
    print_table(
        "Contracts",
        ["asset", "contract", "violations", ""],
        [(one.asset, one.name, one.violations, _judged(one)) for one in found.contracts],
    )
    print_table(
        "Ours beside the device's",
        ["quantity", "tolerance", "compared", "within", "worst"],
        [
            (one.quantity, _sized(one, one.tolerance), one.compared, one.within, _sized(one, one.worst))
            for one in found.comparisons
        ],
    )
    print_problems(
        "What breaks them",
        [(f"{one.asset} {one.name}", example) for one in found.contracts for example in one.examples[:_SHOWN]],
    )
    print_problems(
        "The furthest from the device",
        [
            (f"{one.quantity} of {far.file_name}", f"{far.ours:g} {one.unit}, device {far.device:g} {one.unit}")
            for one in found.comparisons
            for far in one.examples[:_SHOWN]
        ],
    )


def _judged(contract: "Checked") -> str:
    if not contract.violations:
        return "holds"
    return "BROKEN" if contract.structural else "warning"


def _sized(compared: "Compared", value: float | None) -> str | None:
    if value is None:
        return None
    return f"{value:.0%}" if compared.relative else f"{value:.3g} {compared.unit}"
