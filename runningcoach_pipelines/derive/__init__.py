"""How each derived table comes from the ones before it: read a window, compute, replace the window.

Every function here may run again at any time and gives the same rows. Formulas are in `metrics/`, FIT rules in
`fit/` and `activities/`, SQL in `store/`; Dagster is in `defs/`, whose assets call these functions.
"""
