"""Where the totals from the records differ from the device's by more than the tolerance, by how much, and why.

Keys are the first eight letters of a file's name and the session's number; values are ours minus the device's.
"""

_AFTER_LAST = "the device counted on after its last record"
_SYNTHETIC = "a made-up file: the summary has nothing to do with its records"
_CUT = "the file ends in the middle: its summary, at the front, is of the whole run"
_CHAINED = "two files in one that both claim the same start: records cannot be told apart by time"
_WHOLE_METRES = "distance in whole metres"
_SPARSE = "records seconds apart, some 10 to 50 s: the device averaged every second, we hold a value for 10 s at most"
_PAUSES = "timer events of whole seconds: each of many pauses adds or takes up to one"
_BETWEEN = "the highest second fell between two records"
_CHEST_STRAP = "heart rate that the strap handed over afterwards (`hr` messages): the device averaged other beats"
_HANDED_ON = "the device gave the metres around the change to the other session"
_OTHER_SECONDS = "the records average to our value however weighted: the device averaged other seconds"

EXPLAINED: dict[str, dict[tuple[str, int], tuple[float, str]]] = {
    "distance_m": {
        ("1a9c2923", 0): (-1.9, _AFTER_LAST),
        ("20d9eec4", 0): (-3.0, _AFTER_LAST),
        ("3f73dc39", 0): (-2.4, _AFTER_LAST),
        ("446a91e2", 6): (-0.9, _AFTER_LAST),
        ("5af7271a", 0): (-0.4, _WHOLE_METRES),
        ("5cd8f07a", 1): (3142.8, _CHAINED),
        ("649d03fc", 0): (-4.8, _AFTER_LAST),
        ("64f283c1", 0): (-1160.5, _SYNTHETIC),
        ("87020eec", 0): (-10345.8, _CUT),
        ("910454f2", 1): (-5.0, _HANDED_ON),
        ("910454f2", 2): (5.0, _HANDED_ON),
        ("a066d77d", 0): (-1.1, _AFTER_LAST),
        ("a4342a42", 0): (-31766.2, _SYNTHETIC),
        ("bdb23e5a", 0): (0.0, "distance in sixteenths of a metre"),
        ("c9173ec7", 0): (-0.1, _AFTER_LAST),
        ("d77927c0", 0): (-14.3, _AFTER_LAST),
        ("dc8cc83b", 0): (-7.6, _AFTER_LAST),
        ("e278d208", 0): (-1.9, _AFTER_LAST),
        ("f1b7b0a3", 0): (-4.4, _AFTER_LAST),
        ("f552a9f0", 0): (-4.3, _AFTER_LAST),
    },
    "timer_s": {
        ("1a9c2923", 0): (-6.0, _PAUSES),
        ("2279c0db", 0): (11.2, _PAUSES),
        ("581ad0f0", 0): (-30.8, _PAUSES),
        ("5af7271a", 0): (13.0, "records are missing for longer than the timer events say it stood still"),
        ("5cd8f07a", 1): (2760.0, _CHAINED),
        ("64f283c1", 0): (-3596.5, _SYNTHETIC),
        ("87020eec", 0): (-3244.0, _CUT),
        ("9e63c73b", 0): (1439.0, "440 pauses, of each of which the device left out some three seconds more"),
        ("a5317beb", 0): (10.0, _PAUSES),
        ("c9173ec7", 0): (-9.6, _PAUSES),
        ("f1b7b0a3", 0): (18.7, "25 records come two seconds apart: the app did not count those seconds"),
    },
    "avg_heart_rate_bpm": {
        ("06770696", 0): (-0.8, _OTHER_SECONDS),
        ("13727a75", 0): (1.4, _CHEST_STRAP),
        ("170f36c5", 0): (2.3, _SPARSE),
        ("5af7271a", 0): (-0.7, _OTHER_SECONDS),
        ("64f283c1", 0): (-22.5, _SYNTHETIC),
        ("656b13b5", 0): (0.9, _OTHER_SECONDS),
        ("964cc223", 0): (1.4, _OTHER_SECONDS),
        ("ae4332ce", 0): (-0.9, _SPARSE),
        ("d8b32283", 0): (-6.1, _CHEST_STRAP),
        ("d9eb932b", 0): (-3.8, _CHEST_STRAP),
        ("db68504d", 0): (-6.8, _CHEST_STRAP),
        ("e35225dc", 0): (1.6, _SPARSE),
        ("e72c0dcc", 0): (1.6, _SPARSE),
        ("ef2c144f", 0): (0.8, _SPARSE),
        ("f552a9f0", 0): (-2.7, _OTHER_SECONDS),
    },
    "max_heart_rate_bpm": {
        ("64f283c1", 0): (-55.0, _SYNTHETIC),
        ("84062b90", 0): (1.0, _CHEST_STRAP),
        ("910454f2", 1): (-1.0, _BETWEEN),
        ("910454f2", 2): (-1.0, _BETWEEN),
        ("bbae9a45", 0): (-1.0, _BETWEEN),
        ("bdb23e5a", 0): (-1.0, _BETWEEN),
        ("c135c5af", 0): (-1.0, _BETWEEN),
        ("c72e4a98", 0): (-1.0, _BETWEEN),
        ("d8b32283", 0): (-1.0, _CHEST_STRAP),
        ("fd78336d", 0): (-1.0, _BETWEEN),
    },
}

_OWN_MEAN = "the device's mean is not its distance over its timer time"
_RESTS = "a pool: the device leaves the rests out of its mean"
_RARE = "records seconds apart: the device had every second"
_MINUTE = "a minute long, with records seconds apart"
_WHOLE = "whole steps, as the sensor rounds them"
_NEXT_SECOND = "a lap ends with the record after the kilometre"
_ACCUMULATED = "the device averages the meter's accumulated work, which holds seconds that its power records miss"
_OWN_RATIO = "the mean of the ratio that the watch records itself, which is not that of the bounce and step it records"
_NO_POWER = "the device leaves seconds without power out, we count them as 0"
_FIRST_WINDOW = "a minute and a half: how the first seconds are averaged shows"
_OTHER_FORM = "another maker's form of weighted power"
_SENSOR = "the pod's own mean, over other seconds than it sent"
_BAROMETER = "the device smooths its barometer in another way"
_NO_BAROMETER = "altitude by satellites: noise on a level course"

FIGURES: dict[str, dict[str, str]] = {
    "average speed": {
        "bdb23e5a": _RARE,
        "d8b32283": _RESTS,
        "9722b5c9": _OWN_MEAN,
        "d9eb932b": _RESTS,
        "dc8cc83b": _AFTER_LAST,
        "db68504d": _RESTS,
        "1a9c2923": _OWN_MEAN,
        "d77927c0": "the device's mean is in km/h",
        "f1b7b0a3": _OWN_MEAN,
        "5af7271a": _OWN_MEAN,
        "a4342a42": _SYNTHETIC,
        "f552a9f0": _OWN_MEAN,
        "64f283c1": _SYNTHETIC,
        "581ad0f0": _OWN_MEAN,
    },
    "average cadence": {
        "bdb23e5a": _RARE,
        "9722b5c9": _WHOLE,
        "1a3e05a7": _MINUTE,
        "db12d098": _MINUTE,
        "ef2c144f": _RARE,
        "fa34e78b": _RARE,
    },
    "kilometre split": {
        "e72c0dcc": _RARE,
        "bdb23e5a": _RARE,
        "34e304fa": _RARE,
        "ea51d728": _NEXT_SECOND,
        "8c5b6b23": _NEXT_SECOND,
    },
    "weighted power": {
        "1ec64427": _NO_POWER,
        "3f73dc39": _OTHER_FORM,
        "48074f52": _FIRST_WINDOW,
        "dc352ab9": _ACCUMULATED,
        "5b083282": _ACCUMULATED,
        "4028929e": _ACCUMULATED,
        "5af7271a": _OTHER_FORM,
        "f552a9f0": _OTHER_FORM,
        "a6c79d06": _ACCUMULATED,
        "3eaed264": _ACCUMULATED,
        "c9173ec7": _OTHER_FORM,
        "581ad0f0": _OTHER_FORM,
    },
    "intensity by power": {
        "1195f43b": "0.7 W of weighted power, which its rounding to whole watts hides",
        "1ec64427": _NO_POWER,
        "3eaed264": _ACCUMULATED,
        "3f73dc39": _OTHER_FORM,
        "4028929e": _ACCUMULATED,
        "48074f52": _FIRST_WINDOW,
        "5b083282": _ACCUMULATED,
        "a6c79d06": _ACCUMULATED,
        "dc352ab9": _ACCUMULATED,
        "f552a9f0": _OTHER_FORM,
    },
    "load by power": {
        "1ec64427": _NO_POWER,
        "3f73dc39": _OTHER_FORM,
        "4028929e": _ACCUMULATED,
        "a6c79d06": _ACCUMULATED,
    },
    "time in heart-rate zone": {
        "13727a75": _CHEST_STRAP,
        "2f250f08": _SPARSE,
        "806c13c7": "43000 seconds: the device counted 24 more than its timer ran",
        "d9eb932b": _CHEST_STRAP,
        "db68504d": _CHEST_STRAP,
        "ef2c144f": _SPARSE,
    },
    "vertical ratio": {
        "1a3e05a7": _MINUTE,
        "910454f2": _OWN_RATIO,
        "cae35778": _OWN_RATIO,
        "db12d098": _MINUTE,
        "ea51d728": _OWN_RATIO,
        "ff9690df": _OWN_RATIO,
    },
    "ground contact time": {"a066d77d": _SENSOR, "1a3e05a7": _MINUTE, "db12d098": _MINUTE},
    "ascent": {
        "170f36c5": _NO_BAROMETER,
        "964cc223": "an invented course",
        "806c13c7": _BAROMETER,
        "774ea26b": _BAROMETER,
        "a6c79d06": _BAROMETER,
        "910454f2": _BAROMETER,
        "a4342a42": _SYNTHETIC,
        "c9173ec7": _BAROMETER,
        "a066d77d": _NO_BAROMETER,
        "9a17df6a": _BAROMETER,
        "e97a45cb": _NO_BAROMETER,
        "ff9690df": _BAROMETER,
    },
}
"""Files of which a figure differs from the device's by more than the tolerance of `runningcoach check`, and why."""


TIME_IN_ZONES: dict[str, tuple[float, str]] = {
    "13727a75": (1933, _CHEST_STRAP),
    "170f36c5": (-224, _SPARSE),
    "2f250f08": (-18, _SPARSE),
    "64f283c1": (-500, _SYNTHETIC),
    "806c13c7": (-15, "43000 seconds: the device counted 24 more than its timer ran"),
    "8c5b6b23": (-14, _RARE),
    "bbae9a45": (-21, _SPARSE),
    "c135c5af": (-42, _SPARSE),
    "d9eb932b": (733, _CHEST_STRAP),
    "db68504d": (355, _CHEST_STRAP),
    "ef2c144f": (-73, _SPARSE),
    "fa34e78b": (-332, _SPARSE),
}
"""The largest difference of a zone by file, ours minus the device's, between bounds as the device has them."""
