"""Athena in the deployment: a workgroup with bounds, a bucket of its results, and the rights to ask and no more."""

import json
from typing import Any

import pytest

from deployment import EVERYTHING, IMAGE, ZIP, Make, Template, listed, needs_osls, of_type, only, statements, variant
from graphql_api.archive.athena.engine import REUSE_MINUTES
from graphql_api.archive.settings import ArchiveSettings
from graphql_api.installed import read_settings

pytest_plugins = ["deployment_fixtures"]
pytestmark = needs_osls

ARCHIVE = {"slices": "archive,comments"}
GROUP = {"Ref": "ArchiveWorkGroup"}


@pytest.fixture(params=[IMAGE, {**ZIP, **EVERYTHING}], ids=["image", "zip in a VPC"])
def found(request: pytest.FixtureRequest, make: Make) -> Template:
    """Give a template with it, and with functions of another slice."""
    return make(variant("prod", ARCHIVE, request.param))


def test_the_template_is_clean(found: Template) -> None:
    """cfn-lint finds nothing, but the dependencies that the framework writes twice."""
    from cfnlint.api import ManualArgs, lint

    config = ManualArgs(ignore_checks=["W3005"], regions=["ap-northeast-1"])
    assert [str(each) for each in lint(json.dumps(found), config=config)] == []


def test_every_function_asks_athena(found: Template) -> None:
    """By settings that the service reads."""
    functions = of_type(found, "Lambda::Function")
    assert {"ApiLambdaFunction", "WorkerLambdaFunction"} <= set(functions)
    for each in functions.values():
        variables = each["Environment"]["Variables"]
        assert (variables["JOCKEY_ARCHIVE_ENGINE"], variables["JOCKEY_ARCHIVE_WORKGROUP"]) == ("athena", GROUP)
    environ = {"JOCKEY_ARCHIVE_ENGINE": "athena", "JOCKEY_ARCHIVE_WORKGROUP": "own"}
    assert read_settings(environ).of(ArchiveSettings).archive_engine == "athena"


def test_the_workgroup_bounds_each_query(found: Template) -> None:
    """Its bounds hold whatever a query says; results are private, encrypted, and kept while they are reused."""
    group = only(found, "Athena::WorkGroup")["WorkGroupConfiguration"]
    assert group["EnforceWorkGroupConfiguration"] is True
    assert group["BytesScannedCutoffPerQuery"] == 10_000_000_000
    assert group["ResultConfiguration"]["EncryptionConfiguration"] == {"EncryptionOption": "SSE_S3"}
    bucket = of_type(found, "S3::Bucket")["ArchiveResults"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert rule["ExpirationInDays"] * 24 * 60 > REUSE_MINUTES


def test_rights_are_those_to_ask(found: Template) -> None:
    """Of one workgroup, two tables and the bucket of results; nothing of Glue is changed, and no data written."""
    own: dict[str, list[Any]] = {}
    for each in statements(found):
        for action in listed(each["Action"]):
            if action.startswith(("athena:", "glue:")) or action == "s3:PutObject":
                own.setdefault(action, []).extend(listed(each["Resource"]))
    assert set(own) == {
        "athena:GetQueryExecution",
        "athena:GetQueryResults",
        "athena:StartQueryExecution",
        "athena:StopQueryExecution",
        "glue:GetDatabase",
        "glue:GetTable",
        "s3:PutObject",
    }
    assert "*" not in own
    assert {json.dumps(each) for each in own["s3:PutObject"]} == {'{"Fn::Sub": "${ArchiveResults.Arn}/*"}'}
    tables = {each["Fn::Sub"].rpartition(":")[2] for each in own["glue:GetTable"]}
    assert tables == {"catalog", "database/graphql_api", "table/graphql_api/rides", "table/graphql_api/jockeys"}


def test_a_vpc_has_ways_to_both(make: Make) -> None:
    """To Athena, and to Glue."""
    found = make(variant("prod", ARCHIVE, {**ZIP, **EVERYTHING}))
    names = {each["ServiceName"]["Fn::Sub"].rpartition(".")[2] for each in of_type(found, "EC2::VPCEndpoint").values()}
    assert {"athena", "glue"} <= names


def test_without_it_there_is_nothing_of_athena(make: Make) -> None:
    """DuckDB answers in the function."""
    assert "thena" not in json.dumps(make(variant("prod", IMAGE)))
