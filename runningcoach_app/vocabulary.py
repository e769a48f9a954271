"""Words for values that the tables hold: sports, sources of a load, bands of form."""

from runningcoach_app.speech import NOT_MEASURED, Speech

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
