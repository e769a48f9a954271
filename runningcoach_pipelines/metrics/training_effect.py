"""Words for the device's training effect. The figure itself is the device's: its model isn't published."""

_LABELS = ((5.0, "overreaching"), (4.0, "highly improving"), (3.0, "improving"), (2.0, "maintaining"), (1.0, "minor"))


def label(training_effect: float) -> str:
    """`none` below 1, then `minor`, `maintaining`, `improving`, `highly improving`, `overreaching` from 5.0."""
    return next((word for least, word in _LABELS if training_effect >= least), "none")
