"""The queue of jobs in the deployment: a queue, its dead letters, a worker with rights of its own, and alarms."""

import json
from typing import Any

import pytest

from deployment import IMAGE, ROOT, TABLE, ZIP, Make, Template, listed, needs_osls, of_type, only, statements, variant
from graphql_api.installed import SLICES, read_settings
from graphql_api.jobs.ledger import JITTER, LONGEST_WAIT, Times

pytest_plugins = ["deployment_fixtures"]
pytestmark = needs_osls

JOBS = {"slices": "access,comments"}
QUEUE = {"Fn::GetAtt": ["JobsQueue", "Arn"]}


@pytest.fixture(params=[IMAGE, ZIP], ids=["image", "zip"])
def found(request: pytest.FixtureRequest, make: Make) -> Template:
    """Give a template with jobs."""
    return make(variant("prod", JOBS, request.param))


def worker(found: Template) -> Any:
    """Give the worker."""
    return found["Resources"]["WorkerLambdaFunction"]["Properties"]


def test_without_such_a_slice_there_is_no_queue(make: Make) -> None:
    """And one function, and no schedule but the warmer's."""
    plain = make(variant("prod", IMAGE, TABLE))
    assert "SQS" not in json.dumps(plain)
    assert "Scheduler" not in json.dumps(plain)
    assert "JOCKEY_JOBS_QUEUE" not in only(plain, "Lambda::Function")["Environment"]["Variables"]


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
    most = max((len(waits) for each in SLICES for waits in each.waits.values()), default=0) + 1
    assert queues["JobsQueue"]["RedrivePolicy"]["maxReceiveCount"] >= 1.5 * most, "all attempts, and workers lost"
    assert most * LONGEST_WAIT * (1 + JITTER) < queues["JobsQueue"]["MessageRetentionPeriod"]
    assert queues["JobsDeadLetters"]["MessageRetentionPeriod"] > queues["JobsQueue"]["MessageRetentionPeriod"]


def test_the_worker_gets_messages_and_tells_of_failures_one_by_one(found: Template) -> None:
    """At most two at once, by its event source and not by reserved concurrency."""
    source = only(found, "Lambda::EventSourceMapping")
    assert (source["EventSourceArn"], source["FunctionResponseTypes"]) == (QUEUE, ["ReportBatchItemFailures"])
    assert source["ScalingConfig"] == {"MaximumConcurrency": 2}
    assert "ReservedConcurrentExecutions" not in worker(found)


def test_each_function_has_the_rights_it_needs(found: Template) -> None:
    """The API and the schedules' function send, the worker receives, and sends notifications; each has own logs."""
    by_role = {
        name: [each for policy in role["Policies"] for each in policy["PolicyDocument"]["Statement"]]
        for name, role in of_type(found, "IAM::Role").items()
    }
    on_queue = {
        name: sorted(action for each in held if each["Resource"] == QUEUE for action in listed(each["Action"]))
        for name, held in by_role.items()
    }
    assert on_queue["IamRoleLambdaExecution"] == on_queue["ScheduledRole"] == ["sqs:SendMessage"]
    assert on_queue["WorkerRole"] == [
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
        "sqs:SendMessage",
    ]
    for name, role in (("worker", "WorkerRole"), ("scheduled", "ScheduledRole")):
        assert found["Resources"][f"{name.title()}LambdaFunction"]["Properties"]["Role"] == {
            "Fn::GetAtt": [role, "Arn"]
        }
        (logs,) = (each for each in by_role[role] if "logs:PutLogEvents" in listed(each["Action"]))
        assert logs["Resource"]["Fn::Sub"].endswith(f"/jockey-api-prod-{name}:*")
    wild = [each for each in statements(found) if any("*" in action for action in listed(each["Action"]))]
    assert wild == []


def test_the_service_knows_the_settings(found: Template) -> None:
    """All functions have the queue and the table."""
    functions = of_type(found, "Lambda::Function")
    for name in ("ApiLambdaFunction", "WorkerLambdaFunction", "ScheduledLambdaFunction"):
        variables = dict(functions[name]["Environment"]["Variables"])
        assert variables.pop("JOCKEY_JOBS_QUEUE") == {"Ref": "JobsQueue"}
        assert variables.pop("JOCKEY_NOTIFICATIONS_TARGET") == {"Ref": "NotificationsTopic"}
        assert read_settings(variables).store == "dynamodb://graphql-api-prod"


def test_alarms_tell_of_jobs_that_wait_or_fail(found: Template) -> None:
    """The oldest message, dead letters, and jobs that were given up."""
    alarms = {each.get("MetricName"): each for each in of_type(found, "CloudWatch::Alarm").values()}
    names = ("ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible", "JobsFailed")
    assert [alarms[name]["Threshold"] for name in names] == [600, 0, 5]
    dead = {json.dumps(each.get("Dimensions")) for each in of_type(found, "CloudWatch::Alarm").values()}
    for queue in ("JobsDeadLetters", "ScheduledDeadLetters"):
        assert any(queue in each for each in dead)
    assert all(alarms[name]["AlarmActions"] == [{"Ref": "AlarmTopic"}] for name in names)


def test_previews_are_asked_for_every_evening(found: Template) -> None:
    """In Japanese time, by the event that the function knows; what cannot be handed over is a dead letter."""
    schedule = of_type(found, "Scheduler::Schedule")["QueueCommentsSchedule"]
    assert (schedule["ScheduleExpression"], schedule["ScheduleExpressionTimezone"]) == (
        "cron(0 18 * * ? *)",
        "Asia/Tokyo",
    )
    target = schedule["Target"]
    assert json.loads(target["Input"]) == {"source": "graphql_api.jobs", "job": "queue-comments"}
    assert target["Arn"] == {"Fn::GetAtt": ["ScheduledLambdaFunction", "Arn"]}
    dead = {"Fn::GetAtt": ["ScheduledDeadLetters", "Arn"]}
    retries = found["Resources"]["ScheduledRetries"]["Properties"]
    assert target["DeadLetterConfig"]["Arn"] == retries["DestinationConfig"]["OnFailure"]["Destination"] == dead
    (invoking,) = (each for each in statements(found) if listed(each["Action"]) == ["lambda:InvokeFunction"])
    assert invoking["Resource"] == [target["Arn"]]


def test_comments_by_a_model_and_a_workflow(make: Make) -> None:
    """A state machine that invokes the worker alone, and the worker's rights to start it and to ask a model."""
    from cfnlint.api import ManualArgs, lint

    comments = {"commentsProvider": "bedrock", "commentsModel": "a-model", "commentsWorkflow": "states"}
    switches = {"notificationsWebhooks": "signed", **comments}
    made = make(variant("prod", switches, JOBS, IMAGE))
    assert [str(each) for each in lint(json.dumps(made), config=ManualArgs(ignore_checks=["W3005"]))] == []
    machine, worker_arn = only(made, "StepFunctions::StateMachine"), {"Fn::GetAtt": ["WorkerLambdaFunction", "Arn"]}
    assert machine["DefinitionSubstitutions"] == {"Worker": worker_arn}
    assert machine["Definition"] == json.loads(ROOT.joinpath("deploy", "comments.asl.json").read_text())
    roles = of_type(made, "IAM::Role")
    (invoking,) = roles["CommentsWorkflowRole"]["Policies"][0]["PolicyDocument"]["Statement"]
    assert (invoking["Action"], invoking["Resource"]) == ("lambda:InvokeFunction", worker_arn)
    rights = {action for each in statements(made) for action in listed(each["Action"])}
    assert {"bedrock:InvokeModel", "states:StartExecution", "states:DescribeExecution"} <= rights
    secrets = {json.dumps(each["Resource"]) for each in statements(made) if "Secret" in str(each["Action"])}
    assert secrets == {'{"Ref": "WebhooksSecret"}'}
    assert not {"bedrock", "states"} & {
        action.partition(":")[0]
        for each in roles["IamRoleLambdaExecution"]["Policies"][0]["PolicyDocument"]["Statement"]
        for action in listed(each["Action"])
    }
    variables = made["Resources"]["WorkerLambdaFunction"]["Properties"]["Environment"]["Variables"]
    assert variables["JOCKEY_COMMENTS_WORKFLOW"]["Fn::Sub"].endswith(":stateMachine:graphql-api-prod-comments")


def test_alarms_tell_of_budgets_and_rates(found: Template) -> None:
    """The day's tokens, comments that the template wrote, and the part of attempts that failed."""
    alarms = {each["AlarmName"]: each for each in of_type(found, "CloudWatch::Alarm").values()}
    assert alarms["graphql-api-prod-comments-budget"]["Threshold"] == 80
    assert alarms["graphql-api-prod-comments-budget"]["Statistic"] == "Maximum"
    assert alarms["graphql-api-prod-comments-fallbacks"]["MetricName"] == "CommentFallbacks"
    rate = alarms["graphql-api-prod-jobs-failure-rate"]
    assert {each["MetricStat"]["Metric"]["MetricName"] for each in rate["Metrics"] if "MetricStat" in each} == {
        "JobsSucceeded",
        "JobsRetried",
        "JobsFailed",
    }
