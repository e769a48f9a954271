"""What `runningcoach check` compares, over real files of many makers: within the tolerance, or explained."""

import pytest
from sqlalchemy import select

from runningcoach_pipelines.ingest.importing import ImportReport
from runningcoach_pipelines.store.comparisons import COMPARISONS, compare
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.self_check import self_check
from runningcoach_pipelines.store.tables import Activity, GarminRawFile
from tests.real.conftest import TODAY
from tests.real.explained import FIGURES

pytestmark = pytest.mark.real_files
BY_QUANTITY = {comparison.quantity: comparison for comparison in COMPARISONS}


@pytest.mark.parametrize("quantity", FIGURES)
def test_figures_agree_with_the_device_or_the_difference_is_explained(
    imported: tuple[Lakehouse, ImportReport], quantity: str
) -> None:
    lakehouse, _ = imported
    comparison = BY_QUANTITY[quantity]
    pairs = comparison.pairs.subquery()
    activities, files = Activity.table(), GarminRawFile.table()
    statement = (
        select(files.c.file_name, pairs.c.ours, pairs.c.device)
        .join_from(pairs, activities, activities.c.activity_id == pairs.c.activity_id)
        .join(files, files.c.sha256 == activities.c.source_sha256)
        .where(pairs.c.ours.is_not(None), pairs.c.device.is_not(None))
    )
    with lakehouse.engine.connect() as connection:
        rows = connection.execute(statement).all()
    beyond = {
        name[:8]
        for name, ours, device in rows
        if abs(ours - device) > comparison.tolerance * (abs(device) if comparison.relative else 1) * (1 + 1e-9)
    }
    assert beyond == set(FIGURES[quantity])


def test_most_are_within_and_every_quantity_was_compared(imported: tuple[Lakehouse, ImportReport]) -> None:
    lakehouse, _ = imported
    with lakehouse.engine.connect() as connection:
        results = {quantity: compare(connection, comparison) for quantity, comparison in BY_QUANTITY.items()}
    assert [quantity for quantity, result in results.items() if not result.compared] == []
    within = sum(result.within for result in results.values()) / sum(result.compared for result in results.values())
    assert within > 0.8


def test_no_structural_contract_is_broken(imported: tuple[Lakehouse, ImportReport]) -> None:
    lakehouse, _ = imported
    found = self_check(lakehouse, TODAY)
    assert [(one.name, one.examples) for one in found.contracts if one.structural and one.violations] == []
