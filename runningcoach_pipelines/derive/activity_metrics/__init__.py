"""Silver to gold: everything we compute of each activity. One module per kind of figure.

`recordings` says which samples to believe and how long each counts; `totals`, `dynamics`, `pulse`, `efficiency`,
`best_efforts`, `curves`, `kilometres`, `time_in_zones` and `loads` take their figures from those; `measuring` puts an
activity's figures together, `derivation` reads and writes.
"""

from runningcoach_pipelines.derive.activity_metrics.derivation import MetricsReport, derive_activity_metrics
from runningcoach_pipelines.derive.activity_metrics.measuring import CODE_VERSION

__all__ = ["CODE_VERSION", "MetricsReport", "derive_activity_metrics"]
