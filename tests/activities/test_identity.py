"""Which recordings are one activity, which only look like it, and that the order they are given in does not matter."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runningcoach_pipelines.activities.identity import Candidate, identify
from tests.making import START, at

HOUR_S = 3600.0


def recording(
    order: int,
    start_s: float = 0,
    duration_s: float = HOUR_S,
    *,
    sport: str = "running",
    athlete_id: str = "me",
    samples: int = 100,
    session: int = 0,
    sha256: str | None = None,
) -> Candidate:
    return Candidate(
        order=order,
        athlete_id=athlete_id,
        source_sha256=sha256 or f"file {order}",
        session_index=session,
        sport=sport,
        started_at=at(START, start_s),
        duration_s=duration_s,
        sample_count=samples,
    )


@pytest.mark.parametrize(
    "other",
    [
        recording(2),
        recording(2, start_s=120),
        recording(2, start_s=-120),
        recording(2, duration_s=HOUR_S * 0.98),
        recording(2, duration_s=HOUR_S / 0.981),
    ],
)
def test_the_same_start_sport_and_duration_is_the_same_activity(other: Candidate) -> None:
    (activity,) = identify([recording(1), other])
    assert [source.order for source in activity.sources] == [1, 2]
    assert activity.suspected_duplicate_of is None


@pytest.mark.parametrize(
    "other",
    [
        recording(2, start_s=121),
        recording(2, duration_s=HOUR_S * 0.979),
        recording(2, sport="generic"),
        recording(2, start_s=0.2 * HOUR_S),
        recording(2, start_s=1000, duration_s=600),
    ],
)
def test_what_overlaps_but_matches_less_well_is_a_suspected_duplicate(other: Candidate) -> None:
    first, second = sorted(identify([recording(1), other]), key=lambda activity: activity.primary.order)
    assert (first.suspected_duplicate_of, second.suspected_duplicate_of) == (None, first.activity_id)


@pytest.mark.parametrize(
    "other",
    [
        recording(2, start_s=0.21 * HOUR_S),
        recording(2, start_s=HOUR_S),
        recording(2, sport="cycling"),
        recording(2, athlete_id="you"),
        recording(2, session=1, sha256="file 1"),
        recording(2, start_s=121, duration_s=0),
    ],
)
def test_other_activities_are_other_activities(other: Candidate) -> None:
    activities = identify([recording(1), other])
    assert len(activities) == 2
    assert [activity.suspected_duplicate_of for activity in activities] == [None, None]


def test_the_recording_with_the_most_samples_is_used_and_the_earlier_import_of_equals() -> None:
    (activity,) = identify([recording(1, samples=10), recording(2, samples=500), recording(3, samples=500)])
    assert activity.primary.order == 2


def test_of_a_suspected_pair_the_one_with_more_samples_counts() -> None:
    poor, rich = identify([recording(1, samples=10), recording(2, start_s=300, samples=500)])
    assert poor.suspected_duplicate_of == rich.activity_id
    assert rich.suspected_duplicate_of is None


def test_what_repeats_a_duplicate_points_at_what_counts() -> None:
    activities = identify([recording(n, start_s=200.0 * n, samples=100 - n) for n in range(3)])
    assert [activity.suspected_duplicate_of for activity in activities] == [None, *[activities[0].activity_id] * 2]


def test_an_activity_keeps_its_id_when_other_sources_arrive() -> None:
    (alone,) = identify([recording(1)])
    (joined,) = identify([recording(1), recording(2, samples=900), recording(3, start_s=-30)])
    assert joined.activity_id == alone.activity_id


def test_ids_differ_by_athlete_file_and_session() -> None:
    alike = [
        recording(1, sha256="a"),
        recording(2, sha256="a", athlete_id="you"),
        recording(3, sha256="b", start_s=7200),
        recording(4, sha256="a", session=1, start_s=14_400),
    ]
    assert len({activity.activity_id for activity in identify(alike)}) == 4


def test_activities_come_by_their_start() -> None:
    activities = identify([recording(1, start_s=9000), recording(2, start_s=0), recording(3, start_s=18_000)])
    assert [activity.primary.order for activity in activities] == [2, 1, 3]


@st.composite
def recordings(draw: st.DrawFn) -> list[Candidate]:
    """Some that overlap, of few kinds, so that most pairs are close calls; in the order of their import."""
    return [
        recording(
            order,
            draw(st.integers(0, 40)) * 30.0,
            draw(st.sampled_from([0.0, 600.0, 3540.0, 3600.0, 3660.0])),
            sport=draw(st.sampled_from(["running", "cycling", "generic"])),
            athlete_id=draw(st.sampled_from(["me", "you"])),
            samples=draw(st.integers(0, 3)),
        )
        for order in range(draw(st.integers(0, 9)))
    ]


@given(recordings(), st.randoms(use_true_random=False))
def test_the_sequence_given_does_not_matter(candidates: list[Candidate], random: random.Random) -> None:
    shuffled = random.sample(candidates, len(candidates))
    assert identify(shuffled) == identify(candidates)


@given(recordings())
def test_every_recording_is_in_one_activity_and_duplicates_point_at_what_counts(candidates: list[Candidate]) -> None:
    activities = identify(candidates)
    assert sorted(source.order for activity in activities for source in activity.sources) == list(
        range(len(candidates))
    )
    counted = {activity.activity_id for activity in activities if activity.suspected_duplicate_of is None}
    for activity in activities:
        assert activity.primary in activity.sources
        assert len({source.athlete_id for source in activity.sources}) == 1
        assert activity.suspected_duplicate_of is None or activity.suspected_duplicate_of in counted


@given(recordings())
def test_a_later_import_never_changes_the_ids_of_earlier_ones(candidates: list[Candidate]) -> None:
    whole = {source.order: activity.activity_id for activity in identify(candidates) for source in activity.sources}
    for known in range(len(candidates)):
        for activity in identify(candidates[:known]):
            assert {whole[source.order] for source in activity.sources} == {activity.activity_id}
