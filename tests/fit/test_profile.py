"""The profile and our overlay on it."""

from collections import Counter

import fitdecode.profile
import pytest

from runningcoach_pipelines.fit import profile
from runningcoach_pipelines.fit.overlay import MESSAGES

NUMBERS = sorted({*fitdecode.profile.MESSAGE_TYPES, *MESSAGES})


@pytest.mark.parametrize("number", NUMBERS)
def test_no_two_columns_of_a_message_can_have_one_name(number: int) -> None:
    message = profile.message(number)
    assert message is not None
    names = Counter(field.name for field in message.fields.values())
    names.update({subfield.name for field in message.fields.values() for subfield in field.subfields})
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("number", NUMBERS)
def test_components_and_subfields_refer_to_fields_of_their_message(number: int) -> None:
    message = profile.message(number)
    assert message is not None
    for field in message.fields.values():
        components = [*field.components, *(c for subfield in field.subfields for c in subfield.components)]
        assert {component.number for component in components} <= set(message.fields)
        assert {ref for subfield in field.subfields for ref, _ in subfield.when} <= set(message.fields)


def test_message_names_lead_back_to_their_numbers() -> None:
    for number in NUMBERS:
        message = profile.message(number)
        assert message is not None
        assert profile.message_number(message.name) == number
    assert profile.message_number("unknown_233") == 233
    assert profile.message_number("unknown_x") is None
    assert profile.message_number("nothing") is None
