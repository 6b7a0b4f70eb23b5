"""Tests of what the templates make for operation: rollout, alarms, dashboard, warmer."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import emf
from deployment import (
    EVERYTHING,
    IMAGE,
    ROOT,
    TABLE,
    ZIP,
    Make,
    Template,
    listed,
    needs_osls,
    of_type,
    only,
    statements,
    variant,
)
from lambda_events import function_url, warmer
from lambda_runtime import function

pytest_plugins = ["deployment_fixtures"]
pytestmark = needs_osls
both_packages = pytest.mark.parametrize("package", [IMAGE, ZIP], ids=["image", "zip"])


@pytest.mark.parametrize("options", [{}, TABLE], ids=["plain", "table"])
@both_packages
def test_rollout_shifts_the_alias(make: Make, package: dict[str, str], options: dict[str, str]) -> None:
    """In prod, a tenth of the requests go to the new version, and back on any of the alarms, of the store's too."""
    found = make(variant("prod", package, options))
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
    assert len(watched) <= 10  # CodeDeploy takes no more
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


# --- metrics: those written, those watched, those told of ---

Metric = tuple[str, str, frozenset[tuple[str, str]]]
"""Namespace, name, and dimensions."""


@pytest.fixture(scope="module")
def written(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[Metric, str]:
    """Have the function do all that it counts, as stage ``prod``; give the units of what it wrote."""
    folder = tmp_path_factory.mktemp("written")
    data = folder / "data"
    shutil.copytree(sample_data, data)
    (data / "00666.pickle").write_bytes(b"no frame")
    environ = {"JOCKEY_DATA": str(data), "JOCKEY_STAGE": "prod", "JOCKEY_WARM_IDS": "00001,00002,00003,00666"}
    with function("handler.handler", folder, environ) as running:
        running.invoke(_graphql("00001"))  # a cold start, and a miss
        running.invoke(_graphql("00001"))  # a hit
        running.invoke(function_url(path="/api/jockey/00002"))
        running.invoke(function_url(query=[("query", "{ nothing }")], path="/graphql"))
        running.invoke(function_url(query=[("extensions", UNKNOWN_HASH)], path="/graphql"))
        running.invoke(_graphql("00666"))
        running.invoke(warmer())
        logs = running.logs()
    with function("handler.handler", folder, {**environ, "JOCKEY_CACHE_TTL": "0.001"}) as running:
        running.invoke(_graphql("00001"))
        running.invoke(_graphql("00001"))  # expired and unchanged, so revalidated
        data.rename(data.with_name("away"))
        running.invoke(_graphql("00001"))  # stale, as the storage fails
        logs += running.logs()
    with function("handler.handler", folder, {**environ, "JOCKEY_DATA": str(sample_data)}, seconds=1) as running:
        running.invoke(warmer())  # without time, so that all are left
        logs += running.logs()
    return dict(_written(logs))


UNKNOWN_HASH = json.dumps({"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}})


def _graphql(jockey_id: str) -> dict[str, Any]:
    query = f'{{ jockey(id: "{jockey_id}") {{ records {{ nodes {{ raceName }} }} }} }}'
    return function_url(path="/graphql", query=[("query", query)])


def _written(logs: str) -> Iterator[tuple[Metric, str]]:
    for line in emf.lines(logs):
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        (names,) = directive["Dimensions"]
        dimensions = frozenset((name, line[name]) for name in names)
        for name, unit in emf.units(line).items():
            yield (directive["Namespace"], name, dimensions), unit


def _watched(alarm: dict[str, Any]) -> Iterator[Metric]:
    """Give the metrics of an alarm, which has one of its own or several for its expression."""
    for each in [each["MetricStat"]["Metric"] for each in alarm.get("Metrics", []) if "MetricStat" in each] or [alarm]:
        dimensions = frozenset((dimension["Name"], dimension["Value"]) for dimension in each["Dimensions"])
        yield each["Namespace"], each["MetricName"], dimensions


def _shown(found: Template) -> Iterator[Metric]:
    """Give the metrics of the dashboard."""
    for widget in _widgets(found):
        for namespace, name, *pairs in _metrics(widget):
            yield namespace, name, frozenset(zip(pairs[::2], pairs[1::2], strict=True))


def test_what_is_watched_is_written(make: Make, written: dict[Metric, str]) -> None:
    """Every metric of the service in alarms and dashboard is one that it writes, with the very same dimensions."""
    found = make(variant("prod", IMAGE))
    alarms = of_type(found, "CloudWatch::Alarm").values()
    watched = {metric for alarm in alarms for metric in _watched(alarm)} | set(_shown(found))
    own = {metric for metric in watched if metric[0] == "JockeyAPI"}
    assert {name for _, name, _ in own} >= {"Requests", "ServerErrors", "Latency", "CacheStale", "CacheHit"}
    assert own - set(written) == set()
    assert {namespace for namespace, _, _ in watched - own} == {"AWS/Lambda"}


def test_what_is_written_is_told(written: dict[Metric, str]) -> None:
    """The runbook's table has every metric with its unit, and no other."""
    text = (ROOT / "docs" / "operations.md").read_text()
    table = text.partition("| metric | unit |")[2].partition("\n\n")[0]
    told = {
        (name, unit)
        for names, unit in re.findall(r"^\| (`.+`) \| ([A-Za-z]+) \|", table, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", names)
    }
    seen = {(name, unit) for (_, name, _), unit in written.items()}
    assert seen - told == set()
    # Metrics of slices that this function does not use are looked for in the code that writes them.
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "graphql_api").rglob("*.py"))
    assert {name for name, _ in told - seen if f'"{name}"' not in code} == set()


def test_hit_rate_survives_periods_without_hits(make: Make) -> None:
    """Where a count is missing, as counts that are zero are, it is taken as zero and not as unknown."""
    widgets = _widgets(make(variant("prod", IMAGE)))
    rows = [row for widget in widgets for row in widget["properties"].get("metrics", [])]
    expressions = {row[0]["id"]: row[0]["expression"] for row in rows if isinstance(row[0], dict)}
    names = ("hit", "miss", "revalidated", "stale")
    assert _math(expressions["rate"], dict.fromkeys(names) | {"hit": 3, "miss": 1}) == 75
    assert _math(expressions["rate"], dict.fromkeys(names) | {"miss": 2}) == 0
    assert _math(expressions["rate"], dict.fromkeys(names) | {"hit": 2}) == 100


def _widgets(found: Template) -> list[dict[str, Any]]:
    body = only(found, "CloudWatch::Dashboard")["DashboardBody"]["Fn::Sub"]
    widgets: list[dict[str, Any]] = json.loads(body)["widgets"]
    return widgets


def _metrics(widget: dict[str, Any]) -> list[list[str]]:
    """Give a widget's metrics, with what CloudWatch's shorthand repeats."""
    rows: list[list[str]] = []
    for row in widget["properties"].get("metrics", []):
        names = [each for each in row if isinstance(each, str)]
        if not names:
            continue
        above = rows[-1] if rows else []
        rows.append(above if names == ["..."] else [above[i] if each == "." else each for i, each in enumerate(names)])
    return rows


def _value(alarm: dict[str, Any], **sums: int) -> float:
    """Evaluate the metric math of an alarm as CloudWatch would; a metric without data is absent."""
    (expression,) = (each["Expression"] for each in alarm["Metrics"] if "Expression" in each)
    known = dict.fromkeys((each["Id"] for each in alarm["Metrics"] if "MetricStat" in each), None) | sums
    return _math(expression, known)


def _math(expression: str, known: dict[str, Any]) -> float:
    """Evaluate metric math for one period; None is a metric without data in it."""
    functions = {"IF": lambda test, yes, no: yes if test else no, "FILL": lambda a, b: b if a is None else a}
    value: float = eval(expression, {"__builtins__": {}, **functions}, known)
    return value


def test_dashboard_shows_the_service(make: Make) -> None:
    """The dashboard is well formed and shows what the alarms watch and the rest of what operators ask."""
    found = make(variant("prod", IMAGE))
    widgets = _widgets(found)
    shown = {arn.rpartition(":")[2] for arn in widgets[0]["properties"]["alarms"]}
    assert shown == {each["AlarmName"] for each in of_type(found, "CloudWatch::Alarm").values()}
    titles = " ".join(widget["properties"]["title"] for widget in widgets)
    for topic in ("Requests by outcome", "Latency", "hit rate", "S3", "Cold starts", "Cost estimate"):
        assert topic in titles
    names = {name for _, name, _ in _shown(found)}
    assert {"Success", "ClientErrors", "ServerErrors", "Latency", "CacheHit", "StorageLatency", "ColdStart"} <= names
    _assert_no_overlap([(each["x"], each["y"], each["width"], each["height"]) for each in widgets])


def _assert_no_overlap(boxes: list[tuple[int, int, int, int]]) -> None:
    covered = [(column, row) for x, y, w, h in boxes for column in range(x, x + w) for row in range(y, y + h)]
    assert len(covered) == len(set(covered))
    assert max(column for column, _ in covered) < 24


@both_packages
@pytest.mark.parametrize("options", [{}, {**EVERYTHING, **TABLE}], ids=["plain", "everything"])
def test_warmer_is_scheduled(make: Make, package: dict[str, str], options: dict[str, str]) -> None:
    """EventBridge sends the warmer's event to what serves requests, may do so, and a failure is not repeated."""
    found = make(variant("prod", package, options))
    rule = only(found, "Events::Rule")
    (target,) = rule["Targets"]
    assert (rule["ScheduleExpression"], json.loads(target["Input"])) == (
        "rate(5 minutes)",
        {"source": "graphql_api.jobs", "job": "warm"},
    )
    assert target["Arn"] == only(found, "Lambda::Url")["TargetFunctionArn"]
    permissions = of_type(found, "Lambda::Permission").values()
    (allowed,) = (each for each in permissions if each["Principal"] == "events.amazonaws.com")
    assert allowed["FunctionName"] == target["Arn"]
    assert only(found, "Lambda::EventInvokeConfig")["MaximumRetryAttempts"] == 0
