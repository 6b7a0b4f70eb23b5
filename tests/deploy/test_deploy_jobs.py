"""The queue of jobs in the deployment: a queue, its dead letters, a worker with rights of its own, and alarms."""

import json
from typing import Any

import pytest

from deployment import IMAGE, TABLE, ZIP, Make, Template, listed, needs_osls, of_type, only, statements, variant
from graphql_api.installed import read_settings
from graphql_api.jobs.ledger import Times

pytest_plugins = ["deployment_fixtures"]
pytestmark = needs_osls

JOBS = {"jobs": "sqs"}
QUEUE = {"Fn::GetAtt": ["JobsQueue", "Arn"]}


@pytest.fixture(params=[IMAGE, ZIP], ids=["image", "zip"])
def found(request: pytest.FixtureRequest, make: Make) -> Template:
    """Give a template with jobs."""
    return make(variant("prod", JOBS, request.param, TABLE))


def worker(found: Template) -> Any:
    """Give the worker."""
    return found["Resources"]["WorkerLambdaFunction"]["Properties"]


def test_without_the_switch_there_is_no_queue(make: Make) -> None:
    """And one function."""
    plain = make(variant("prod", IMAGE, TABLE))
    assert "SQS" not in json.dumps(plain)
    assert only(plain, "Lambda::Function")["Environment"]["Variables"]["JOCKEY_JOBS_QUEUE"] == ""


def test_the_template_is_clean(found: Template) -> None:
    """cfn-lint finds nothing, but the dependencies that the framework writes twice."""
    from cfnlint.api import ManualArgs, lint

    config = ManualArgs(ignore_checks=["W3005"], regions=["ap-northeast-1"])
    assert [str(each) for each in lint(json.dumps(found), config=config)] == []


def test_messages_are_hidden_long_enough(found: Template) -> None:
    """The worker ends within the lease of a job, and a message comes again long after that."""
    queues = of_type(found, "SQS::Queue")
    seconds = worker(found)["Timeout"]
    assert Times().attempt < seconds < Times().lease
    assert queues["JobsQueue"]["VisibilityTimeout"] == 6 * seconds
    assert queues["JobsQueue"]["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": ["JobsDeadLetters", "Arn"]}
    assert queues["JobsDeadLetters"]["MessageRetentionPeriod"] > queues["JobsQueue"]["MessageRetentionPeriod"]


def test_the_worker_gets_messages_and_tells_of_failures_one_by_one(found: Template) -> None:
    """At most two at once, by its event source and not by reserved concurrency."""
    source = only(found, "Lambda::EventSourceMapping")
    assert (source["EventSourceArn"], source["FunctionResponseTypes"]) == (QUEUE, ["ReportBatchItemFailures"])
    assert source["ScalingConfig"] == {"MaximumConcurrency": 2}
    assert "ReservedConcurrentExecutions" not in worker(found)


def test_each_function_has_the_rights_it_needs(found: Template) -> None:
    """The API sends; the worker receives, and writes logs of its own; neither may do the other's."""
    by_role = {
        name: {
            action
            for policy in role["Policies"]
            for each in policy["PolicyDocument"]["Statement"]
            for action in listed(each["Action"])
        }
        for name, role in of_type(found, "IAM::Role").items()
    }
    assert worker(found)["Role"] == {"Fn::GetAtt": ["JobsWorkerRole", "Arn"]}
    assert {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "dynamodb:PutItem"} <= by_role[
        "JobsWorkerRole"
    ]
    assert not any(action.startswith("sqs:") for action in by_role["IamRoleLambdaExecution"])
    sending = of_type(found, "IAM::Policy")["JobsSendPolicy"]
    assert sending["Roles"] == [{"Ref": "IamRoleLambdaExecution"}]
    (allowed,) = sending["PolicyDocument"]["Statement"]
    assert (allowed["Action"], allowed["Resource"]) == ("sqs:SendMessage", QUEUE)
    wild = [each for each in statements(found) if any("*" in action for action in listed(each["Action"]))]
    assert wild == []


def test_the_service_knows_the_settings(found: Template) -> None:
    """Both functions have the queue and the table."""
    functions = of_type(found, "Lambda::Function")
    for name in ("ApiLambdaFunction", "WorkerLambdaFunction"):
        variables = dict(functions[name]["Environment"]["Variables"])
        assert variables.pop("JOCKEY_JOBS_QUEUE") == {"Ref": "JobsQueue"}
        assert read_settings(variables).store == "dynamodb://graphql-api-prod"


def test_alarms_tell_of_jobs_that_wait_or_fail(found: Template) -> None:
    """The oldest message, dead letters, and jobs that were given up."""
    alarms = {each.get("MetricName"): each for each in of_type(found, "CloudWatch::Alarm").values()}
    names = ("ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible", "JobsFailed")
    assert [alarms[name]["Threshold"] for name in names] == [600, 0, 5]
    assert all(alarms[name]["AlarmActions"] == [{"Ref": "AlarmTopic"}] for name in names)


def test_previews_are_asked_for_every_evening(found: Template) -> None:
    """The schedule's input is the event that the function knows."""
    inputs = [
        json.loads(target["Input"]) for rule in of_type(found, "Events::Rule").values() for target in rule["Targets"]
    ]
    assert {"source": "graphql_api.jobs", "job": "queue-comments"} in inputs
