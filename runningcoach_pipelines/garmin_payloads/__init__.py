"""Garmin Connect's answers to rows: what was measured, in our units, on which local day.

Pure: parsed JSON in, frames out. `parsers.PARSERS` says who reads which endpoint. An answer that does not look as it
should gives no row and a `shape.Drift` that names the path; the rest of it is read.
"""
