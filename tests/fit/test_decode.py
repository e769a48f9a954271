"""Each rule of the format in a file of a few messages, and what it must decode to."""

import datetime as dt
import subprocess
import sys

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal, assert_series_equal

from runningcoach_pipelines.fit import FitDecodeError, FitFile, ProblemKind, decode
from runningcoach_pipelines.fit.encode import Developer, Interleaved, Raw, Rows, encode
from tests.fit.recordings import (
    EPOCH,
    FILE_ID,
    START,
    at,
    definition,
    described_field,
    every_rule,
    fit_bytes,
    fit_seconds,
    run,
    with_crc,
)

RULES = every_rule()


def column(data: bytes, message: str, name: str) -> list[object]:
    return decode(data).messages[message][name].to_list()


def kinds(fit: FitFile) -> list[ProblemKind]:
    return [problem.kind for problem in fit.problems]


def record(*values: tuple[str, object]) -> bytes:
    return encode([Rows("record", dict(values))])


def test_a_plain_run_decodes_into_typed_frames_with_units() -> None:
    fit = decode(run(3))
    assert not fit.problems
    assert [*fit.messages] == [
        "file_id", "event", "developer_data_id", "field_description", "record", "hrv", "lap", "session",
    ]  # fmt: skip
    expected = pl.DataFrame(
        {
            "timestamp": [at(0), at(1), at(2)],
            "position_lat": [447_000_000, 447_000_001, 447_000_002],
            "heart_rate": [None, 100, 101],
            "enhanced_speed": [2.0, 3.0, 4.0],
            "enhanced_altitude": [12.4, 12.4, 12.4],
            "distance": [0.0, 3.0, 6.0],
            "unknown_20_field_90": [0, 1, 2],
            "developer_0_7": [0.0, 10.5, 21.0],
        },
        schema_overrides={"timestamp": pl.Datetime("us", "UTC")},
    )
    assert_frame_equal(fit.messages["record"], expected)
    assert fit.units["record"] == {
        "position_lat": "semicircles",
        "heart_rate": "bpm",
        "enhanced_speed": "m/s",
        "enhanced_altitude": "m",
        "distance": "m",
    }
    assert fit.header.protocol_version == (2, 0)
    assert fit.header.profile_version == (21, 71)


def test_only_the_messages_and_columns_asked_for_are_decoded() -> None:
    fit = decode(run(3), messages={"record": ["heart_rate", "enhanced_speed"], "lap": None})
    assert [*fit.messages] == ["record", "lap"]
    assert fit.messages["record"].columns == ["heart_rate", "enhanced_speed"]
    assert [*decode(run(3), messages=["session", "sport"]).messages] == ["session"]


def test_a_column_asked_for_is_found_behind_its_component_or_its_field() -> None:
    data = RULES["component speed and altitude"]
    assert_frame_equal(
        decode(data, messages={"record": ["enhanced_speed"]}).messages["record"],
        decode(data).messages["record"].select("enhanced_speed"),
    )
    session = decode(run(3), messages={"session": ["avg_running_cadence"]}).messages["session"]
    assert session.to_dict(as_series=False) == {"avg_running_cadence": [84]}


@pytest.mark.parametrize("selection", ["record", ["records"], {"record": ["hart_rate"]}])
def test_a_misspelt_selection_is_an_error(selection: object) -> None:
    with pytest.raises(ValueError, match=r"no (FIT message|field)"):
        decode(run(3), messages=selection)  # type: ignore[arg-type]


def test_integers_of_every_width_and_their_invalid_values() -> None:
    frame = decode(RULES["every base type"]).messages["unknown_65280"]
    values = {name.removeprefix("unknown_65280_field_"): frame[name].to_list() for name in frame.columns}
    assert values["3"] == [-32768, 32766, None]
    assert values["6"] == [0, 2**32 - 2, None]
    assert values["7"] == ["a", "bc", None]
    assert values["8"] == [0.5, pytest.approx(-1e30), None]
    assert values["11"] == [1, 65535, None]
    assert values["13"] == [b"\x00\x01", b"\xff\x01", None]
    assert values["14"] == [-(2**62), 2**63 - 2, None]
    assert values["15"] == [0, 2**64 - 2, None]
    assert values["16"] == [1, 2**64 - 1, None]
    assert frame.schema["unknown_65280_field_15"] == pl.UInt64()


def test_many_messages_are_read_as_few_are() -> None:
    # Up to 16 messages are unpacked one by one, more are gathered.
    rows = [-(2**62), 2**63 - 2, None]
    few, many = (
        encode(
            [
                Rows(
                    0xFF00,
                    {1: rows * n, 2: [[1, None], [3, 4], [None, None]] * n},
                    base_types={1: "sint64", 2: "uint8"},
                )
            ]
        )
        for n in (1, 30)
    )
    assert_frame_equal(
        decode(many).messages["unknown_65280"],
        pl.concat([decode(few).messages["unknown_65280"]] * 30),
    )


def test_scale_then_offset_in_double_precision() -> None:
    data = record(("altitude", [-500.0, 0.2, 12606.8]))
    assert column(data, "record", "altitude") == [0 / 5 - 500, 2501 / 5 - 500, 65534 / 5 - 500]


def test_big_endian_definitions_stand_beside_little_endian_ones() -> None:
    fit = decode(RULES["big endian beside little endian"])
    speeds = fit.messages["record"]["enhanced_speed"].to_numpy()
    np.testing.assert_allclose(speeds, np.linspace(0, 5, 40), atol=0.0005)
    assert fit.messages["lap"]["total_distance"].to_list() == [12.5]


def test_compressed_timestamps_count_on_past_thirty_two_seconds() -> None:
    times = column(RULES["compressed timestamps"], "record", "timestamp")
    assert times == [at(second) for second in range(1, 40)]


def test_a_compressed_timestamp_counts_from_the_last_message_of_any_kind() -> None:
    data = encode(
        [
            Rows("record", {"timestamp": [START], "heart_rate": [100]}),
            Rows("event", {"timestamp": [at(100)], "event": ["lap"]}),
            Rows("record", {"timestamp": [at(100), at(103)], "heart_rate": [101, 102]}, compressed_timestamp=True),
        ]
    )
    assert column(data, "record", "timestamp") == [START, at(100), at(103)]


def test_a_message_of_nothing_but_a_compressed_timestamp_is_a_row() -> None:
    data = fit_bytes(
        definition(20, [(253, 4, 0x86)], local_type=1),
        b"\x01" + fit_seconds(START).to_bytes(4, "little"),
        definition(20, [], local_type=0),
        bytes([0x80 | (fit_seconds(START) + 3) & 0x1F]),
    )
    assert column(data, "record", "timestamp") == [START, at(3)]


def test_reserved_bits_of_a_data_header_are_ignored() -> None:
    data = fit_bytes(definition(20, [(3, 1, 0x02)]), b"\x00\x64", b"\x30\x65", b"\x10\x66")
    assert column(data, "record", "heart_rate") == [100, 101, 102]


def test_the_native_value_wins_over_the_expanded_one_where_it_is_valid() -> None:
    assert column(RULES["native enhanced value wins"], "record", "enhanced_speed") == [2.0, 2.75, 3.25]
    assert column(RULES["native enhanced value wins"], "record", "speed") == [2.0, 2.5, 3.0]


def test_an_accumulated_distance_passes_its_twelve_bits() -> None:
    # 12 bits of speed in 1/100 m/s, then 12 bits of distance in 1/16 m.
    assert column(RULES["accumulated distance"], "record", "distance") == [16.0, 255.9375, None, 257.125]
    assert column(RULES["accumulated distance"], "record", "speed") == [1.0, 1.0, None, 1.0]


def test_an_accumulator_counts_on_from_the_fields_own_value_across_definitions() -> None:
    data = encode(
        [
            Rows("record", {"distance": [1000.0]}),
            Rows("record", {"compressed_speed_distance": [b"\x64\x00\x00"]}),
            Rows("record", {"compressed_speed_distance": [b"\x64\x00\x01", b"\x64\x00\x00"], "heart_rate": [1, 2]}),
        ]
    )
    # 1000 m is 16000 sixteenths, 16000 & 0xFFF = 3712; the counter comes round at 4096 / 16 = 256 m.
    assert column(data, "record", "distance") == [1000.0, 1024.0, 1025.0, 1280.0]


def test_subfields_follow_their_reference_and_keep_the_field() -> None:
    event = decode(RULES["subfields"]).messages["event"]
    assert event["data"].to_list() == [180, 4500, 3900]
    assert event["hr_high_alert"].to_list() == [180, None, None]
    assert event["speed_high_alert"].to_list() == [None, 4.5, None]
    assert event["battery_level"].to_list() == [None, None, 3.9]


def test_a_component_may_feed_a_field_with_subfields() -> None:
    data = encode([Rows("event", {"event": ["battery"], "event_type": ["marker"], "data16": [3900]})])
    event = decode(data).messages["event"]
    assert event.select("data16", "data", "battery_level").row(0) == (3900, 3900, 3.9)


@pytest.mark.parametrize("speed", [[2.5, 3.0], [[2.5, 3.0], [3.5, 4.0]]])
def test_a_container_stored_as_float_yields_nothing(speed: list[object]) -> None:
    data = encode([Rows("record", {"heart_rate": [100, 101], "speed": speed}, base_types={"speed": "float32"})])
    assert decode(data).messages["record"].columns == ["heart_rate", "speed"]


def test_components_of_a_subfield_and_zero_where_zero_is_invalid() -> None:
    data = RULES["components of a subfield"]
    event = decode(data).messages["event"]
    gears = event.select("rear_gear_num", "rear_gear", "front_gear_num", "front_gear").row(0)
    assert gears == (3, 0x19, 2, 0x22)
    zero = encode([Rows("event", {"event": ["rear_gear_change"], "data": [0x00_00_19_03]})])
    assert decode(zero).messages["event"].select("rear_gear", "front_gear").row(0) == (0x19, None)


def test_lists_keep_each_message_its_own_length() -> None:
    assert column(RULES["arrays of different lengths"], "hrv", "time") == [
        [0.5],
        [0.5, 0.6, None],
        [0.5, 0.6, 0.7, 0.8, 0.9],
    ]


def test_a_list_of_nothing_but_invalid_values_is_null() -> None:
    data = encode([Rows("hrv", {"time": [[0.5, None], [None, None]]})])
    assert column(data, "hrv", "time") == [[0.5, None], None]


def test_strings_end_at_their_first_nul_and_survive_damage() -> None:
    data = RULES["strings"]
    assert column(data, "workout_step", "wkt_step_name") == ["läuft", None, "no end"]
    assert column(data, "device_info", "product_name") == ["bad \ufffd\ufffd utf"]


def test_enum_values_are_names_and_unknown_codes_numbers() -> None:
    data = encode([Rows("session", {"sport": ["running", 200, None], "sub_sport": ["trail", "track", 201]})])
    session = decode(data).messages["session"]
    assert session["sport"].to_list() == ["running", "200", None]
    assert session["sub_sport"].to_list() == ["trail", "track", "201"]


def test_enum_columns_are_categorical_whatever_they_hold() -> None:
    data = encode(
        [
            Rows("session", {"sport": ["running"], "event": [None], "sport_index": [1]}),
            Rows("set", {"category": [["run", None], [65_000, "squat"]]}, base_types={"category": "uint16"}),
        ]
    )
    fit = decode(data)
    session, sets = fit.messages["session"], fit.messages["set"]
    assert session.dtypes == [pl.Categorical, pl.Categorical, pl.Int64]
    assert sets.schema["category"] == pl.List(pl.Categorical)
    assert sets["category"].to_list() == [["run", None], ["65000", "squat"]]
    assert decode(run(3)).messages["event"].schema["timer_trigger"] == pl.Categorical


def test_enum_columns_of_different_files_compare_join_and_stack() -> None:
    one, other = (
        decode(encode([Rows("session", {"sport": sports})])).messages["session"]
        for sports in (["running", 200, None], ["cycling", "running", 200])
    )
    assert pl.concat([one, other])["sport"].to_list() == ["running", "200", None, "cycling", "running", "200"]
    assert (one["sport"] == "running").to_list() == [True, False, None]
    assert one.join(other, on="sport")["sport"].cast(pl.String).sort().to_list() == ["200", "running"]


def test_thousands_of_enum_values_are_named_as_a_few_are() -> None:
    names = ["generic", "running", "200", None] * 500
    data = encode([Rows("record", {"activity_type": [0, 1, 200, None] * 500})])
    assert_series_equal(
        decode(data).messages["record"]["activity_type"],
        pl.Series("activity_type", names, pl.Categorical),
    )
    wide = encode([Rows("record", {"activity_type": [1, 70_000, None] * 500}, base_types={"activity_type": "uint32"})])
    assert column(wide, "record", "activity_type") == ["running", "70000", None] * 500


def test_masks_and_anchored_numbers_stay_numbers() -> None:
    data = encode(
        [
            Rows("lap", {"message_index": [3, 0x8003]}),
            Rows("workout_step", {"custom_target_value_low": [165], "target_type": ["heart_rate"]}),
        ]
    )
    assert column(data, "lap", "message_index") == [3, 0x8003]
    assert column(data, "workout_step", "custom_target_heart_rate_low") == [165]


def test_local_times_have_no_zone_and_a_day_may_end_at_midnight() -> None:
    fit = decode(RULES["local times, times of day and booleans"])
    assert fit.messages["activity"]["local_timestamp"].to_list() == [dt.datetime(2025, 5, 4, 9, 30)]  # noqa: DTZ001
    assert fit.messages["user_profile"].row(0) == (21_600, 86_400)
    assert fit.messages["device_settings"].row(0) == (True, None)


def test_seconds_since_power_on_stay_on_the_epoch_and_are_reported() -> None:
    fit = decode(record(("timestamp", [EPOCH + dt.timedelta(seconds=5), START]), ("heart_rate", [1, 2])))
    assert fit.messages["record"]["timestamp"].to_list() == [EPOCH + dt.timedelta(seconds=5), START]
    assert kinds(fit) == [ProblemKind.SYSTEM_TIME]


def test_monitoring_timestamps_of_sixteen_bits_count_on_from_the_last_whole_one() -> None:
    low = [(fit_seconds(START) + s) & 0xFFFF for s in (60, 40_000, 80_000)]
    data = encode(
        [
            Rows("monitoring_info", {"timestamp": [START]}),
            Rows("monitoring", {"timestamp": [None] * 3, "timestamp_16": low, "heart_rate": [60, 61, 62]}),
        ]
    )
    assert column(data, "monitoring", "timestamp") == [at(60), at(40_000), at(80_000)]


def test_sixteen_bits_do_not_count_on_from_the_file_in_front() -> None:
    parts = [
        Rows("monitoring_info", {"timestamp": [START]}),
        Rows("monitoring", {"timestamp_16": [(fit_seconds(START) + s) & 0xFFFF for s in (60, 120)]}),
    ]
    assert column(encode(parts) + encode(parts), "monitoring", "timestamp") == [at(60), at(120)] * 2


def test_monitoring_messages_without_a_timestamp_field_get_one_from_their_sixteen_bits() -> None:
    data = encode(
        [
            Rows("monitoring_info", {"timestamp": [START]}),
            Rows("monitoring", {"timestamp_16": [(fit_seconds(START) + 60) & 0xFFFF], "heart_rate": [60]}),
        ]
    )
    assert column(data, "monitoring", "timestamp") == [at(60)]


def test_developer_fields_are_keyed_by_index_and_number() -> None:
    fit = decode(RULES["developer fields"])
    assert fit.messages["record"]["developer_0_7"].to_list() == [1.5, None, 2.5]
    assert fit.messages["record"]["developer_1_7"].to_list() == [1, None, 3]
    assert [(f.column, f.name, f.units, f.base_type) for f in fit.developer_fields] == [
        ("developer_0_7", "Power", "W", "float32"),
        ("developer_1_7", None, None, "uint16"),
    ]
    assert fit.developer_fields[0].application_id == bytes(range(16))


def test_a_description_that_comes_late_still_holds() -> None:
    fields = Rows("record", {"heart_rate": [100], Developer(0, 7, "uint16"): [300]})
    fit = decode(encode([fields, *described_field(0, 7, "uint16")]))
    assert fit.messages["record"]["developer_0_7"].to_list() == [300]
    assert kinds(fit) == [ProblemKind.DEVELOPER_FIELD]


def test_a_description_without_its_application_holds_all_the_same() -> None:
    _, description = described_field(0, 7, "uint16")
    fit = decode(encode([description, Rows("record", {"heart_rate": [100], Developer(0, 7, "uint16"): [300]})]))
    assert fit.messages["record"]["developer_0_7"].to_list() == [300]
    assert fit.developer_fields[0].application_id is None
    assert not fit.problems


def test_a_developer_field_without_description_is_bytes() -> None:
    fit = decode(encode([Rows("record", {"heart_rate": [100], Developer(0, 7, "uint16"): [300]})]))
    assert fit.messages["record"]["developer_0_7"].to_list() == [b"\x2c\x01"]


def test_a_description_changed_in_the_middle_holds_from_there_on() -> None:
    data = encode(
        [
            *described_field(0, 7, "uint8"),
            Rows("record", {"heart_rate": [100], Developer(0, 7, "uint8"): [255]}),
            *described_field(0, 7, "sint8"),
            Rows("record", {"heart_rate": [101], Developer(0, 7, "sint8"): [-1]}),
        ]
    )
    assert column(data, "record", "developer_0_7") == [None, -1]


def test_chained_files_start_afresh() -> None:
    fit = decode(run(2) + run(3))
    assert len(fit.headers) == 2
    assert fit.messages["record"].height == 5
    assert fit.messages["file_id"].height == 2
    assert not fit.problems
    undefined = run(2) + fit_bytes(b"\x00\x00")
    assert kinds(decode(undefined)) == [ProblemKind.UNDEFINED_LOCAL_TYPE]


def test_a_local_type_may_be_defined_again_and_rows_keep_the_files_order() -> None:
    frame = decode(RULES["a local type defined again"]).messages["record"]
    assert frame["timestamp"].to_list() == [at(second) for second in range(6)]
    assert frame["heart_rate"].to_list() == [90, 91, None, None, 92, 93]
    assert frame["power"].to_list() == [None, None, 200, 201, None, None]


def test_the_same_definition_written_before_each_message_is_one_definition() -> None:
    fields = definition(20, [(3, 1, 0x02)])
    fit = decode(fit_bytes(*(fields + bytes([0, 60 + n % 100]) for n in range(5000))))
    assert fit.messages["record"]["heart_rate"].to_list() == [60 + n % 100 for n in range(5000)]


def test_unknown_messages_and_fields_keep_their_numbers() -> None:
    fit = decode(RULES["unknown messages and fields"])
    assert fit.messages["unknown_65025"]["unknown_65025_field_3"].to_list() == [1, None, 3]
    assert fit.messages["record"]["unknown_20_field_240"].to_list() == [5, 6]


def test_the_overlay_names_what_the_profile_does_not() -> None:
    data = encode(
        [
            Rows("physiological_metrics", {"vo2_max": [55.9], "performance_condition": [-9]}),
            Rows("record", {"grade_adjusted_speed": [3.251]}),
            Rows("event", {"event": ["recovery_time"], "data": [1200]}),
        ]
    )
    fit = decode(data)
    metrics = fit.messages["physiological_metrics"]
    assert metrics["vo2_max"][0] == pytest.approx(55.9, abs=1e-4)
    assert metrics["performance_condition"][0] == -9
    assert fit.messages["record"]["grade_adjusted_speed"].to_list() == [3.251]
    assert fit.messages["event"].row(0) == ("recovery_time", 1200)


def test_a_base_type_without_its_endian_bit_is_the_type_it_means() -> None:
    data = fit_bytes(definition(20, [(7, 2, 0x04)]), b"\x00\x2c\x01")
    assert column(data, "record", "power") == [300]


def test_an_unknown_base_type_leaves_bytes() -> None:
    fit = decode(fit_bytes(definition(20, [(7, 2, 0x1F)]), b"\x00\x2c\x01"))
    assert fit.messages["record"]["power"].to_list() == [b"\x2c\x01"]
    assert kinds(fit) == [ProblemKind.UNKNOWN_BASE_TYPE]


@pytest.mark.parametrize(
    ("size", "stored", "value"), [(1, b"\x05", 5), (2, b"\x05\x01", 261), (3, b"\x05\x01\x00", b"\x05\x01\x00")]
)
def test_a_size_that_does_not_fit_the_type(size: int, stored: bytes, value: object) -> None:
    fit = decode(fit_bytes(definition(0xFF00, [(3, size, 0x86)]), b"\x00" + stored))
    assert fit.messages["unknown_65280"].row(0) == (value,)
    assert kinds(fit) == [ProblemKind.FIELD_SIZE]


def test_a_field_of_size_zero_has_no_column() -> None:
    fit = decode(fit_bytes(definition(20, [(3, 0, 0x02), (4, 1, 0x02)]), b"\x00\x50"))
    assert fit.messages["record"].columns == ["cadence"]
    assert kinds(fit) == [ProblemKind.FIELD_SIZE]


@pytest.mark.parametrize("count", [1, 40])
def test_a_field_listed_twice_is_its_first_valid_scalar(count: int) -> None:
    fields = definition(20, [(7, 4, 0x84), (7, 2, 0x84), (7, 2, 0x84)])
    message = b"\x00\x01\x00\x02\x00\xff\xff\x2c\x01"
    fit = decode(fit_bytes(fields, message * count))
    assert fit.messages["record"]["power"].to_list() == [300] * count
    assert kinds(fit) == [ProblemKind.DUPLICATE_FIELD]


def test_a_field_that_is_number_here_and_text_there_keeps_both() -> None:
    data = fit_bytes(definition(20, [(7, 2, 0x84)]), b"\x00\x2c\x01", definition(20, [(7, 3, 0x07)]), b"\x00ab\x00")
    frame = decode(data).messages["record"]
    assert frame.to_dict(as_series=False) == {"power": [300, None], "power_as_text": [None, "ab"]}


def test_an_integer_here_and_a_float_there_is_a_float() -> None:
    data = encode(
        [
            Rows("record", {"power": [300, None]}),
            Rows("record", {"power": [250.5, None]}, base_types={"power": "float32"}),
        ]
    )
    assert column(data, "record", "power") == [300.0, None, 250.5, None]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("count", [1, 40])
def test_any_nan_is_null_without_a_warning(count: int) -> None:
    signalling_nan = b"\x01\x00\xa0\x7f"
    fit = decode(fit_bytes(definition(20, [(7, 4, 0x88)]), (b"\x00" + signalling_nan) * count))
    assert fit.messages["record"]["power"].to_list() == [None] * count


def test_a_header_without_crc_or_with_twelve_bytes_is_no_problem() -> None:
    for rule in ("a header of twelve bytes", "a header without its CRC"):
        fit = decode(RULES[rule])
        assert not fit.problems
        assert fit.header.crc is None


def test_a_longer_header_is_skipped() -> None:
    plain = encode([FILE_ID])
    longer = with_crc(b"\x10" + plain[1:12] + bytes(4) + plain[14:-2])
    fit = decode(longer)
    assert fit.header.size == 16
    assert not fit.problems
    assert fit.messages["file_id"].height == 1


def test_a_wrong_crc_is_reported_and_the_data_kept() -> None:
    good = run(3)
    bad = good[:-1] + bytes([good[-1] ^ 1])
    fit = decode(bad)
    assert kinds(fit) == [ProblemKind.FILE_CRC]
    assert fit.messages["record"].height == 3
    assert not decode(bad, check_crc=False).problems
    header = good[:12] + bytes([good[12] ^ 1]) + good[13:]
    assert kinds(decode(header)) == [ProblemKind.HEADER_CRC, ProblemKind.FILE_CRC]


def test_a_missing_crc_is_reported() -> None:
    assert kinds(decode(run(3)[:-2])) == [ProblemKind.MISSING_CRC]


def test_garbage_after_the_end_is_reported() -> None:
    fit = decode(run(3) + b"garbage")
    assert kinds(fit) == [ProblemKind.TRAILING_BYTES]
    assert fit.problems[0].offset == len(run(3))


def test_a_file_whose_header_says_nothing_is_read_to_its_end() -> None:
    good = run(3)
    fit = decode(good[:4] + bytes(4) + good[8:12] + bytes(2) + good[14:])
    assert kinds(fit) == [ProblemKind.HEADER]
    assert_frame_equal(fit.messages["record"], decode(good).messages["record"])


def test_an_undefined_local_type_ends_the_reading_and_names_the_place() -> None:
    data = encode([FILE_ID, Raw(b"\x0f\x00")])
    fit = decode(data)
    assert fit.messages["file_id"].height == 1
    (problem,) = fit.problems
    assert (problem.kind, problem.offset) == (ProblemKind.UNDEFINED_LOCAL_TYPE, len(data) - 4)
    assert "local message type 15" in problem.cause


@pytest.mark.parametrize("data", [b"", b"hello", b"\x0e" + b"x" * 30, b"PK\x03\x04" + bytes(100)])
def test_what_is_not_fit_is_an_error_with_its_offset(data: bytes) -> None:
    with pytest.raises(FitDecodeError, match="byte 0: ") as caught:
        decode(data)
    assert caught.value.problem.kind is ProblemKind.NOT_FIT


def test_damage_that_repeats_is_summed_up() -> None:
    definitions = [definition(20, [(3, 0, 0x02), (4, 1, 0x02)]) for _ in range(1)]
    odd = [definition(0xFF00 + n, [(3, 3, 0x86)]) for n in range(150)]
    fit = decode(fit_bytes(*definitions, *(d + b"\x00abc" for d in odd)))
    assert len(fit.problems) == 101
    assert fit.problems[-1].kind is ProblemKind.TOO_MANY_PROBLEMS


def test_a_union_of_definitions_that_is_nearly_all_null_keeps_its_fullest_columns() -> None:
    common = definition(0xFF00, [(0, 1, 0x02)]) + b"\x00\x07" * 200_000
    sparse = [definition(0xFF00, [(n, 1, 0x02)]) + b"\x00\x08" for n in range(1, 200)]
    fit = decode(fit_bytes(common, *sparse))
    frame = fit.messages["unknown_65280"]
    assert frame.height == 200_199
    assert frame.width < 50
    assert frame["unknown_65280_field_0"].sum() == 7 * 200_000
    assert kinds(fit) == [ProblemKind.TOO_SPARSE]


def test_developer_columns_that_are_nearly_all_null_are_bounded_as_well() -> None:
    each = range(0, 255)
    definitions = [definition(20, [], developer=[(n, 1, index) for n in each]) for index in range(100)]
    data = fit_bytes(*(d + b"\x00" + bytes(each) for d in definitions))
    fit = decode(data)
    assert fit.messages["record"].height == 100
    assert fit.messages["record"].width * 100 <= max(8 * len(data), 1 << 20)
    assert ProblemKind.TOO_SPARSE in kinds(fit)


def test_kinds_after_the_first_thousands_of_columns_are_left_out() -> None:
    wide = [(n, 1, 0x02) for n in range(255)]
    fit = decode(fit_bytes(*(definition(0xFE00 + n, wide) + b"\x00" + bytes(255) for n in range(80))))
    assert 1 << 14 < sum(frame.width for frame in fit.messages.values()) < (1 << 14) + 300
    (first, *_) = (problem for problem in fit.problems if problem.kind is ProblemKind.TOO_MANY_COLUMNS)
    assert first.cause == "message 65089 is left out: those in front have 16575 columns already"


def test_a_message_interleaved_with_others_keeps_its_order() -> None:
    times = [at(second) for second in range(100)]
    data = encode(
        [
            Interleaved(
                [
                    Rows("record", {"timestamp": times, "heart_rate": np.arange(100)}),
                    Rows("hrv", {"time": [[second / 100] for second in range(100)]}, at=times),
                ]
            )
        ]
    )
    fit = decode(data)
    assert fit.messages["record"]["heart_rate"].to_list() == [*range(100)]
    assert fit.messages["hrv"]["timestamp"].to_list() == times


def test_memoryviews_are_read() -> None:
    assert_frame_equal(decode(memoryview(run(3))).messages["record"], decode(run(3)).messages["record"])


def test_importing_the_package_loads_no_heavy_library() -> None:
    code = "import sys, runningcoach_pipelines.fit; print({'numpy', 'polars', 'fitdecode'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
