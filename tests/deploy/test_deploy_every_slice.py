"""Tests of the template of all slices together: what holds for each, whoever has added it."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from deployment import (
    ADAPTER,
    ALL,
    IMAGE,
    ROOT,
    ZIP,
    Make,
    Template,
    listed,
    needs_osls,
    of_type,
    variant,
)

pytest_plugins = ["deployment_fixtures"]
pytestmark = needs_osls

SWITCHED = {
    "commentsProvider": "bedrock",
    "commentsModel": "example.model-1",
    "commentsWorkflow": "states",
    "consultationsProvider": "bedrock",
    "consultationsModel": "example.model-1",
}
VARIANTS = {
    "image": variant("dev", IMAGE, ALL),
    "switched": variant("prod", ZIP, ALL, SWITCHED, {"notificationsWebhooks": "signed"}),
    "vpc": variant("prod", ADAPTER, ALL, SWITCHED, {"network": "vpc"}),
}


@pytest.fixture(params=VARIANTS.values(), ids=VARIANTS.keys())
def found(request: pytest.FixtureRequest, make: Make) -> Template:
    """Give a template of all slices."""
    return make(request.param)


def test_template_is_clean(found: Template) -> None:
    """cfn-lint finds nothing, but the dependencies that the framework writes twice."""
    from cfnlint.api import ManualArgs, lint

    config = ManualArgs(ignore_checks=["W3005"], regions=["ap-northeast-1"])
    assert [str(each) for each in lint(json.dumps(found), config=config)] == []


def _actions(found: Template) -> Iterator[tuple[str, str, Any]]:
    """Give each action that a role may do, by the role, with its resource."""
    for name, role in of_type(found, "IAM::Role").items():
        for policy in role["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                assert statement["Effect"] == "Allow"
                for action in listed(statement["Action"]):
                    yield name, action, statement["Resource"]


def test_roles_may_do_what_is_needed(found: Template) -> None:
    """No action is a wildcard, nobody scans or deletes items, and only who reads a queue deletes its messages.

    Only the function of forecasts deletes files, in the folder of its own that no client reads.
    """
    actions = list(_actions(found))
    assert not any("*" in action for _, action, _ in actions)
    assert not {"dynamodb:Scan", "dynamodb:DeleteItem"} & {action for _, action, _ in actions}
    deletes = [(role, json.dumps(resource)) for role, action, resource in actions if action == "s3:DeleteObject"]
    assert [role for role, _ in deletes] == ["ForecastRole"]
    assert all("forecasting/*" in resource for _, resource in deletes)
    assert {role for role, action, _ in actions if action == "sqs:DeleteMessage"} == {"WorkerRole"}
    assert {action.partition(":")[0] for _, action, resource in actions if resource == "*"} == {"xray"}
    functions = of_type(found, "Lambda::Function")
    roles = [each["Role"]["Fn::GetAtt"][0] for each in functions.values()]
    assert len(set(roles)) == len(functions)


def test_functions_end_before_their_messages_come_again(found: Template) -> None:
    """A queue hides its messages for six times the time of whoever reads it; each function's log is kept as set."""
    functions, queues = of_type(found, "Lambda::Function"), of_type(found, "SQS::Queue")
    for source in of_type(found, "Lambda::EventSourceMapping").values():
        queue = queues[source["EventSourceArn"]["Fn::GetAtt"][0]]
        assert queue["VisibilityTimeout"] >= 6 * functions[source["FunctionName"]["Ref"]]["Timeout"]
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert source["ScalingConfig"]["MaximumConcurrency"] >= 2
    groups = {each["LogGroupName"]: each["RetentionInDays"] for each in of_type(found, "Logs::LogGroup").values()}
    assert set(groups) == {f"/aws/lambda/{each['FunctionName']}" for each in functions.values()}
    assert set(groups.values()) <= {30, 90}


def test_dead_letters_raise_alarms(found: Template) -> None:
    """Every queue that takes what failed has an alarm at the first message."""
    dead = {name for name in of_type(found, "SQS::Queue") if name.endswith("DeadLetters")}
    assert dead == {"JobsDeadLetters", "ScheduledDeadLetters"}
    watched = {
        json.dumps(each["Dimensions"]): each["Threshold"]
        for each in of_type(found, "CloudWatch::Alarm").values()
        if each.get("MetricName") == "ApproximateNumberOfMessagesVisible"
    }
    for name in dead:
        assert [threshold for dimensions, threshold in watched.items() if f'"{name}"' in dimensions] == [0]


def test_state_outlives_the_stack(found: Template) -> None:
    """Tables are paid by request, forget what expires, can be restored, and stay."""
    tables = [each for each in found["Resources"].values() if each["Type"] == "AWS::DynamoDB::Table"]
    assert tables
    for table in tables:
        properties = table["Properties"]
        assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain")
        assert properties["BillingMode"] == "PAY_PER_REQUEST"
        assert properties["TimeToLiveSpecification"]["Enabled"]
        assert properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]


def test_schedules_are_japanese_time(found: Template) -> None:
    """Each slice's schedules are there, in that time zone, with somewhere to go for what fails."""
    rows = json.loads((ROOT / "deploy" / "slices.json").read_text())
    expected = {job: each["expression"] for row in rows.values() for job, each in row["schedules"].items()}
    made = of_type(found, "Scheduler::Schedule").values()
    assert {json.loads(each["Target"]["Input"])["job"]: each["ScheduleExpression"] for each in made} == expected
    assert {each["ScheduleExpressionTimezone"] for each in made} == {"Asia/Tokyo"}
    assert all("DeadLetterConfig" in each["Target"] for each in made)


def test_alarms_are_in_the_runbook(found: Template) -> None:
    """Each has a line, goes to the topic, and stands on the dashboard."""
    runbook = (ROOT / "docs" / "operations.md").read_text()
    body = of_type(found, "CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]["Fn::Sub"]
    shown = {arn.rpartition(":")[2] for arn in json.loads(body)["widgets"][0]["properties"]["alarms"]}
    alarms = of_type(found, "CloudWatch::Alarm").values()
    assert shown == {each["AlarmName"] for each in alarms}
    names = {re.sub(r"^graphql-api-(dev|prod)-", "", each["AlarmName"]) for each in alarms}
    assert {name for name in names if not re.search(rf"^\|[^|]*`{name}`", runbook, re.MULTILINE)} == set()
    assert all(each["AlarmActions"] == [{"Ref": "AlarmTopic"}] for each in alarms)


def test_metrics_of_slices_are_written(found: Template) -> None:
    """What alarms and widgets name is a metric that some code of the service tells of, and that the runbook has."""
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "graphql_api").rglob("*.py"))
    runbook = (ROOT / "docs" / "operations.md").read_text()
    widgets = json.loads(of_type(found, "CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]["Fn::Sub"])["widgets"]
    rows = [row for each in widgets for row in each["properties"].get("metrics", []) if isinstance(row[0], str)]
    names = {row[1] for row in rows if row[0] == "JockeyAPI"}
    alarms = of_type(found, "CloudWatch::Alarm").values()
    names |= {each["MetricName"] for each in alarms if each.get("Namespace") == "JockeyAPI"}
    assert {name for name in names if f"`{name}`" not in runbook} == set()
    assert {name for name in names if f'"{name}"' not in code and not name.startswith("Storage")} == set()
