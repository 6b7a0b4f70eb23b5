"""Secrets of the settings: the text itself, or read from AWS, kept for a while, and read anew once refused."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from fakes import FakeClock
from graphql_api.config import ConfigError
from graphql_api.errors import UpstreamUnavailable
from graphql_api.storage.secret import KEPT_SECONDS, RENEWED_SECONDS, Secret

REGION = "us-east-1"


@pytest.fixture
def aws() -> Iterator[Any]:
    """Keep a parameter, and a secret with two fields."""
    with mock_aws():
        ssm = boto3.client("ssm", region_name=REGION)
        ssm.put_parameter(Name="/api/key", Value="first", Type="SecureString")
        manager = boto3.client("secretsmanager", region_name=REGION)
        manager.create_secret(Name="llm", SecretString=json.dumps({"A": "one", "B": "two"}))
        manager.create_secret(Name="plain", SecretString="three")
        yield ssm
        ssm.close()
        manager.close()


def test_a_text_is_the_secret_itself() -> None:
    """It is never renewed."""
    secret = Secret("sk-1")
    assert secret.read() == "sk-1"
    assert not secret.renew("sk-1")
    assert "sk-1" not in repr(secret)


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("ssm:///api/key", "first"),
        ("secretsmanager://llm#B", "two"),
        ("secretsmanager://plain", "three"),
    ],
)
@pytest.mark.usefixtures("aws")
def test_places_in_aws(given: str, value: str) -> None:
    """SSM and Secrets Manager, and one field of several."""
    assert Secret(given, REGION).read() == value


@pytest.mark.parametrize("given", ["ssm:///other", "secretsmanager://llm#C", "secretsmanager://plain#A"])
@pytest.mark.usefixtures("aws")
def test_what_is_not_there(given: str) -> None:
    """It is unavailable, and no error tells a value."""
    with pytest.raises(UpstreamUnavailable) as caught:
        Secret(given, REGION).read()
    assert "three" not in repr(caught.value) + repr(caught.value.log_fields) + repr(caught.value.__cause__)


@pytest.mark.parametrize("given", ["ssm://", "secretsmanager://"])
def test_a_place_has_a_name(given: str) -> None:
    """It is told at once."""
    with pytest.raises(ConfigError):
        Secret(given)


def test_a_secret_is_read_once_and_again_after_a_while(aws: Any) -> None:
    """A refused one is read again, but not for each refusal."""
    clock = FakeClock()
    secret = Secret("ssm:///api/key", REGION, clock)
    assert secret.read() == "first"
    aws.put_parameter(Name="/api/key", Value="second", Type="SecureString", Overwrite=True)
    assert secret.read() == "first"
    assert not secret.renew("first")
    clock.now += RENEWED_SECONDS
    assert secret.renew("first")
    assert secret.renew("first")
    assert secret.read() == "second"
    aws.put_parameter(Name="/api/key", Value="third", Type="SecureString", Overwrite=True)
    clock.now += KEPT_SECONDS
    assert secret.read() == "third"
