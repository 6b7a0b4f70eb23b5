"""Tests of the templates that the deployment makes of serverless.yml, for every stage and variant."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from deployment import (
    ADAPTER,
    BY_NAME,
    DIGEST,
    EVERYTHING,
    IMAGE,
    KEY,
    ROOT,
    STREAM,
    TABLE,
    VARIANTS,
    ZIP,
    Make,
    Template,
    Variant,
    listed,
    needs_osls,
    of_type,
    only,
    run,
    statements,
    variant,
)
from graphql_api.access.slice import AccessSettings
from graphql_api.app import create_app
from graphql_api.config import Settings
from graphql_api.installed import read_settings

pytest_plugins = ["deployment_fixtures"]
pytestmark = needs_osls
every_variant = pytest.mark.parametrize("chosen", VARIANTS.values(), ids=VARIANTS.keys())
both_packages = pytest.mark.parametrize("package", [IMAGE, ZIP], ids=["image", "zip"])

ORIGIN_SECRET = "JOCKEY_ACCESS_ORIGIN_SECRET"
STORE_ACTIONS = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"]

LOG = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/lambda/jockey-api-%s:*"


# --- every variant ---


@every_variant
def test_template_is_clean(make: Make, chosen: Variant) -> None:
    """cfn-lint finds nothing, but the dependencies that the framework writes twice."""
    from cfnlint.api import ManualArgs, lint

    config = ManualArgs(ignore_checks=["W3005"], regions=["ap-northeast-1"])
    assert [str(each) for each in lint(json.dumps(make(chosen)), config=config)] == []


@every_variant
def test_permissions_have_no_wildcards(make: Make, chosen: Variant) -> None:
    """Actions are spelt out; a resource ends in a wildcard only where names are not known before."""
    stage = chosen[0][1]
    objects = "results/*" if ("source", "s3") in chosen else "/*"
    for statement in statements(make(chosen)):
        actions, resources = listed(statement["Action"]), listed(statement["Resource"])
        assert statement["Effect"] == "Allow"
        assert resources
        assert not any("*" in action for action in actions)
        texts = [each if isinstance(each, str) else each.get("Fn::Sub", "") for each in resources]
        wild = [text for text in texts if "*" in text]
        if actions == ["s3:GetObject"]:
            assert [text.endswith(objects) and text.count("*") == 1 for text in wild] == [True]
        elif actions[0].startswith("logs:"):  # the streams of this one group
            assert {text.removesuffix(":*") + ":*" for text in wild} <= {LOG % stage, f"{LOG % stage}:*"}
        elif actions[0].startswith("xray:"):  # which knows no resources
            assert wild == ["*"]
        else:
            assert wild == []


@every_variant
def test_url_is_open_to_all(make: Make, chosen: Variant) -> None:
    """The Function URL has both permissions that it takes, on what the URL calls: the function or its alias."""
    found = make(chosen)
    url = only(found, "Lambda::Url")
    allowed = {
        each["Action"]: each for each in of_type(found, "Lambda::Permission").values() if each["Principal"] == "*"
    }
    assert url["AuthType"] == "NONE"
    assert "Cors" not in url  # the application answers preflights
    assert allowed["lambda:InvokeFunctionUrl"]["FunctionUrlAuthType"] == "NONE"
    assert allowed["lambda:InvokeFunction"]["InvokedViaFunctionUrl"] is True
    assert [each["FunctionName"] for each in allowed.values()] == [url["TargetFunctionArn"]] * 2


@every_variant
def test_function_is_sized(make: Make, chosen: Variant) -> None:
    """Memory, disk, time below the gateways' 29 s, processor, tracing and concurrency are set."""
    found = make(chosen)
    function = only(found, "Lambda::Function")
    assert (function["MemorySize"], function["EphemeralStorage"], function["Architectures"]) == (
        2048,
        {"Size": 512},
        ["arm64"],
    )
    assert 20 < function["Timeout"] < 29
    assert function["TracingConfig"] == {"Mode": "Active"}
    assert function["ReservedConcurrentExecutions"] == {"dev": 5, "staging": 20, "prod": 200}[chosen[0][1]]


@every_variant
def test_no_secret_is_written(make: Make, chosen: Variant) -> None:
    """Neither keys nor what looks like one stand in the template; the environment holds settings only."""
    found = make(chosen)
    environment = only(found, "Lambda::Function")["Environment"]["Variables"]
    is_keyed = ("slices", "access") in chosen
    assert set(environment) <= {
        "JOCKEY_STAGE",
        "JOCKEY_LOG_LEVEL",
        "JOCKEY_CORS_ORIGINS",
        "JOCKEY_DOCUMENTS",
        "JOCKEY_SSM_PATH",
        "JOCKEY_DATA",
        *(("AWS_LAMBDA_EXEC_WRAPPER",) if ("reply", "stream") in chosen and ("package", "zip") in chosen else ()),
        *(("JOCKEY_STORE", "JOCKEY_ACCESS", "JOCKEY_RATE_REQUESTS", "JOCKEY_RATE_COST") if is_keyed else ()),
        *((ORIGIN_SECRET, "JOCKEY_ACCESS_ADDRESS_HEADER") if is_keyed else ()),
    }
    written = json.dumps(found).replace(ORIGIN_SECRET, "")
    assert not re.search(r"AKIA|ASIA|SECRET|ssm-secure|PRIVATE KEY|password", written)


@every_variant
def test_everything_is_tagged(make: Make, chosen: Variant) -> None:
    """The function carries the service's name and the stage, by which costs are told apart."""
    tags = only(make(chosen), "Lambda::Function")["Tags"]
    assert tags == [{"Key": "service", "Value": "graphql-api"}, {"Key": "stage", "Value": chosen[0][1]}]


@every_variant
def test_references_are_resolved(make: Make, chosen: Variant) -> None:
    """No variable of the framework is left over."""
    assert re.findall(r"\$\{(?:param|self|sls|opt|file)[:(]", json.dumps(make(chosen))) == []


# --- stages ---


@pytest.mark.parametrize(("stage", "days", "warm"), [("dev", 30, None), ("staging", 60, 1), ("prod", 90, 2)])
def test_stages_differ(make: Make, stage: str, days: int, warm: int | None) -> None:
    """Logs are kept, and instances held ready, as the stage asks; dev pays for none."""
    found = make(variant(stage, IMAGE))
    assert only(found, "Logs::LogGroup")["RetentionInDays"] == days
    aliases = of_type(found, "Lambda::Alias").values()
    assert [each["ProvisionedConcurrencyConfig"]["ProvisionedConcurrentExecutions"] for each in aliases] == [
        *([warm] if warm else [])
    ]


def test_a_store_is_made_where_it_is_asked_for(make: Make) -> None:
    """A table that outlives the stack, has a ceiling, forgets what expires and can be restored; and two alarms."""
    assert "DynamoDB" not in json.dumps(make(variant("prod", IMAGE)))
    found = make(variant("prod", IMAGE, TABLE))
    (table,) = (each for each in found["Resources"].values() if each["Type"] == "AWS::DynamoDB::Table")
    assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain")
    properties = table["Properties"]
    assert (properties["TableName"], properties["BillingMode"]) == ("graphql-api-prod", "PAY_PER_REQUEST")
    assert properties["OnDemandThroughput"] == {"MaxReadRequestUnits": 2000, "MaxWriteRequestUnits": 500}
    assert properties["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    (allowed,) = (each for each in statements(found) if "dynamodb" in json.dumps(each))
    assert (sorted(allowed["Action"]), allowed["Resource"]) == (
        STORE_ACTIONS,
        {"Fn::GetAtt": ["StoreTable", "Arn"]},
    )
    alarms = {each.get("MetricName"): each for each in of_type(found, "CloudWatch::Alarm").values()}
    assert alarms["StoreFailures"]["Namespace"] == "JockeyAPI"
    assert alarms["WriteThrottleEvents"]["Dimensions"] == [{"Name": "TableName", "Value": {"Ref": "StoreTable"}}]
    assert all(each["AlarmActions"] == [{"Ref": "AlarmTopic"}] for each in alarms.values())


def test_visitors_behind_the_cdn_are_told_apart(make: Make) -> None:
    """The edge writes the viewer's address over what came, and proves itself by a secret that AWS alone knows."""
    found = make(variant("prod", ZIP, EVERYTHING, TABLE))
    environment = only(found, "Lambda::Function")["Environment"]["Variables"]
    config = only(found, "CloudFront::Distribution")["DistributionConfig"]
    secret = environment[ORIGIN_SECRET]
    assert secret == {"Fn::Sub": "{{resolve:secretsmanager:${CdnOriginSecret}}}"}
    assert only(found, "SecretsManager::Secret")["GenerateSecretString"]["PasswordLength"] >= 32
    assert config["Origins"][0]["OriginCustomHeaders"] == [{"HeaderName": "X-Origin-Secret", "HeaderValue": secret}]
    (function,) = config["DefaultCacheBehavior"]["FunctionAssociations"]
    assert function["EventType"] == "viewer-request"

    code = only(found, "CloudFront::Function")["FunctionCode"]
    sent = {"true-client-ip": {"value": "203.0.113.9"}, "accept": {"value": "*/*"}}
    event = {"request": {"headers": sent}, "viewer": {"ip": "198.51.100.7"}}
    done = subprocess.run(
        ["node", "-e", f"{code}; console.log(JSON.stringify(handler({json.dumps(event)})))"],
        capture_output=True,
        check=True,
    )
    name = environment["JOCKEY_ACCESS_ADDRESS_HEADER"].lower()
    assert json.loads(done.stdout)["headers"] == {**sent, name: {"value": "198.51.100.7"}}


def test_without_the_cdn_nobody_is_believed(make: Make) -> None:
    """No secret is made, and an empty one proves nothing."""
    found = make(variant("prod", IMAGE, TABLE))
    assert only(found, "Lambda::Function")["Environment"]["Variables"][ORIGIN_SECRET] == ""
    assert of_type(found, "SecretsManager::Secret") == {}


def test_settings_are_known(make: Make) -> None:
    """The service takes the environment that the template gives it."""
    environment = only(make(variant("prod", IMAGE, TABLE)), "Lambda::Function")["Environment"]["Variables"]
    keyed = read_settings(environment)
    assert (keyed.store, keyed.of(AccessSettings).access) == ("dynamodb://graphql-api-prod", "required")
    for options in ({}, BY_NAME):
        environment = only(make(variant("prod", IMAGE, options)), "Lambda::Function")["Environment"]["Variables"]
        settings = Settings.from_environ(environment)
        assert settings.stage == "prod"
        assert settings.request_timeout < only(make(variant("prod", IMAGE)), "Lambda::Function")["Timeout"]
    assert settings.data == "s3://example-jockeys/results/"


# --- the two packages ---


def test_image_is_named_by_digest(make: Make) -> None:
    """The image cannot change under its name."""
    function = only(make(variant("prod", IMAGE)), "Lambda::Function")
    assert (function["PackageType"], function["Code"]) == ("Image", {"ImageUri": DIGEST})
    assert "SnapStart" not in function


def test_zip_starts_from_a_snapshot(make: Make) -> None:
    """The zip runs on Python 3.13 with SnapStart, through an alias, as only published versions have snapshots."""
    found = make(variant("prod", ZIP))
    function = only(found, "Lambda::Function")
    assert (function["Runtime"], function["Handler"]) == ("python3.13", "handler.handler")
    assert function["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    assert only(found, "Lambda::Alias")["Name"] == "snapstart"
    assert only(found, "Lambda::Url")["TargetFunctionArn"]["Fn::Join"][1][1] == "snapstart"


def test_streams_where_that_is_asked_for(make: Make) -> None:
    """With `reply=stream` URL, runtime and handler are the streaming ones, in image and zip; else none of them is."""
    image = make(variant("prod", IMAGE, STREAM))
    packed = make(variant("prod", ZIP, STREAM))
    assert only(image, "Lambda::Function")["ImageConfig"] == {
        "EntryPoint": ["python", "-m", "graphql_api.functions.runtime"],
        "Command": ["stream_handler.handler"],
    }
    assert only(image, "Lambda::Function")["Code"] == {"ImageUri": DIGEST}
    function = only(packed, "Lambda::Function")
    assert function["Handler"] == "stream_handler.handler"
    assert function["Environment"]["Variables"]["AWS_LAMBDA_EXEC_WRAPPER"] == "/var/task/stream.sh"
    assert [only(each, "Lambda::Url")["InvokeMode"] for each in (image, packed)] == ["RESPONSE_STREAM"] * 2
    for package in (IMAGE, ZIP):
        assert not re.search(r"RESPONSE_STREAM|stream_handler|EXEC_WRAPPER", json.dumps(make(variant("prod", package))))


def test_the_adapters_image_streams(make: Make) -> None:
    """It starts by itself, with a URL that streams; the queue's worker is another image, by its command."""
    found = make(variant("prod", ADAPTER, {"slices": "comments"}))
    functions = of_type(found, "Lambda::Function")
    assert "ImageConfig" not in functions["ApiLambdaFunction"]
    assert functions["ApiLambdaFunction"]["Code"] == {"ImageUri": ADAPTER["imageUri"]}
    for name in ("WorkerLambdaFunction", "ScheduledLambdaFunction"):
        assert functions[name]["Code"] == {"ImageUri": ADAPTER["jobsImageUri"]}
        assert functions[name]["ImageConfig"] == {"Command": ["jobs_handler.handler"]}
    assert only(found, "Lambda::Url")["InvokeMode"] == "RESPONSE_STREAM"
    assert only(found, "Lambda::Alias")["Name"] == "provisioned"


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"package": "adapter", "api": "http"}, "package=adapter takes api=url: it streams"),
        ({"package": "adapter", "slices": "comments"}, "worker take jobsImageUri, the image of the target `function`."),
        ({**STREAM, "api": "http"}, "reply=stream takes api=url: an HTTP API cannot pass on a stream."),
        ({"reply": "chunked"}, "reply=chunked is not known: it is buffered or stream."),
    ],
)
def test_what_cannot_stream_is_refused(tmp_path: Path, parameters: dict[str, str], told: str) -> None:
    """Switches that exclude each other are refused when the service is packaged, by a sentence."""
    with pytest.raises(AssertionError, match=re.escape(told)):
        run("package", variant("dev", IMAGE, parameters), tmp_path)


@both_packages
def test_old_versions_go(make: Make, package: dict[str, str]) -> None:
    """The version before is deleted, as SnapStart bills every one that is there."""
    found = make(variant("prod", package))
    versions = [each for each in found["Resources"].values() if each["Type"] == "AWS::Lambda::Version"]
    assert [each.get("DeletionPolicy") for each in versions] == [None]


# --- switches ---


def test_switches_are_off_by_default(make: Make) -> None:
    """Without parameters there is a URL, and neither gateway, CDN nor network."""
    assert not re.search("AWS::(ApiGateway|CloudFront|EC2)", json.dumps(make(variant("prod", IMAGE))))


@both_packages
def test_http_api_stands_beside_the_url(make: Make, package: dict[str, str]) -> None:
    """The HTTP API passes every request to what the URL calls, in payload 2.0, and may."""
    found = make(variant("prod", package, EVERYTHING, TABLE))
    integration = only(found, "ApiGatewayV2::Integration")
    assert only(found, "ApiGatewayV2::Route")["RouteKey"] == "$default"
    assert integration["PayloadFormatVersion"] == "2.0"
    assert integration["IntegrationUri"] == only(found, "Lambda::Url")["TargetFunctionArn"]
    permissions = of_type(found, "Lambda::Permission").values()
    assert [each["FunctionName"] for each in permissions if each["Principal"] == "apigateway.amazonaws.com"] == [
        integration["IntegrationUri"]
    ]


def test_cdn_lets_everything_through(make: Make) -> None:
    """CloudFront passes all methods to the Function URL, keeps GET and HEAD only, and keeps no error."""
    found = make(variant("prod", ZIP, EVERYTHING, TABLE))
    config = only(found, "CloudFront::Distribution")["DistributionConfig"]
    behaviour = config["DefaultCacheBehavior"]
    assert {"GET", "HEAD", "OPTIONS", "POST"} <= set(behaviour["AllowedMethods"])
    assert behaviour["CachedMethods"] == ["GET", "HEAD"]
    assert behaviour["ViewerProtocolPolicy"] == "redirect-to-https"
    (origin,) = config["Origins"]
    assert origin["DomainName"]["Fn::Select"][1]["Fn::Split"][1] == {
        "Fn::GetAtt": ["ApiLambdaFunctionUrl", "FunctionUrl"]
    }
    kept = {each["ErrorCode"]: each["ErrorCachingMinTTL"] for each in config["CustomErrorResponses"]}
    assert kept == dict.fromkeys((404, 414, 500, 502, 503, 504), 0)


JOCKEY = '{ jockey(id: "00001") { name } }'
UNKNOWN = json.dumps({"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}})
PATHS = {  # and how long each answer may be kept: as long as it says, asked for again, or not at all
    "/api/jockey/00001": "public, max-age=",
    "/api/jockey/00001.csv": "public, max-age=",
    f"/graphql?{urlencode({'query': JOCKEY})}": "public, max-age=",
    "/q/Rides?id=00001": "public, max-age=",
    "/": "no-cache",
    "/docs": "no-cache",
    f"/graphql?{urlencode({'query': '{ nothing }'})}": "no-store",
    f"/graphql?{urlencode({'extensions': UNKNOWN})}": "no-store",
    f"/graphql?{urlencode({'query': JOCKEY.replace('00001', '98765')})}": "no-store",
    "/health": "no-store",
    "/openapi.json": "no-cache",
    "/nowhere": "",
    "/api/jockey/98765": "",
}


def test_cdn_keeps_what_the_service_allows(make: Make, sample_data: Path) -> None:
    """Its key holds what answers vary by, and no more; lifetimes are the answers' own, and none without one."""
    policy = only(make(variant("prod", ZIP, EVERYTHING, TABLE)), "CloudFront::CachePolicy")["CachePolicyConfig"]
    key = policy["ParametersInCacheKeyAndForwardedToOrigin"]
    assert (policy["MinTTL"], policy["DefaultTTL"]) == (0, 0)
    assert key["QueryStringsConfig"] == {"QueryStringBehavior": "all"}
    assert key["CookiesConfig"] == {"CookieBehavior": "none"}
    assert key["EnableAcceptEncodingGzip"]
    names = {*key["HeadersConfig"]["Headers"], "Accept-Encoding"}

    settings = Settings(
        data=str(sample_data), documents=str(ROOT / "docs" / "operations"), cors_origins=("https://example.com",)
    )
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        varied = set()
        for path, lifetime in PATHS.items():
            answer = client.get(path)
            varied |= set(re.findall(r"[\w-]+", answer.headers.get("vary", "")))
            told = answer.headers.get("cache-control", "")
            assert told.startswith(lifetime) if lifetime else told in ("", "no-store"), path
            assert ("etag" in answer.headers) == (lifetime in ("public, max-age=", "no-cache")), path
            credentials = {"authorization": "Bearer x", "x-api-key": "x", "cookie": "a=b"}
            assert client.get(path, headers=credentials).content == answer.content, path
        posted = client.post("/graphql", json={"query": JOCKEY})
    assert varied == names
    assert posted.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("options", "endpoints"),
    [
        ({**EVERYTHING, **TABLE}, {"s3": "Gateway", "dynamodb": "Gateway", "ssm": "Interface"}),
        (BY_NAME, {"s3": "Gateway"}),
    ],
    ids=["everything", "by-name"],
)
def test_vpc_reaches_what_the_service_reads(make: Make, options: dict[str, str], endpoints: dict[str, str]) -> None:
    """In its VPC the function reaches S3 and DynamoDB for nothing, and SSM where it needs that; nothing comes in."""
    found = make(variant("prod", ZIP, options))
    made = of_type(found, "EC2::VPCEndpoint").values()
    assert {each["ServiceName"]["Fn::Sub"].rpartition(".")[2]: each["VpcEndpointType"] for each in made} == endpoints
    assert not re.search("NatGateway|InternetGateway", json.dumps(found))
    policies = {each["ServiceName"]["Fn::Sub"].rpartition(".")[2]: each.get("PolicyDocument") for each in made}
    for table in policies.get("dynamodb", {"Statement": []})["Statement"]:
        assert (
            sorted({*table["Action"]} - {"dynamodb:BatchWriteItem"}),
            table["Resource"]["Fn::Sub"].rpartition(":")[2],
        ) == (
            STORE_ACTIONS,
            "table/graphql-api-prod",
        )
    (allowed,) = policies["s3"]["Statement"]
    assert allowed["Action"] == ["s3:GetObject", "s3:ListBucket"]
    assert {each["Fn::Sub"] for each in allowed["Resource"]} == {
        each["Resource"]["Fn::Sub"] for action, each in _by_action(found).items() if action.startswith("s3:")
    }
    vpc = only(found, "Lambda::Function")["VpcConfig"]
    assert vpc["SecurityGroupIds"] == [{"Ref": "FunctionGroup"}]
    assert {each["Ref"] for each in vpc["SubnetIds"]} == set(of_type(found, "EC2::Subnet"))
    assert "SecurityGroupIngress" not in of_type(found, "EC2::SecurityGroup")["FunctionGroup"]


# --- the role ---


def _by_action(found: Template) -> dict[str, dict[str, Any]]:
    return {action: each for each in statements(found) for action in listed(each["Action"])}


def test_role_reads_what_ssm_names(make: Make) -> None:
    """The bucket that SSM names, its listing at the top, and the parameters under the stage's path."""
    found = _by_action(make(variant("staging", IMAGE)))
    bucket = "arn:${AWS::Partition}:s3:::{{resolve:ssm:/graphql-api/staging/BUCKET_NAME}}"
    assert found["s3:GetObject"]["Resource"] == {"Fn::Sub": f"{bucket}/*"}
    assert found["s3:ListBucket"]["Resource"] == {"Fn::Sub": bucket}
    assert found["s3:ListBucket"]["Condition"] == {"StringEqualsIfExists": {"s3:prefix": ""}}
    assert found["ssm:GetParametersByPath"]["Resource"]["Fn::Sub"].endswith(":parameter/graphql-api/staging")
    assert "kms:Decrypt" not in found


def test_role_decrypts_through_ssm_only(make: Make) -> None:
    """A key of one's own opens SecureStrings, and nothing else that it locks."""
    found = _by_action(make(variant("prod", IMAGE, EVERYTHING, TABLE)))["kms:Decrypt"]
    assert found["Resource"] == KEY
    assert found["Condition"] == {"StringEquals": {"kms:ViaService": {"Fn::Sub": "ssm.${AWS::Region}.amazonaws.com"}}}


def test_role_stays_within_the_prefix(make: Make) -> None:
    """Of a bucket given by name, only the prefix may be read and listed; SSM not at all."""
    found = _by_action(make(variant("prod", IMAGE, BY_NAME)))
    assert found["s3:GetObject"]["Resource"]["Fn::Sub"].endswith(":s3:::example-jockeys/results/*")
    assert found["s3:ListBucket"]["Condition"] == {"StringEqualsIfExists": {"s3:prefix": "results/"}}
    assert not any(action.startswith(("ssm:", "kms:")) for action in found)


# --- the files ---


def test_configuration_is_short_at_the_top() -> None:
    """serverless.yml shows the whole on one screen; the parts lie in deploy."""
    assert len((ROOT / "serverless.yml").read_text().splitlines()) <= 70
    assert all(len(each.read_text().splitlines()) <= 160 for each in Path(ROOT / "deploy").glob("*.yml"))


def test_lock_names_no_registry() -> None:
    """The tool's dependencies are locked by content; where they come from is the machine's business."""
    lock = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    locked = {path: each for path, each in lock.items() if path}
    assert locked["node_modules/osls"]["version"] == "4.3.1"
    assert all("integrity" in each or each.get("inBundle") for each in locked.values())
    assert not any("resolved" in each for each in locked.values())
