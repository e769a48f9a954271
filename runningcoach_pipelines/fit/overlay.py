"""Fields and messages that watches write and the published profile does not name: our own small table.

Each entry was established by comparing recorded files with what the watch or its companion service shows; the source
stands beside it. A profile that learns one of these under another name does not change ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class OverlayField:
    """A field as the profile would have it: value = raw / `scale` - `offset`, in `units`."""

    name: str
    type: str
    units: str | None = None
    scale: float = 1.0
    offset: float = 0.0


@dataclass(frozen=True, slots=True)
class OverlayMessage:
    """Fields added to a message; `name` is set where the message itself has none in the profile."""

    fields: Mapping[int, OverlayField] = field(default_factory=dict)
    name: str | None = None


# Forerunner 955, 965, fenix 7: written once at the end of an activity, values as the watch shows them afterwards.
_PHYSIOLOGICAL_METRICS = OverlayMessage(
    name="physiological_metrics",
    fields={
        4: OverlayField("aerobic_training_effect", "uint8", scale=10),
        7: OverlayField("vo2_max", "sint32", "ml/kg/min", scale=65536 / 3.5),
        9: OverlayField("recovery_time", "uint16", "min"),
        14: OverlayField("lactate_threshold_heart_rate", "uint8", "bpm"),
        16: OverlayField("lactate_threshold_speed", "uint16", "m/s", scale=36),
        17: OverlayField("performance_condition", "sint8"),
        20: OverlayField("anaerobic_training_effect", "uint8", scale=10),
        37: OverlayField("training_load_peak", "sint32", scale=65536),
    },
)

MESSAGES: Mapping[int, OverlayMessage] = MappingProxyType(
    {
        18: OverlayMessage(
            {
                196: OverlayField("metabolic_calories", "uint16", "kcal"),
                211: OverlayField("avg_grade_adjusted_speed", "uint32", "m/s", scale=1000),
            }
        ),
        19: OverlayMessage({161: OverlayField("avg_grade_adjusted_speed", "uint32", "m/s", scale=1000)}),
        # Every second on Forerunner 955: its mean is session.avg_grade_adjusted_speed exactly.
        20: OverlayMessage(
            {
                137: OverlayField("stamina_potential", "uint8", "percent"),
                138: OverlayField("stamina", "uint8", "percent"),
                140: OverlayField("grade_adjusted_speed", "uint32", "m/s", scale=1000),
            }
        ),
        140: _PHYSIOLOGICAL_METRICS,
        312: OverlayMessage({93: OverlayField("avg_grade_adjusted_speed", "uint32", "m/s", scale=1000)}),
        313: OverlayMessage({71: OverlayField("avg_grade_adjusted_speed", "uint32", "m/s", scale=1000)}),
        # Stands in the sleep file of a nap; named by SDK 21.218.
        412: OverlayMessage(name="nap_event"),
    }
)

# What event.data carries for these: VO2max, minutes of recovery, 100 + condition at the start, bpm, mm/s.
TYPES: Mapping[str, Mapping[int, str]] = MappingProxyType(
    {
        "event": {
            37: "vo2_max",
            38: "recovery_time",
            39: "performance_condition",
            49: "lactate_threshold_heart_rate",
            50: "lactate_threshold_speed",
            # In sleep files: from when to when the watch took it for sleep.
            74: "sleep",
        },
        # Kinds of wellness files; watches keep them in folders of these names.
        "file": {44: "metrics", 49: "sleep", 68: "hrv_status"},
    }
)
