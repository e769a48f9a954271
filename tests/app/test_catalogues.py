"""The catalogues of both languages against the code: nothing missing, nothing left over."""

import re
import string
from io import BytesIO

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from runningcoach_app.speech import LOCALES
from runningcoach_pipelines.settings import PROJECT_ROOT, Language

_KEYWORDS = {"say": None, "text": None, "count": (1, 2)}
_HANGUL = re.compile("[가-힣]")


def catalogue(language: Language) -> Catalog:
    file = LOCALES / language / "LC_MESSAGES" / "runningcoach.po"
    return read_po(BytesIO(file.read_bytes()), locale=language)


def in_code() -> set[str | tuple[str, ...]]:
    folder = PROJECT_ROOT / "runningcoach_app"
    return {message for _, _, message, *_ in extract_from_dir(folder, keywords=_KEYWORDS)}


def messages(language: Language) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


def forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else text


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", Language)
def test_a_catalogue_holds_exactly_what_the_code_says(language: Language) -> None:
    assert {message.id for message in messages(language)} == in_code()


@pytest.mark.parametrize("language", Language)
def test_every_form_of_every_message_is_translated_for_good(language: Language) -> None:
    plurals = catalogue(language).num_plurals
    for message in messages(language):
        wanted = 1 if isinstance(message.id, str) else plurals
        assert [bool(form) for form in forms(message.string)] == [True] * wanted, message.id
        assert not message.fuzzy, message.id


@pytest.mark.parametrize("language", Language)
def test_a_translation_has_the_placeholders_of_its_message(language: Language) -> None:
    for message in messages(language):
        wanted = placeholders(forms(message.id)[-1])
        assert all(placeholders(form) == wanted for form in forms(message.string)), message.id


def test_korean_is_korean() -> None:
    assert [m.id for m in messages(Language.KO) if not all(_HANGUL.search(form) for form in forms(m.string))] == []


def test_english_is_what_the_code_says() -> None:
    assert [m.id for m in messages(Language.EN) if m.string != m.id] == []
