"""Everything that can be checked of what is stored, in one report: contracts, and our figures beside the device's."""

import datetime as dt
from dataclasses import dataclass

from runningcoach_pipelines.store.comparisons import COMPARISONS, Compared, compare
from runningcoach_pipelines.store.contracts import CONTRACTS, unordered_samples
from runningcoach_pipelines.store.database import reading
from runningcoach_pipelines.store.lakehouse import Lakehouse


@dataclass(frozen=True, slots=True)
class Checked:
    """A contract and what breaks it now."""

    asset: str
    name: str
    structural: bool
    violations: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """What was found."""

    contracts: tuple[Checked, ...]
    comparisons: tuple[Compared, ...]

    @property
    def sound(self) -> bool:
        """No structural contract is broken."""
        return not any(contract.structural and contract.violations for contract in self.contracts)


def self_check(lakehouse: Lakehouse, today: dt.date) -> SelfCheck:
    """Check all tables and all samples.

    Raises:
        DatabaseUnavailable, LakeUnavailable: a store does not answer.
    """
    samples = lakehouse.samples.ask(unordered_samples)
    contracts = [Checked("activity_samples", "each_instant_once", True, samples.count, samples.examples)]
    with reading(lakehouse.engine) as connection:
        for contract in CONTRACTS:
            found = contract.violations(connection, today)
            contracts.append(Checked(contract.asset, contract.name, contract.structural, found.count, found.examples))
        comparisons = tuple(compare(connection, comparison) for comparison in COMPARISONS)
    return SelfCheck(tuple(contracts), comparisons)
