"""How training spreads over three intensity zones (below VT1, between the thresholds, above VT2)."""

from math import log10

EASY_SHARE = 0.75
"""Share of easy time across successful programmes is 75–80 % (Seiler 2010)."""

type ThreeZones = tuple[float, float, float]


def shares(times: ThreeZones) -> ThreeZones | None:
    """The three times as shares of 1; None without any."""
    whole = sum(times)
    if not whole > 0:
        return None
    low, middle, high = times
    return low / whole, middle / whole, high / whole


def polarization_index(times: ThreeZones) -> float | None:
    """log10(z1/z2 · z3 · 100) of the shares (Treff 2019); above 2 = polarized. None without any time.

    Without z3 it is 0; without z2 one percentage point moves from z3 to z2.
    """
    zones = shares(times)
    if zones is None:
        return None
    z1, z2, z3 = zones
    if z3 == 0:
        return 0.0
    if z2 == 0:
        z2, z3 = 0.01, z3 - 0.01
    ratio = z1 / z2 * z3 * 100.0
    return log10(ratio) if ratio > 0 else None


def label(times: ThreeZones) -> str | None:
    """`polarized`, `pyramidal`, `threshold`, `high_intensity` or `non_polarized`; None without any time.

    Source: Treff 2019 for polarized, the order of the shares for the rest.
    """
    zones = shares(times)
    if zones is None:
        return None
    z1, z2, z3 = zones
    index = polarization_index(times)
    if z1 > z3 > z2 and index is not None and index > 2.0:
        return "polarized"
    if z1 > z2 >= z3:
        return "pyramidal"
    if z2 >= max(z1, z3):
        return "threshold"
    return "high_intensity" if z3 > max(z1, z2) else "non_polarized"
