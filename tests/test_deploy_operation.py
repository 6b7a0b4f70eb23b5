"""Tests of what the templates make for operation: rollout, alarms, dashboard, warmer."""

import json
import re
from typing import Any

import pytest

from deployment import EVERYTHING, IMAGE, ZIP, Make, Template, listed, needs_osls, of_type, only, statements, variant

pytest_plugins = ["deployment_fixtures"]
pytestmark = needs_osls
both_packages = pytest.mark.parametrize("package", [IMAGE, ZIP], ids=["image", "zip"])


@both_packages
def test_rollout_shifts_the_alias(make: Make, package: dict[str, str]) -> None:
    """In prod, a tenth of the requests go to the new version, and back on any of the alarms."""
    found = make(variant("prod", package))
    (alias,) = (each for each in found["Resources"].values() if each["Type"] == "AWS::Lambda::Alias")
    assert alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"] == {
        "ApplicationName": {"Ref": "Rollout"},
        "DeploymentGroupName": {"Ref": "RolloutGroup"},
    }
    group = only(found, "CodeDeploy::DeploymentGroup")
    assert group["DeploymentConfigName"] == "CodeDeployDefault.LambdaCanary10Percent10Minutes"
    assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
    watched = {each["Name"]["Ref"] for each in group["AlarmConfiguration"]["Alarms"]}
    assert watched == set(of_type(found, "CloudWatch::Alarm"))
    seen = {each["Fn::GetAtt"][0] for each in _resources(found, "cloudwatch:DescribeAlarms")}
    assert seen == watched
    arns = [each["Fn::Sub"] for each in _resources(found, "lambda:UpdateAlias")]
    assert any(arn.endswith(f":jockey-api-prod:{alias['Properties']['Name']}") for arn in arns)


def test_dev_takes_over_at_once(make: Make) -> None:
    """In dev a new version is there as soon as it is deployed."""
    assert "AWS::CodeDeploy" not in json.dumps(make(variant("dev", ZIP)))


def _resources(found: Template, action: str) -> list[Any]:
    (resources,) = (listed(each["Resource"]) for each in statements(found) if action in listed(each["Action"]))
    return resources


@pytest.fixture
def alarms(make: Make) -> dict[str, Any]:
    """Give prod's alarms by the last part of their name."""
    found = of_type(make(variant("prod", IMAGE)), "CloudWatch::Alarm").values()
    return {each["AlarmName"].removeprefix("graphql-api-prod-"): each for each in found}


def test_alarms_reach_somebody(alarms: dict[str, Any]) -> None:
    """All alarms are published to the topic, when they begin and when they end, and silence is no alarm."""
    for alarm in alarms.values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "AlarmTopic"}]
        assert (alarm["TreatMissingData"], bool(alarm["AlarmDescription"])) == ("notBreaching", True)


@pytest.mark.parametrize(
    ("name", "namespace", "metric", "statistic", "threshold"),
    [
        ("errors", "AWS/Lambda", "Errors", "Sum", 10),
        ("throttles", "AWS/Lambda", "Throttles", "Sum", 0),
        ("url-5xx", "AWS/Lambda", "Url5xxCount", "Sum", 10),
        ("duration-average", "JockeyAPI", "Latency", "Average", 3000),
        ("duration-p95", "JockeyAPI", "Latency", "p95", 3000),
        ("stale", "JockeyAPI", "CacheStale", "Sum", 0),
    ],
)
def test_alarm_watches_its_metric(
    alarms: dict[str, Any], name: str, namespace: str, metric: str, statistic: str, threshold: int
) -> None:
    """Each alarm watches this function's or this stage's metric against its threshold."""
    alarm = alarms[name]
    lambdas = [{"Name": "FunctionName", "Value": "jockey-api-prod"}]
    own = [{"Name": "service", "Value": "graphql-api"}, {"Name": "stage", "Value": "prod"}]
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Threshold"]) == (namespace, metric, threshold)
    assert statistic in (alarm.get("ExtendedStatistic"), alarm.get("Statistic"))
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    assert alarm["Dimensions"] == (lambdas if namespace == "AWS/Lambda" else own)


def test_error_rate_alarm_takes_more_than_five_percent(alarms: dict[str, Any]) -> None:
    """The rate is of server errors to requests, is nil below 20 requests, and alarms above 5 %."""
    alarm = alarms["error-rate"]
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (5, "GreaterThanThreshold")
    assert _value(alarm, requests=100, errors=5) == 5
    assert _value(alarm, requests=100, errors=6) == 6
    assert _value(alarm, requests=19, errors=19) == 0
    assert _value(alarm, requests=100) == 0


def test_storage_alarm_takes_five_failures_in_a_row(alarms: dict[str, Any]) -> None:
    """The fifth failure in a row, of any process, alarms; the service counts them."""
    alarm = alarms["storage"]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("JockeyAPI", "ConsecutiveStorageFailures")
    assert (alarm["Statistic"], alarm["Threshold"]) == ("Maximum", 5)
    assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"


def test_metrics_are_those_that_the_service_writes(make: Make) -> None:
    """Alarms and dashboard name the service's metrics as it writes them."""
    metrics = pytest.importorskip("graphql_api.web.metrics")
    found = make(variant("prod", IMAGE))
    assert metrics.NAMESPACE == "JockeyAPI"
    assert metrics.SERVICE == "graphql-api"
    alarmed = re.findall(r'"Namespace": "JockeyAPI", "MetricName": "(\w+)"', json.dumps(found))
    body = only(found, "CloudWatch::Dashboard")["DashboardBody"]["Fn::Sub"]
    shown = {each[1] for widget in json.loads(body)["widgets"] for each in _metrics(widget)}
    assert alarmed
    for name in {*alarmed, *shown}:
        assert name in metrics.__doc__


def _metrics(widget: dict[str, Any]) -> list[list[str]]:
    """Give a widget's metrics of the service, with what CloudWatch's shorthand repeats."""
    rows: list[list[str]] = []
    for row in widget["properties"].get("metrics", []):
        names = [each for each in row if isinstance(each, str)]
        if not names:
            continue
        above = rows[-1] if rows else []
        rows.append(above if names == ["..."] else [above[i] if each == "." else each for i, each in enumerate(names)])
    return [row for row in rows if row[0] == "JockeyAPI"]


def _value(alarm: dict[str, Any], **sums: int) -> float:
    """Evaluate the metric math of an alarm as CloudWatch would; a metric without data is absent."""
    (expression,) = (each["Expression"] for each in alarm["Metrics"] if "Expression" in each)
    known = dict.fromkeys((each["Id"] for each in alarm["Metrics"] if "MetricStat" in each), None) | sums
    functions = {"IF": lambda test, yes, no: yes if test else no, "FILL": lambda a, b: b if a is None else a}
    value: float = eval(expression, {"__builtins__": {}, **functions}, known)
    return value


def test_dashboard_shows_the_service(make: Make) -> None:
    """The dashboard is well formed and shows what the alarms watch and the rest of what operators ask."""
    found = make(variant("prod", IMAGE))
    body = only(found, "CloudWatch::Dashboard")["DashboardBody"]["Fn::Sub"]
    widgets = json.loads(body)["widgets"]
    shown = {arn.rpartition(":")[2] for arn in widgets[0]["properties"]["alarms"]}
    assert shown == {each["AlarmName"] for each in of_type(found, "CloudWatch::Alarm").values()}
    titles = " ".join(widget["properties"]["title"] for widget in widgets)
    for topic in ("Requests by outcome", "Latency", "hit rate", "S3", "Cold starts", "Cost estimate"):
        assert topic in titles
    for name in ("Success", "ClientErrors", "ServerErrors", "Latency", "CacheHit", "StorageLatency", "ColdStart"):
        assert f'"{name}"' in body
    _assert_no_overlap([(each["x"], each["y"], each["width"], each["height"]) for each in widgets])


def _assert_no_overlap(boxes: list[tuple[int, int, int, int]]) -> None:
    covered = [(column, row) for x, y, w, h in boxes for column in range(x, x + w) for row in range(y, y + h)]
    assert len(covered) == len(set(covered))
    assert max(column for column, _ in covered) < 24


@both_packages
@pytest.mark.parametrize("options", [{}, EVERYTHING], ids=["plain", "everything"])
def test_warmer_is_scheduled(make: Make, package: dict[str, str], options: dict[str, str]) -> None:
    """EventBridge sends the warmer's event to what serves requests, may do so, and a failure is not repeated."""
    found = make(variant("prod", package, options))
    rule = only(found, "Events::Rule")
    (target,) = rule["Targets"]
    assert (rule["ScheduleExpression"], json.loads(target["Input"])) == (
        "rate(5 minutes)",
        {"source": "graphql_api.repository.warmer"},
    )
    assert target["Arn"] == only(found, "Lambda::Url")["TargetFunctionArn"]
    permissions = of_type(found, "Lambda::Permission").values()
    (allowed,) = (each for each in permissions if each["Principal"] == "events.amazonaws.com")
    assert allowed["FunctionName"] == target["Arn"]
    assert only(found, "Lambda::EventInvokeConfig")["MaximumRetryAttempts"] == 0
