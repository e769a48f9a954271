"""Words for values that the tables hold: sports, sources of a load, bands of form."""

from runningcoach_app.speech import NOT_MEASURED, Speech
from runningcoach_pipelines.metrics import race

_KILOMETRE_M, _MILE_M = 1000.0, 1609.344

ON_FOOT = ("running", "walking", "hiking")
"""Sports whose speed is told as a pace."""


def sport_name(speech: Speech, sport: str, sub_sport: str | None) -> str:
    """The sport as people say it; one without a word of ours is shown by its FIT name."""
    say = speech.text
    names = {
        ("running", "treadmill"): say("Treadmill run"),
        ("running", "indoor_running"): say("Indoor run"),
        ("running", "track"): say("Track run"),
        ("running", "trail"): say("Trail run"),
        ("running", None): say("Run"),
        ("cycling", "indoor_cycling"): say("Indoor ride"),
        ("cycling", None): say("Ride"),
        ("swimming", "open_water"): say("Open-water swim"),
        ("swimming", None): say("Swim"),
        ("walking", None): say("Walk"),
        ("hiking", None): say("Hike"),
        ("training", "strength_training"): say("Strength training"),
        ("training", None): say("Training"),
        ("rowing", None): say("Rowing"),
        ("cross_country_skiing", None): say("Cross-country skiing"),
        ("transition", None): say("Transition between sports"),
        ("generic", None): say("Activity"),
    }
    return names.get((sport, sub_sport)) or names.get((sport, None)) or sport.replace("_", " ")


def load_source_name(speech: Speech, source: str | None) -> str:
    """What a load was computed from; nothing where no load is known."""
    say = speech.text
    names = {
        "heart_rate": say("Heart rate"),
        "pace": say("Pace"),
        "power": say("Power"),
        "perceived_effort": say("Perceived effort"),
        "device": say("Device"),
        "imputed": say("Estimated from time"),
    }
    return NOT_MEASURED if source is None else names.get(source, source)


def distance_name(speech: Speech, distance_m: float) -> str:
    """A distance that races are run over, as runners call it."""
    say = speech.text
    names = {
        race.HALF_MARATHON_M: say("Half marathon"),
        race.MARATHON_M: say("Marathon"),
        _MILE_M: say("1 mile"),
        2 * _MILE_M: say("2 miles"),
        10 * _MILE_M: say("10 miles"),
    }
    plain = f"{distance_m:g} m" if distance_m < _KILOMETRE_M else f"{distance_m / _KILOMETRE_M:g} km"
    return names.get(distance_m, plain)


def intensity_name(speech: Speech, label: str | None) -> str:
    """The word for a distribution of `metrics.distribution.label`."""
    say = speech.text
    names = {
        "polarized": say("Polarized"),
        "pyramidal": say("Pyramidal"),
        "threshold": say("Threshold"),
        "high_intensity": say("High intensity"),
        "non_polarized": say("Mixed"),
    }
    return NOT_MEASURED if label is None else names.get(label, label)


def form_band_name(speech: Speech, band: str | None) -> str:
    """The word for a band of `metrics.fitness.form_band`."""
    say = speech.text
    names = {
        "transition": say("Very fresh"),
        "fresh": say("Fresh"),
        "grey": say("Neutral"),
        "optimal": say("Productive"),
        "high risk": say("Overreaching"),
    }
    return NOT_MEASURED if band is None else names.get(band, band)
