"""Backfills as Dagster's web page launches and watches them: through the GraphQL of its web server."""

import json
import urllib.request
from collections.abc import Sequence
from typing import Any

_LAUNCH = """
mutation Launch($parameters: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $parameters) {
    __typename
    ... on LaunchBackfillSuccess { backfillId }
    ... on PythonError { message }
  }
}"""
_STATUS = """
query Status($id: String!) {
  partitionBackfillOrError(backfillId: $id) {
    __typename
    ... on PartitionBackfill { status numCancelable }
    ... on PythonError { message }
  }
}"""


class RefusedByDagster(RuntimeError):
    """The web server answered, and did not do it; the message is its answer."""


def launch(url: str, assets: Sequence[str], partitions: Sequence[str]) -> str:
    """Launch a backfill of the partitions of all these assets; returns its id."""
    parameters = {"assetSelection": [{"path": [asset]} for asset in assets], "partitionNames": list(partitions)}
    answer = _ask(url, _LAUNCH, {"parameters": parameters})["launchPartitionBackfill"]
    if "backfillId" not in answer:
        raise RefusedByDagster(json.dumps(answer))
    return str(answer["backfillId"])


def status(url: str, backfill_id: str) -> str:
    """`REQUESTED`, `COMPLETED_SUCCESS`, `COMPLETED_FAILED`, …"""
    answer = _ask(url, _STATUS, {"id": backfill_id})["partitionBackfillOrError"]
    if "status" not in answer:
        raise RefusedByDagster(json.dumps(answer))
    return str(answer["status"])


def _ask(url: str, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    body = json.dumps({"query": query, "variables": variables}).encode()
    request = urllib.request.Request(f"{url}/graphql", body, {"Content-Type": "application/json"})  # noqa: S310 - our own loopback URL
    with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
        answer = json.load(response)
    if answer.get("errors"):
        raise RefusedByDagster(json.dumps(answer["errors"]))
    found: dict[str, Any] = answer["data"]
    return found
