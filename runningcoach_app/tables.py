"""Small tables of texts."""

from collections.abc import Mapping, Sequence

import polars as pl
import streamlit as st

from runningcoach_app.speech import NOT_MEASURED, Speech
from runningcoach_pipelines.metrics.pace import METRES_PER_KM


def show_table(columns: Mapping[str, Sequence[str]]) -> None:
    """A quiet table; columns in which nothing was measured are left out, but for the first."""
    first, *others = columns
    kept = [first, *(name for name in others if any(value not in ("", NOT_MEASURED) for value in columns[name]))]
    st.table(pl.DataFrame({name: list(columns[name]) for name in kept}), border="horizontal", hide_index=True)


def paces(efforts: pl.DataFrame, speech: Speech) -> list[str]:
    """The pace of each row of `time_s` over `distance_m`."""
    rows = efforts.select("time_s", "distance_m").iter_rows()
    return [speech.pace(time_s / distance_m * METRES_PER_KM) for time_s, distance_m in rows]
