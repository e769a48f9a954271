"""Small tables of texts."""

from collections.abc import Mapping, Sequence

import polars as pl
import streamlit as st

from runningcoach_app.speech import NOT_MEASURED


def show_table(columns: Mapping[str, Sequence[str]]) -> None:
    """A quiet table; columns in which nothing was measured are left out, but for the first."""
    first, *others = columns
    kept = [first, *(name for name in others if any(value not in ("", NOT_MEASURED) for value in columns[name]))]
    st.table(pl.DataFrame({name: list(columns[name]) for name in kept}), border="horizontal", hide_index=True)
