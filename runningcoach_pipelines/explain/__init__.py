"""How a number came to be: what a column means (`catalogue`), and what one value of it was made from.

`explaining.explain` is the way in. `days`, `activities` and `periods` know how the columns of their tables follow from
others, and make each value once more to see that it still does; `document` writes docs/metrics.md.
"""

from runningcoach_pipelines.explain.explaining import explain, metrics_of
from runningcoach_pipelines.explain.explanation import (
    Check,
    Explanation,
    Input,
    NothingThere,
    SourceFile,
    UnknownMetric,
)

__all__ = ["Check", "Explanation", "Input", "NothingThere", "SourceFile", "UnknownMetric", "explain", "metrics_of"]
