"""The whole chain with the FIT blobs and the samples in a bucket: the same rows as with database and folder."""

import datetime as dt
from pathlib import Path

import boto3

from runningcoach_pipelines.settings import Settings
from runningcoach_pipelines.store.lakehouse import Lakehouse, lakehouse_at
from tests.conftest import Server
from tests.deriving import bring, derive, everything
from tests.doubles.swift_s3 import swift_s3
from tests.making import START, run

_DAY = dt.timedelta(days=1)


def _bring_and_derive(lakehouse: Lakehouse) -> None:
    bring(lakehouse, {f"{n}.fit": run(START + n * _DAY, speed_mps=2.5 + n / 4) for n in range(3)})
    derive(lakehouse)


def test_a_bucket_holds_what_database_and_folder_hold(lakehouse: Lakehouse, postgres: Server, tmp_path: Path) -> None:
    _bring_and_derive(lakehouse)
    postgres.create("in_a_bucket", "migrated")
    with swift_s3(tmp_path) as server:
        client = boto3.client(
            "s3",
            endpoint_url=server.endpoint,
            region_name=server.region,
            aws_access_key_id=server.access_key,
            aws_secret_access_key=server.secret_key,
        )
        client.create_bucket(Bucket="running")
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]
            home=tmp_path / "home",
            database_url=postgres.database("in_a_bucket"),
            use_db_storage=False,
            lake_url="s3://running/lake",
            s3_bucket="running",
            s3_endpoint=server.endpoint,
            s3_region=server.region,
            s3_access_key=server.access_key,
            s3_secret_key=server.secret_key,
        )
        assert settings.database_url is not None
        away = lakehouse_at(settings, settings.database_url.get_secret_value())
        _bring_and_derive(away)
        kept = client.list_objects_v2(Bucket="running", Prefix="fit/me/")["Contents"]
        assert len(kept) == 3
        here, there = everything(lakehouse), everything(away)
        away.engine.dispose()
    assert here.keys() == there.keys()
    assert all(here[name].equals(there[name]) for name in here)
    postgres.drop("in_a_bucket")
