"""How the dashboard speaks: translated text, and numbers, days and times as the language writes them.

Text in the code is English and is looked up in `locales/<language>/LC_MESSAGES/runningcoach.po`; the catalogues are
read as they are, there is nothing to compile. Words for stored values (sports, say) are in `vocabulary.py`.
"""

import datetime as dt
import gettext
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.dates import format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from runningcoach_pipelines.metrics import pace
from runningcoach_pipelines.settings import Language

LOCALES = Path(__file__).with_name("locales")

NOT_MEASURED = "–"


@dataclass(frozen=True, slots=True)
class ChartDates:
    """Day patterns of d3-format, which draws axes and tooltips in the browser."""

    day: str
    short_day: str
    month: str


_CHART_DATES = {
    Language.KO: ChartDates(day="%Y년 %-m월 %-d일", short_day="%-m월 %-d일", month="%Y년 %-m월"),
    Language.EN: ChartDates(day="%b %-d, %Y", short_day="%b %-d", month="%b %Y"),
}


@dataclass(frozen=True, slots=True)
class Speech:
    """One language. What is None was not measured and is written as a dash."""

    language: Language
    catalogue: gettext.NullTranslations

    def text(self, message: str, **values: object) -> str:
        """The translation of `message`, its `{names}` replaced by `values`."""
        said = self.catalogue.gettext(message)
        return said.format(**values) if values else said

    def count(self, singular: str, plural: str, number: int) -> str:
        """As `text`, in the form that `number` asks for; it replaces `{number}`."""
        said = self.catalogue.ngettext(singular, plural, number)
        return said.format(number=self.number(number))

    def number(self, value: float | None, digits: int = 0, *, signed: bool = False) -> str:
        """`1,234.5`; with a plus sign if `signed`."""
        if value is None:
            return NOT_MEASURED
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        rounded = round(value, digits) + 0.0  # no minus before a zero
        return format_decimal(rounded, f"+{pattern};-{pattern}" if signed else pattern, locale=self.language)

    def kilometres(self, distance_m: float | None) -> str:
        return NOT_MEASURED if distance_m is None else f"{self.number(distance_m / 1000, 1)} km"

    def day(self, day: dt.date) -> str:
        """`2026년 11월 21일 (토)`, `Sat, Nov 21, 2026`."""
        return format_skeleton("yMMMEd", day, locale=self.language)

    def short_day(self, day: dt.date) -> str:
        """`2026년 11월 21일`, `Nov 21, 2026`."""
        return format_skeleton("yMMMd", day, locale=self.language)

    def month(self, day: dt.date) -> str:
        """`2026년 11월`, `Nov 2026`."""
        return format_skeleton("yMMM", day, locale=self.language)

    def start(self, local: dt.datetime) -> str:
        """Day and time of an activity on its own clock: `2026년 11월 21일 (토) 06:31`."""
        return f"{self.day(local.date())} {local:%H:%M}"

    def duration(self, seconds: float | None) -> str:
        """`h:mm:ss`, rounded to seconds before it is split."""
        if seconds is None:
            return NOT_MEASURED
        minutes, rest = divmod(round(seconds), 60)
        return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"

    def pace(self, pace_s_per_km: float | None) -> str:
        """`m:ss`."""
        return NOT_MEASURED if pace_s_per_km is None else pace.written(pace_s_per_km)

    def pace_of(self, speed_mps: float | None) -> str:
        """The pace of a speed; a dash for standing still."""
        return self.pace(pace.METRES_PER_KM / speed_mps if speed_mps else None)

    @property
    def chart_dates(self) -> ChartDates:
        return _CHART_DATES[self.language]


@cache
def speech(language: Language) -> Speech:
    """The speech of `language`."""
    with (LOCALES / language / "LC_MESSAGES" / "runningcoach.po").open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Speech(language, gettext.GNUTranslations(compiled))
