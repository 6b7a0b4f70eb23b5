"""Tests of how slices are composed, with one more in a copy of the configuration: it has all that one can have."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from deployment import EVERYTHING, IMAGE, MADE, ZIP, Template, copy, listed, needs_osls, of_type, run, variant

pytestmark = needs_osls

ROW = {
    "needs": ["races"],
    "functions": {"api": ["sns"], "forest": ["dynamodb", "sns"]},
    "schedules": {"grow-trees": {"expression": "rate(1 minute)", "function": "forest"}},
}
FRAGMENT = """
environment:
  JOCKEY_TREES: ${param:trees}
rights:
  forest:
    - Effect: Allow
      Action: sns:Publish
      Resource: !Ref TreesTopic
functions:
  forest:
    description: Grows trees
    image: ${param:imageUri, null}
    memorySize: 3008
    timeout: 900
resources:
  TreesTopic:
    Type: AWS::SNS::Topic
alarms:
  trees-lost:
    AlarmDescription: Trees were lost.
    MetricName: TreesLost
widgets:
  - title: Trees
    metrics: [TreesGrown, TreesLost]
outside:
  trees: [few]
"""


def package(folder: Path, *parameters: dict[str, str]) -> Template:
    """Package prod with the slice `trees` installed."""
    if not (folder / "deploy").exists():
        copy(folder)
        file = folder / "deploy" / "slices.json"
        file.write_text(json.dumps({**json.loads(file.read_text()), "trees": ROW}))
        (folder / "deploy" / "slices" / "trees.yml").write_text(FRAGMENT)
        stages = folder / "deploy" / "stages.yml"
        stages.write_text(stages.read_text().replace("default:\n", "default:\n  trees: many\n"))
    run("package", variant("prod", *parameters), folder)
    made: Template = json.loads((folder / MADE).read_text())
    return made


def test_a_slice_brings_its_own(tmp_path: Path) -> None:
    """Its function with its role, schedule, retries and dead letters, its resources, alarm, widget and environment."""
    found = package(tmp_path, IMAGE, {"slices": "trees"})
    assert _lint(found) == []
    functions = of_type(found, "Lambda::Function")
    assert set(functions) == {"ApiLambdaFunction", "ForestLambdaFunction"}
    forest = functions["ForestLambdaFunction"]
    assert (forest["FunctionName"], forest["MemorySize"], forest["Timeout"]) == ("jockey-api-prod-forest", 3008, 900)
    for each in functions.values():
        variables = each["Environment"]["Variables"]
        assert (variables["JOCKEY_TREES"], variables["JOCKEY_RACES_PROVIDER"]) == ("many", "records")
    rights = of_type(found, "IAM::Role")["ForestRole"]["Policies"][0]["PolicyDocument"]["Statement"]
    actions = {action for each in rights for action in listed(each["Action"])}
    assert {"sns:Publish", "dynamodb:GetItem", "s3:GetObject"} <= actions
    assert not actions & {"sqs:ReceiveMessage", "dynamodb:Scan", "dynamodb:DeleteItem"}
    assert "sns:Publish" not in json.dumps(of_type(found, "IAM::Role")["IamRoleLambdaExecution"])
    schedule = of_type(found, "Scheduler::Schedule")["GrowTreesSchedule"]
    assert schedule["Target"]["Arn"] == {"Fn::GetAtt": ["ForestLambdaFunction", "Arn"]}
    assert found["Resources"]["ForestRetries"]["Properties"]["MaximumRetryAttempts"] == 1
    alarm = of_type(found, "CloudWatch::Alarm")["TreesLostAlarm"]
    assert (alarm["AlarmName"], alarm["Namespace"]) == ("graphql-api-prod-trees-lost", "JockeyAPI")
    assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]
    page = json.loads(of_type(found, "CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]["Fn::Sub"])
    _assert_shown(page, found)


def _assert_shown(page: dict[str, Any], found: Template) -> None:
    """Assert that the dashboard has all alarms, and the slice's widget below all others."""
    shown = {arn.rpartition(":")[2] for arn in page["widgets"][0]["properties"]["alarms"]}
    assert shown == {each["AlarmName"] for each in of_type(found, "CloudWatch::Alarm").values()}
    *others, trees = page["widgets"]
    assert trees["properties"]["title"] == "Trees"
    assert trees["properties"]["metrics"][1] == ["JockeyAPI", "TreesLost", "service", "graphql-api", "stage", "prod"]
    assert trees["y"] >= max(each["y"] + each["height"] for each in others)


def test_a_slice_that_is_off_deploys_nothing(tmp_path: Path) -> None:
    """Nothing of it, and neither table, queue nor schedule is in the template."""
    assert not re.search("(?i)tree|forest|dynamodb|sqs|scheduler::", json.dumps(package(tmp_path, IMAGE)))


def test_a_vpc_gets_the_endpoints_that_are_called(tmp_path: Path) -> None:
    """By the rights of the functions; in the VPC each role may make network interfaces."""
    found = package(tmp_path, IMAGE, {"slices": "trees"}, EVERYTHING)
    assert _lint(found) == []
    made = of_type(found, "EC2::VPCEndpoint").values()
    names = {each["ServiceName"]["Fn::Sub"].rpartition(".")[2] for each in made}
    assert names == {"s3", "dynamodb", "ssm", "sns", "sqs"}
    (managed,) = of_type(found, "IAM::Role")["ForestRole"]["ManagedPolicyArns"]
    assert managed["Fn::Sub"].endswith("AWSLambdaVPCAccessExecutionRole")


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"slices": "races,racing"}, "slices=races,racing: racing is not known. There are access, "),
        ({"slices": "trees", "trees": "few", "network": "vpc"}, "network=vpc excludes trees=few (trees): no host"),
    ],
    ids=["unknown", "outside"],
)
def test_what_cannot_be_is_refused(tmp_path: Path, parameters: dict[str, str], told: str) -> None:
    """By a sentence, when the service is packaged."""
    with pytest.raises(AssertionError, match=re.escape(told)):
        package(tmp_path, ZIP, parameters)


def _lint(found: Template) -> list[str]:
    """Give what cfn-lint finds, but the dependencies that the framework writes twice."""
    from cfnlint.api import ManualArgs, lint

    config = ManualArgs(ignore_checks=["W3005"], regions=["ap-northeast-1"])
    return [str(each) for each in lint(json.dumps(found), config=config)]
