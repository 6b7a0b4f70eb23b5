"""What the slice `forecasts` deploys: an image of its own that alone may write, its schedules, and its alarms."""

import json
from typing import Any

import pytest

from deployment import DIGEST, EVERYTHING, IMAGE, ZIP, Make, Template, listed, needs_osls, of_type, variant

pytest_plugins = ["deployment_fixtures"]
pytestmark = needs_osls

OWN = DIGEST.replace("5", "7")
FORECASTS = {"slices": "forecasts", "racesProvider": "mock", "forecastImageUri": OWN}


@pytest.fixture(params=[IMAGE, {**ZIP, **EVERYTHING}], ids=["image", "zip in a VPC"])
def found(request: pytest.FixtureRequest, make: Make) -> Template:
    """Give a template with forecasts."""
    return make(variant("prod", FORECASTS, request.param))


def rights(found: Template, role: str) -> dict[str, list[Any]]:
    """Give the resources of each action that a role has."""
    made: dict[str, list[Any]] = {}
    for statement in of_type(found, "IAM::Role")[role]["Policies"][0]["PolicyDocument"]["Statement"]:
        for action in listed(statement["Action"]):
            made.setdefault(action, []).extend(listed(statement["Resource"]))
    return made


def test_the_template_is_clean(found: Template) -> None:
    """cfn-lint finds nothing, but the dependencies that the framework writes twice."""
    from cfnlint.api import ManualArgs, lint

    config = ManualArgs(ignore_checks=["W3005"], regions=["ap-northeast-1"])
    assert [str(each) for each in lint(json.dumps(found), config=config)] == []


def test_the_jobs_run_in_an_image_of_their_own(found: Template) -> None:
    """The API's function is as without forecasts."""
    functions = of_type(found, "Lambda::Function")
    assert set(functions) == {"ApiLambdaFunction", "ForecastLambdaFunction"}
    own = functions["ForecastLambdaFunction"]
    assert own["Code"] == {"ImageUri": OWN}
    assert (own["FunctionName"], own["Timeout"], own["MemorySize"]) == ("jockey-api-prod-forecast", 900, 3008)
    assert own["EphemeralStorage"] == {"Size": 4096}
    assert own["Environment"]["Variables"]["JOCKEY_RACES_PROVIDER"] == "mock"
    assert functions["ApiLambdaFunction"]["MemorySize"] == 2048


def test_the_role_writes_forecasts_and_nothing_else(found: Template) -> None:
    """Below two folders; the API's role only reads."""
    own = rights(found, "ForecastRole")
    written = [json.dumps(each) for each in own["s3:PutObject"]]
    assert len(written) == 2
    assert all("forecasts/*" in each or "forecasting/*" in each for each in written)
    (deleted,) = map(json.dumps, own["s3:DeleteObject"])
    assert "forecasting/*" in deleted
    assert {action for action in own if action.startswith("s3:")} == {
        "s3:DeleteObject",
        "s3:GetObject",
        "s3:ListBucket",
        "s3:PutObject",
    }
    assert not {action for action in own if action.startswith(("dynamodb:", "lambda:", "iam:"))}
    assert not {"s3:PutObject", "s3:DeleteObject"} & set(rights(found, "IamRoleLambdaExecution"))


def test_schedules_are_in_japanese_time(found: Template) -> None:
    """On race mornings, on the evenings before, and on Mondays until training is done."""
    schedules = of_type(found, "Scheduler::Schedule")
    assert {each["ScheduleExpressionTimezone"] for each in schedules.values()} == {"Asia/Tokyo"}
    assert {json.loads(each["Target"]["Input"])["job"]: each["ScheduleExpression"] for each in schedules.values()} == {
        "forecast-days": "cron(30 8,18 * * ? *)",
        "forecast-models": "cron(0/20 5-7 ? * MON *)",
    }
    assert {json.dumps(each["Target"]["Arn"]) for each in schedules.values()} == {
        json.dumps({"Fn::GetAtt": ["ForecastLambdaFunction", "Arn"]})
    }


def test_alarms_tell_of_days_without_forecasts_failures_and_drift(found: Template) -> None:
    """A job that never runs is told of, too."""
    alarms = {
        each["AlarmName"].removeprefix("graphql-api-prod-"): each
        for each in of_type(found, "CloudWatch::Alarm").values()
    }
    assert alarms["forecasts-missing"]["MetricName"] == "ForecastDaysMissing"
    silent = alarms["forecasts-silent"]
    assert (silent["MetricName"], silent["Period"], silent["TreatMissingData"]) == ("ForecastRuns", 86400, "breaching")
    assert alarms["forecasts-failing"]["Dimensions"][0]["Value"] == {"Ref": "ForecastLambdaFunction"}
    assert alarms["forecasts-drift"]["Threshold"] == 25
    assert alarms["forecasts-refused"]["MetricName"] == "ForecastRefusals"
