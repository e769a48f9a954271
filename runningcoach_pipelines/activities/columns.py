"""Taking columns out of FIT frames that may lack them: an absent field is a column of nulls."""

from collections.abc import Mapping

import polars as pl


def column(frame: pl.DataFrame, name: str, dtype: pl.DataType | type[pl.DataType]) -> pl.Expr:
    """The field `name` of `frame` as `dtype`; nulls where the device did not write it, or wrote another kind."""
    written = frame.get_column(name, default=None)
    if written is None or not _of_a_kind(written.dtype, dtype):
        return pl.lit(None, dtype=dtype).alias(name)
    return pl.col(name).cast(dtype, strict=False)


def _of_a_kind(written: pl.DataType, wanted: pl.DataType | type[pl.DataType]) -> bool:
    """Whether a cast keeps the meaning: damaged and careless files declare times as bytes and heart rates as lists."""
    if written.is_numeric():
        return wanted.is_numeric() or wanted == pl.String
    if written == pl.Categorical:
        return wanted == pl.String
    return written.base_type() is wanted.base_type()


def first_known(frame: pl.DataFrame, names: tuple[str, ...], dtype: pl.DataType | type[pl.DataType]) -> pl.Expr:
    """Row by row the first of the fields that is not null, e.g. `enhanced_speed` before `speed`."""
    return pl.coalesce(column(frame, name, dtype) for name in names).alias(names[0])


def heart_rate(frame: pl.DataFrame, name: str, dtype: pl.DataType | type[pl.DataType]) -> pl.Expr:
    """The field `name` in beats per minute; devices without a sensor write 0, which is null here."""
    return column(frame, name, dtype).replace(0, None)


def message(messages: Mapping[str, pl.DataFrame], name: str) -> pl.DataFrame:
    """The frame of a message, empty when the file has none."""
    return messages.get(name, pl.DataFrame())
