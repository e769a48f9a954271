"""Running science as pure functions: load, fitness, pace, zones, efforts, predictions, wellness.

Elementwise formulas and aggregates take and return `pl.Expr`, so one expression serves
`select`, `group_by("activity_id").agg(...)` and `.over("activity_id")`; what is sequential over days
takes and returns numpy arrays. An unknown or impossible input gives null, never zero.
No storage, no file formats, no orchestration.
"""
