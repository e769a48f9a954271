"""How axes write what is no plain number."""

PACE_LABEL = "floor(round(datum.value) / 60) + ':' + format(round(datum.value) % 60, '02d')"
"""Seconds as m:ss, rounded before they are split."""

CLOCK_LABEL = (
    "floor(round(datum.value) / 3600) + ':' + format(floor(round(datum.value) / 60) % 60, '02d')"
    " + ':' + format(round(datum.value) % 60, '02d')"
)
"""Seconds as h:mm:ss."""

SPEED_AS_PACE_LABEL = (
    "datum.value > 0 ? floor(round(1000 / datum.value) / 60) + ':' + format(round(1000 / datum.value) % 60, '02d') : ''"
)
"""Metres per second as m:ss per kilometre."""
