"""A rule where the pointer is, with what is known there."""

from collections.abc import Sequence

import altair as alt


def pointer(base: alt.Chart, along: str, tooltip: Sequence[alt.Tooltip]) -> alt.Chart:
    """The layer of the rule; `along` is the column of the x axis that tells the places apart."""
    pointed = alt.selection_point(
        name="pointed", nearest=True, on="pointerover", clear="pointerout", fields=[along], empty=False
    )
    rule: alt.Chart = (
        base.mark_rule(strokeWidth=1)
        .encode(
            color=alt.value("gray"),
            opacity=alt.condition(pointed, alt.value(0.7), alt.value(0)),
            tooltip=list(tooltip),
        )
        .add_params(pointed)
    )
    return rule
