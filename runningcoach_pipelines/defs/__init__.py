"""Everything that imports Dagster. Assets call `derive/`; no formula, no SQL and no FIT rule lives here."""

import warnings

from dagster import BetaWarning

# Backfill policies and partition mappings are still called beta; they are tested here and pinned in uv.lock.
warnings.filterwarnings("ignore", category=BetaWarning)
