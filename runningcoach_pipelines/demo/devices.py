"""The watches the athlete owned, one after another, and what each can record. How it is written is `recording`'s."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from runningcoach_pipelines.demo.chance import Purpose, stream


@dataclass(frozen=True, slots=True)
class Device:
    """A recording device: its identity in FIT, and the sensors and habits that shape its files."""

    slug: str
    manufacturer: str
    product: int
    software_version: float
    bought: date
    position: bool = True
    heart_rate: bool = True
    optical: bool = False
    """Measures heart rate at the wrist, and loses it now and then; the others use a chest strap."""
    altimeter: bool = False
    """Barometric altitude; without it altitude is the receiver's, which wanders."""
    cadence: bool = False
    temperature: bool = False
    dynamics: bool = False
    power: bool = False
    grade_adjusted_speed: bool = False
    """Writes record field 140, the grade-adjusted speed."""
    training_effect: bool = False
    """Judges an activity by its heart rate when it is over, and counts the time in each zone."""
    asks_effort: bool = False
    """Asks the athlete how hard it was, and how it felt."""
    smart_recording: bool = False
    """Writes a record only every few seconds, to save memory."""
    enhanced: bool = True
    """Writes 32-bit speed and altitude."""
    auto_pause: bool = True
    all_day: bool = False
    """Worn day and night: it counts steps, takes the pulse and sees sleep."""
    wellbeing: bool = False
    """Judges nights and days: sleep score, body battery, respiration, oxygen saturation."""
    hrv: bool = False
    """Measures heart rate variability at night."""
    ends_at_start: bool = False
    """Firmware that writes the start time as the timestamp of session and activity."""

    def serial_number(self, seed: int) -> int:
        """The serial number of this athlete's specimen."""
        rng = stream(seed, Purpose.DEVICE, self.product)
        return int(rng.integers(3_000_000_000, 4_000_000_000))


OLD_WATCH = Device(
    "fr610", "garmin", 1345, 2.90, date(2011, 4, 1), smart_recording=True, enhanced=False, auto_pause=False
)
WATCHES = (
    OLD_WATCH,
    Device(
        "fr935", "garmin", 2691, 15.0, date(2016, 9, 12), optical=True, altimeter=True, cadence=True,
        temperature=True, training_effect=True, all_day=True,
    ),
    Device(
        "fenix6", "garmin", 3290, 19.2, date(2020, 3, 2), altimeter=True, cadence=True, temperature=True,
        dynamics=True, training_effect=True, auto_pause=False, all_day=True, wellbeing=True,
    ),
    Device(
        "fr955", "garmin", 4024, 19.28, date(2022, 7, 11), altimeter=True, cadence=True, dynamics=True, power=True,
        grade_adjusted_speed=True, training_effect=True, asks_effort=True, ends_at_start=True,
        all_day=True, wellbeing=True, hrv=True,
    ),
    Device(
        "fr965", "garmin", 4315, 22.24, date(2025, 4, 7), optical=True, altimeter=True, cadence=True, dynamics=True,
        power=True, grade_adjusted_speed=True, training_effect=True, asks_effort=True,
        all_day=True, wellbeing=True, hrv=True,
    ),
)  # fmt: skip
FOOT_POD = Device(
    "footpod", "stryd", 4, 2.11, date(2016, 9, 12), position=False, heart_rate=False, cadence=True, power=True
)


def watch_on(day: date) -> Device:
    """The watch in use on a day: the last one bought."""
    owned = [watch for watch in WATCHES if watch.bought <= day]
    return owned[-1] if owned else OLD_WATCH
