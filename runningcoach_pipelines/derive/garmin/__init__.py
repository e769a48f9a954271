"""Bronze to silver: what follows from Garmin's answers. `answers` reads them, `drifts` keeps what could not be read;
`belongings` makes shoes, records and races, and `derive/wellness.py` nights, pulse and the values of days.
"""
