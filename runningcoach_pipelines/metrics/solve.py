"""Root of a monotone function by bisection. The functions themselves live with their models."""

from collections.abc import Callable

STEPS = 100
"""Halvings: more than a float can tell apart, and still microseconds."""


def increasing_root(function: Callable[[float], float], low: float, high: float) -> float | None:
    """The x in [low, high] where an increasing `function` crosses 0; None if it doesn't inside."""
    if not function(low) <= 0.0 <= function(high):
        return None
    for _ in range(STEPS):
        middle = (low + high) / 2.0
        if function(middle) < 0.0:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0
