"""Numbers, days and times as each language writes them."""

import datetime as dt

import pytest

from runningcoach_app.speech import speech
from runningcoach_pipelines.settings import Language

KO, EN = speech(Language.KO), speech(Language.EN)
SATURDAY = dt.date(2026, 11, 21)


@pytest.mark.parametrize(
    ("value", "digits", "signed", "written"),
    [
        (None, 1, False, "–"),
        (1234.56, 1, False, "1,234.6"),
        (0.0, 0, False, "0"),
        (-0.04, 1, True, "+0.0"),
        (3.25, 1, True, "+3.2"),
        (-14.06, 1, True, "-14.1"),
    ],
)
def test_a_number_is_rounded_grouped_and_signed_on_request(
    value: float | None, digits: int, signed: bool, written: str
) -> None:
    assert KO.number(value, digits, signed=signed) == EN.number(value, digits, signed=signed) == written


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(None, "–"), (0, "0:00:00"), (59.6, "0:01:00"), (3599.6, "1:00:00"), (12055, "3:20:55"), (360000, "100:00:00")],
)
def test_a_duration_is_rounded_before_it_is_split(seconds: float | None, written: str) -> None:
    assert KO.duration(seconds) == written


@pytest.mark.parametrize(("pace", "written"), [(None, "–"), (299.6, "5:00"), (299.4, "4:59"), (605, "10:05")])
def test_a_pace_is_never_four_sixty(pace: float | None, written: str) -> None:
    assert EN.pace(pace) == written


def test_days_are_written_as_the_language_does() -> None:
    early = dt.datetime.combine(SATURDAY, dt.time(6, 5))
    assert (KO.day(SATURDAY), EN.day(SATURDAY)) == ("2026년 11월 21일 (토)", "Sat, Nov 21, 2026")
    assert (KO.short_day(SATURDAY), EN.short_day(SATURDAY)) == ("2026년 11월 21일", "Nov 21, 2026")
    assert (KO.start(early), EN.start(early)) == ("2026년 11월 21일 (토) 06:05", "Sat, Nov 21, 2026 06:05")


def test_a_count_takes_the_form_of_its_number() -> None:
    def runs(number: int) -> tuple[str, str]:
        return EN.count("{number} run", "{number} runs", number), KO.count("{number} run", "{number} runs", number)

    assert [runs(n) for n in (0, 1, 2)] == [("0 runs", "달리기 0회"), ("1 run", "달리기 1회"), ("2 runs", "달리기 2회")]


def test_a_message_without_a_translation_is_said_in_english() -> None:
    assert KO.text("Nobody has translated {this}", this="that") == "Nobody has translated that"
