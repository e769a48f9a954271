"""The samples table in a bucket, against OpenStack Swift's S3 API."""

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
import polars as pl
import pytest

from runningcoach_pipelines.settings import Settings
from runningcoach_pipelines.store.lake import LakeUnavailable, SampleLake
from tests.conftest import free_port
from tests.doubles.swift_s3 import SwiftS3, swift_s3
from tests.store.sampling import EMPTY, MAY, SPRING, ordered, samples

_numbers = itertools.count()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SwiftS3]:
    with swift_s3(tmp_path_factory.mktemp("swift")) as running:
        yield running


def lake_at(server: SwiftS3, bucket: str, **changes: str) -> SampleLake:
    values = {
        "lake_url": f"s3://{bucket}/lake",
        "s3_endpoint": server.endpoint,
        "s3_region": server.region,
        "s3_access_key": server.access_key,
        "s3_secret_key": server.secret_key,
    }
    return SampleLake.from_settings(Settings(_env_file=None, **(values | changes)))


@pytest.fixture
def lake(server: SwiftS3) -> SampleLake:
    client = boto3.client(
        "s3",
        endpoint_url=server.endpoint,
        region_name=server.region,
        aws_access_key_id=server.access_key,
        aws_secret_access_key=server.secret_key,
    )
    bucket = f"lake-{next(_numbers)}"
    client.create_bucket(Bucket=bucket)
    return lake_at(server, bucket)


def everything(lake: SampleLake) -> pl.DataFrame:
    return ordered(lake.scan().collect())


def test_months_of_a_bucket_are_replaced_read_compacted_and_cleared(lake: SampleLake) -> None:
    assert not lake.exists()
    assert lake.read(MAY).equals(EMPTY)
    april, june = samples("a", "2025-04-30"), samples("j", "2025-06-01", athlete_id="you")
    lake.replace_months(pl.concat([april, samples("m", "2025-05-01"), june]), SPRING)
    may = samples("n", "2025-05-02")
    for _ in range(2):
        lake.replace_months(may, MAY)
    whole = ordered(pl.concat([april, may, june]))
    assert everything(lake).hash_rows().equals(whole.hash_rows())
    assert lake.read(MAY).equals(may)
    lake.compact()
    assert everything(lake).equals(whole)
    assert lake.size()[0] == 3
    lake.clear()
    assert everything(lake).equals(EMPTY)


def _write_spring(lake: SampleLake, writer: int) -> None:
    frame = pl.concat([samples("a", "2025-05-05", [writer] * 50), samples("b", "2025-06-06", [writer] * 50)])
    for _ in range(2):
        lake.replace_months(frame, SPRING)


def test_writers_of_the_same_months_of_a_bucket_at_once_leave_no_duplicates(lake: SampleLake) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(_write_spring, [lake] * 2, [1, 2]))
    left = everything(lake)
    assert left.height == 100
    assert left["heart_rate_bpm"].n_unique() == 1


def test_wrong_keys_are_said_without_the_secret(server: SwiftS3, lake: SampleLake) -> None:
    wrong = lake_at(server, "lake-0", s3_secret_key="geheim-geraten")
    for ask in (wrong.exists, lambda: wrong.read(MAY), lambda: wrong.replace_months(EMPTY, MAY)):
        with pytest.raises(LakeUnavailable, match="s3://lake-0/lake/activity_samples cannot be used") as caught:
            ask()
        assert "geheim" not in str(caught.value)


def test_a_store_that_does_not_answer_is_not_an_empty_lake(tmp_path: Path) -> None:
    away = SampleLake(
        "s3://bucket/lake",
        {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}",
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "us-east-1",
            "AWS_ALLOW_HTTP": "true",
            "max_retries": "0",
        },
    )
    for ask in (away.exists, away.scan, lambda: away.read(MAY), away.compact, away.clear, away.size):
        with pytest.raises(LakeUnavailable, match="Check RUNNINGCOACH_LAKE_URL"):
            ask()
