"""Tests of the deployment against a stand-in for AWS: it comes up, it goes away, and its role may do no more."""

import ast
import json
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from boto3.session import Session
from botocore.exceptions import ClientError

from deployment import BY_NAME, DIGEST, IMAGE, ROOT, ZIP, Make, needs_osls, run, statements, variant

pytest_plugins = ["deployment_fixtures"]
pytestmark = needs_osls
KEYS = {"AWS_ACCESS_KEY_ID": "example", "AWS_SECRET_ACCESS_KEY": "example"}
REGION = "ap-northeast-1"
# Where CloudFormation only warns, moto refuses: test_deploy.py holds the templates to the same linter.
MOTO = """
import cfnlint.api
from moto.server import main
cfnlint.api.lint = lambda *args: []
main(["-H", "127.0.0.1", "-p", "0"])
"""


@contextmanager
def _moto(folder: Path) -> Iterator[str]:
    """Run moto in a process of its own, as who may do what is a matter of the whole process."""
    log = folder / "moto.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", MOTO],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + 60
        while not (found := re.search(r"http://127\.0\.0\.1:\d+", log.read_text())):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield found[0]
    finally:
        process.terminate()
        process.wait(10)


def _post(url: str, body: bytes) -> None:
    with urllib.request.urlopen(urllib.request.Request(url, body, {"Content-Type": "application/json"})) as answer:
        assert answer.status < 300


def _client(name: str, url: str, key: str = "example", secret: str = "example") -> Any:
    return Session(key, secret, region_name=REGION).client(name, endpoint_url=url)


def test_stack_comes_and_goes(tmp_path: Path) -> None:
    """Deploying makes function, role, topic, rule and log group, again changes them; removing leaves nothing behind.

    In dev, as the stand-in knows no aliases. It passes over what else it does not know; test_deploy.py does not.
    """
    chosen = variant("dev", ZIP, {"bucket": "example-jockeys", "snapStart": "false"})
    with _moto(tmp_path) as url:
        _post(f"{url}/moto-api/config", json.dumps({"lambda": {"use_docker": False}}).encode())
        environ = {**KEYS, "AWS_ENDPOINT_URL": url, "AWS_REGION": REGION}
        run("deploy", chosen, tmp_path, environ)
        made = _client("lambda", url).get_function(FunctionName="jockey-api-dev")["Configuration"]
        assert (made["MemorySize"], made["Environment"]["Variables"]["JOCKEY_STAGE"]) == (2048, "dev")
        assert "graphql-api-dev" in made["Role"]
        rule = _client("events", url).describe_rule(Name="graphql-api-dev-warmer")
        assert rule["ScheduleExpression"] == "rate(5 minutes)"
        (group,) = _client("logs", url).describe_log_groups()["logGroups"]
        assert group["retentionInDays"] == 30
        (topic,) = _client("sns", url).list_topics()["Topics"]
        assert topic["TopicArn"].endswith(":graphql-api-dev-alarms")
        assert "graphql-api-dev" in run("info", chosen, tmp_path, environ)

        run("deploy", (*chosen, ("logLevel", "DEBUG")), tmp_path, environ)
        changed = _client("lambda", url).get_function(FunctionName="jockey-api-dev")["Configuration"]
        assert changed["Environment"]["Variables"]["JOCKEY_LOG_LEVEL"] == "DEBUG"

        run("remove", chosen, tmp_path, environ)
        assert _client("lambda", url).list_functions()["Functions"] == []
        assert _client("sns", url).list_topics()["Topics"] == []
        assert _client("s3", url).list_buckets()["Buckets"] == []


def test_image_comes_and_goes(tmp_path: Path) -> None:
    """The function of a container image is deployed by its digest, with what slices need, and removed."""
    chosen = variant("dev", IMAGE, {"bucket": "example-jockeys", "slices": "access,comments,odds"})
    with _moto(tmp_path) as url:
        _post(f"{url}/moto-api/config", json.dumps({"lambda": {"use_docker": False}}).encode())
        environ = {**KEYS, "AWS_ENDPOINT_URL": url, "AWS_REGION": REGION}
        run("deploy", chosen, tmp_path, environ)
        made = _client("lambda", url).get_function(FunctionName="jockey-api-dev")
        assert made["Code"]["ImageUri"] == DIGEST
        functions = _client("lambda", url).list_functions()["Functions"]
        assert {each["FunctionName"] for each in functions} == {
            f"jockey-api-dev{name}" for name in ("", "-worker", "-scheduled")
        }
        assert _client("dynamodb", url).list_tables()["TableNames"] == ["graphql-api-dev"]
        queues = {each.rpartition("/")[2] for each in _client("sqs", url).list_queues()["QueueUrls"]}
        assert queues == {f"graphql-api-dev-{name}" for name in ("jobs", "jobs-dead", "scheduled-dead")}
        run("remove", chosen, tmp_path, environ)
        assert _client("lambda", url).list_functions()["Functions"] == []


def test_workflows_role_is_enough(tmp_path: Path) -> None:
    """With permissions enforced, the workflows' role of bootstrap.yml deploys, twice, tells of it, and no more.

    The stand-in judges actions, and resources of S3 only; what CloudFormation makes, it makes without asking.
    """
    with _moto(tmp_path) as url:
        _post(f"{url}/moto-api/config", json.dumps({"lambda": {"use_docker": False}}).encode())
        cloudformation, iam = _client("cloudformation", url), _client("iam", url)
        body = (ROOT / "deploy" / "bootstrap.yml").read_text()
        subjects = "repo:example/graphql-api:environment:dev"
        cloudformation.create_stack(
            StackName="graphql-api-bootstrap",
            TemplateBody=body,
            Parameters=[{"ParameterKey": "Subjects", "ParameterValue": subjects}],
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        (stack,) = cloudformation.describe_stacks()["Stacks"]
        outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
        assert outputs["DeployRole"].endswith(":role/graphql-api-deployer")
        trust = iam.get_role(RoleName="graphql-api-deployer")["Role"]["AssumeRolePolicyDocument"]
        assert subjects in json.dumps(trust)
        policy = iam.get_role_policy(RoleName="graphql-api-deployer", PolicyName="deploy")["PolicyDocument"]
        document = ast.literal_eval(policy)  # which the stand-in gives as Python writes it
        for statement in document["Statement"]:
            if "s3:ListBucket" in statement["Action"]:
                statement["Action"].append("s3:HeadBucket")  # which AWS has no permission for but s3:ListBucket
            else:
                statement["Resource"] = "*"
        keys = _user(iam, json.dumps(document))
        environ = {
            "AWS_ACCESS_KEY_ID": keys[0],
            "AWS_SECRET_ACCESS_KEY": keys[1],
            "AWS_ENDPOINT_URL": url,
            "AWS_REGION": REGION,
        }
        chosen = variant("dev", IMAGE, {"bucket": "example-jockeys", "deploymentRole": outputs["BuilderRole"]})
        _post(f"{url}/moto-api/reset-auth", b"0")  # from here on permissions count
        run("deploy", chosen, tmp_path, environ)
        run("deploy", (*chosen, ("logLevel", "DEBUG")), tmp_path, environ)
        deployed = _client("cloudformation", url, *keys)
        (stack,) = deployed.describe_stacks(StackName="graphql-api-dev")["Stacks"]
        assert stack["StackStatus"] == "UPDATE_COMPLETE"
        for refused in (
            lambda: _client("iam", url, *keys).create_user(UserName="another"),
            lambda: _client("iam", url, *keys).delete_role(RoleName="graphql-api-builder"),
            lambda: _client("s3", url, *keys).list_buckets(),
            lambda: _client("s3", url, *keys).create_bucket(Bucket="another"),
            lambda: _client("sns", url, *keys).list_topics(),
        ):
            with pytest.raises(ClientError, match="AccessDenied"):
                refused()


def _user(iam: Any, policy: str) -> tuple[str, str]:
    """Make a user who may do what a policy says; give the user's keys."""
    iam.create_user(UserName="example")
    iam.put_user_policy(UserName="example", PolicyName="role", PolicyDocument=policy)
    keys = iam.create_access_key(UserName="example")["AccessKey"]
    return keys["AccessKeyId"], keys["SecretAccessKey"]


def _document(found: dict[str, Any]) -> str:
    """Write the role's S3 statements as IAM takes them."""
    kept = [each for each in statements(found) if str(each["Action"]).count("s3:")]
    text = json.dumps(kept).replace("${AWS::Partition}", "aws")
    plain = re.sub(r'\{"Fn::Sub": ("[^"]*")\}', r"\1", text)
    return json.dumps({"Version": "2012-10-17", "Statement": json.loads(plain)})


def test_role_may_read_its_prefix_only(make: Make, tmp_path: Path) -> None:
    """With permissions enforced, the policy reads and lists; it neither writes, deletes, nor reads elsewhere."""
    policy = _document(make(variant("prod", IMAGE, BY_NAME)))
    with _moto(tmp_path) as url:
        owner = _client("s3", url)
        for bucket in ("example-jockeys", "another"):
            owner.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
            for key in ("results/00001.pickle", "private.txt"):
                owner.put_object(Bucket=bucket, Key=key, Body=b"example")
        keys = _user(_client("iam", url), policy)
        _post(f"{url}/moto-api/reset-auth", b"0")  # from here on permissions count
        s3 = _client("s3", url, *keys)

        assert s3.get_object(Bucket="example-jockeys", Key="results/00001.pickle")["Body"].read() == b"example"
        assert s3.list_objects_v2(Bucket="example-jockeys", Prefix="results/")["KeyCount"] == 1
        for refused in (
            lambda: s3.get_object(Bucket="example-jockeys", Key="private.txt"),
            lambda: s3.get_object(Bucket="another", Key="results/00001.pickle"),
            lambda: s3.list_objects_v2(Bucket="another", Prefix="results/"),
            lambda: s3.put_object(Bucket="example-jockeys", Key="results/00001.pickle", Body=b""),
            lambda: s3.delete_object(Bucket="example-jockeys", Key="results/00001.pickle"),
            lambda: s3.list_buckets(),
        ):
            with pytest.raises(ClientError, match="AccessDenied"):
                refused()
