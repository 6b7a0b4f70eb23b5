"""Tables of DynamoDB for tests, on a stand-in."""

import os
import uuid

import boto3
import pytest
from botocore.loaders import JSONFileLoader

from sdk_files import read_once

REGION = "us-east-1"
PATIENT = 5.0, 20.0
"""Timeouts for stand-ins on a busy machine."""


def point_to(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the SDK take ``url`` for DynamoDB, with harmless credentials, and no proxy."""
    for name in list(os.environ):
        if name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)
    for name, value in {
        "AWS_ENDPOINT_URL_DYNAMODB": url,
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE00",
        "AWS_SECRET_ACCESS_KEY": "example",
        "AWS_DEFAULT_REGION": REGION,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(JSONFileLoader, "load_file", lambda _, path: read_once(path))


def new_table() -> str:
    """Make a table under a new name, by what the environment names."""
    name = f"store-{uuid.uuid4().hex}"
    client = boto3.client("dynamodb")
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in ("PK", "SK")],
        KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
    )
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    client.close()
    return name
