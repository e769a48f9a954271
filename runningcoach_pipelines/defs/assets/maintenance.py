"""Keeping the lake tidy: no data changes here."""

import dagster as dg

from runningcoach_pipelines.defs.metadata import OWNERS
from runningcoach_pipelines.store.lakehouse import Lakehouse


@dg.asset(deps=["activity_samples"], group_name="maintenance", kinds={"deltalake"}, owners=OWNERS, pool="lake")
def samples_compaction(lakehouse: dg.ResourceParam[Lakehouse]) -> dg.MaterializeResult[None]:
    """Merge small files of the samples table and drop files that no version of the last week needs."""
    done = lakehouse.samples.compact()
    files, size = lakehouse.samples.size()
    return dg.MaterializeResult(metadata={**done, "files": files, "bytes": size})
