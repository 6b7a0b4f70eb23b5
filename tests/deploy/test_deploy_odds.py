"""What the slice `odds` deploys: a run a minute, the right to write in batches for it alone, and its alarms."""

import json

from deployment import ALL, IMAGE, Make, listed, needs_osls, of_type, variant

pytest_plugins = ["deployment_fixtures"]
pytestmark = needs_osls


def test_odds_are_updated_each_minute(make: Make) -> None:
    """By the function of schedules, for a provider that the API reads from too."""
    found = make(variant("prod", IMAGE, {"slices": "odds", "racesProvider": "mock"}))
    schedule = of_type(found, "Scheduler::Schedule")["UpdateOddsSchedule"]
    assert (schedule["ScheduleExpression"], schedule["ScheduleExpressionTimezone"]) == ("rate(1 minute)", "Asia/Tokyo")
    assert schedule["State"] == "ENABLED"
    assert json.loads(schedule["Target"]["Input"]) == {"source": "graphql_api.jobs", "job": "update-odds"}
    functions = of_type(found, "Lambda::Function")
    assert set(functions) == {"ApiLambdaFunction", "ScheduledLambdaFunction", "WorkerLambdaFunction"}
    for each in functions.values():
        variables = each["Environment"]["Variables"]
        assert (variables["JOCKEY_ODDS_UPDATES"], variables["JOCKEY_RACES_PROVIDER"]) == ("true", "mock")
    roles = of_type(found, "IAM::Role")
    rights = {
        name: {
            action
            for statement in role["Policies"][0]["PolicyDocument"]["Statement"]
            for action in listed(statement["Action"])
        }
        for name, role in roles.items()
        if name in ("ScheduledRole", "IamRoleLambdaExecution")
    }
    assert {"dynamodb:BatchWriteItem", "sqs:SendMessage"} <= rights["ScheduledRole"]
    assert "dynamodb:BatchWriteItem" not in rights["IamRoleLambdaExecution"]
    alarms = {each["AlarmName"]: each for each in of_type(found, "CloudWatch::Alarm").values()}
    assert alarms["graphql-api-prod-odds-failing"]["MetricName"] == "OddsFailuresInRow"
    assert alarms["graphql-api-prod-odds-old"]["Threshold"] == 900


def test_a_provider_without_odds_is_not_asked(make: Make) -> None:
    """The schedule is disabled where the provider of race cards has nothing to update; others run."""
    found = of_type(make(variant("dev", IMAGE, ALL)), "Scheduler::Schedule")
    states = {name: each["State"] for name, each in found.items()}
    assert states.pop("UpdateOddsSchedule") == "DISABLED"
    assert set(states.values()) == {"ENABLED"}
