"""Tests of how S3 is configured and connected to: SSM parameters, keys, regions, one client for all threads."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from fake_s3 import (
    ACCESS_KEY,
    SECRET_KEY,
    Answer,
    Bucket,
    FaultServer,
    Opened,
    client,
    found,
    refusal,
    reply,
    reset,
    serving,
    settings,
)
from graphql_api.errors import UpstreamUnavailable
from graphql_api.storage.connection import PAUSE
from graphql_api.storage.s3 import S3Storage

pytest_plugins = ("s3_servers",)


class Parameters:
    """Parameters of moto's SSM under a path of their own, and a storage that reads them."""

    def __init__(self, url: str) -> None:
        """Take a fresh path."""
        self.ssm = client(url, "ssm")
        self.path = f"/{uuid4().hex}/"
        self.now = 0.0

    def put(self, **values: str) -> None:
        """Write parameters, all of them encrypted."""
        for name, value in values.items():
            self.ssm.put_parameter(Name=self.path + name, Value=value, Type="SecureString", Overwrite=True)

    def open(self, **changes: str) -> Opened:
        """Open a storage that asks SSM, by a clock that shows ``now``."""
        return Opened(S3Storage(settings(ssm_path=self.path, **changes), clock=lambda: self.now))


@pytest.fixture
def parameters(moto_url: str, aws: pytest.MonkeyPatch) -> Parameters:
    """Let SSM be moto."""
    aws.setenv("AWS_ENDPOINT_URL_SSM", moto_url)
    return Parameters(moto_url)


@pytest.fixture
def bucket(rclone_url: str, aws: pytest.MonkeyPatch) -> Bucket:
    """Let S3 be rclone, holding one jockey."""
    aws.setenv("AWS_ENDPOINT_URL_S3", rclone_url)
    made = Bucket(rclone_url, prefix="").create()
    made.put("05339.pickle", b"frame")
    return made


def test_ssm_names_the_bucket(parameters: Parameters, bucket: Bucket) -> None:
    """Without keys in SSM, the bucket that it names is read with the credentials of the environment."""
    parameters.put(BUCKET_NAME=bucket.name, REGION_NAME="ap-northeast-1")
    storage = parameters.open()
    assert storage.read("05339")
    assert storage.check() == {"configuration": "ok", "storage": "ok"}


def test_path_without_slash_at_its_end(parameters: Parameters, bucket: Bucket) -> None:
    """The path may end with a slash or without; parameters of deeper paths and whitespace do not count."""
    parameters.put(BUCKET_NAME=f"{bucket.name}\n", **{"deeper/ACCESS_KEY": "another"})
    parameters.path = parameters.path.rstrip("/")
    assert parameters.open().read("05339")


def test_more_parameters_than_a_page(parameters: Parameters, bucket: Bucket) -> None:
    """SSM gives ten parameters at a time; those that follow count too."""
    parameters.put(**{f"A{number}": "of another service" for number in range(12)}, BUCKET_NAME=bucket.name)
    assert parameters.open().read("05339")


def test_keys_of_ssm_are_used(parameters: Parameters, bucket: Bucket, aws: pytest.MonkeyPatch) -> None:
    """Where SSM has both keys, S3 gets them and nothing of the environment's, which stays as it was."""
    aws.setenv("AWS_ACCESS_KEY_ID", "WRONG")
    aws.setenv("AWS_SESSION_TOKEN", "of-the-execution-role")
    parameters.put(BUCKET_NAME=bucket.name, ACCESS_KEY=ACCESS_KEY, SECRET_ACCESS_KEY=SECRET_KEY)
    before = dict(os.environ)
    assert parameters.open().read("05339")
    assert dict(os.environ) == before


def test_wrong_key_is_unavailable_until_ssm_has_another(parameters: Parameters, bucket: Bucket) -> None:
    """After a key was rotated the next connection, not the next process, has it."""
    parameters.put(BUCKET_NAME=bucket.name, ACCESS_KEY=ACCESS_KEY, SECRET_ACCESS_KEY="rotated-away")
    storage = parameters.open()
    with pytest.raises(UpstreamUnavailable) as caught:
        storage.read("05339")
    assert caught.value.log_fields["error_code"] == "SignatureDoesNotMatch"
    parameters.put(SECRET_ACCESS_KEY=SECRET_KEY)
    parameters.now += PAUSE
    assert storage.read("05339")


SECRET = "very-secret-value"


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, "BUCKET_NAME is missing"),
        ({"ACCESS_KEY": SECRET, "SECRET_ACCESS_KEY": SECRET}, "BUCKET_NAME is missing"),
        ({"BUCKET_NAME": "b-1", "ACCESS_KEY": SECRET}, "ACCESS_KEY and SECRET_ACCESS_KEY are of use only together"),
        (
            {"BUCKET_NAME": "b-1", "SECRET_ACCESS_KEY": SECRET},
            "ACCESS_KEY and SECRET_ACCESS_KEY are of use only together",
        ),
        ({"BUCKET_NAME": f"No bucket: {SECRET}"}, "BUCKET_NAME is malformed"),
        ({"BUCKET_NAME": "bucket", "REGION_NAME": f"no region: {SECRET}"}, "REGION_NAME is malformed"),
        ({"BUCKET_NAME": "bucket", "ACCESS_KEY": f"{SECRET}\nx", "SECRET_ACCESS_KEY": "y"}, "ACCESS_KEY is malformed"),
        (
            {"BUCKET_NAME": "bucket", "ACCESS_KEY": "x", "SECRET_ACCESS_KEY": f"{SECRET} " * 2},
            "SECRET_ACCESS_KEY is malformed",
        ),
    ],
)
def test_parameters_that_make_no_sense(parameters: Parameters, values: dict[str, str], reason: str) -> None:
    """Missing, halved and malformed parameters are unavailability; the log says which, nobody says what they hold."""
    parameters.put(**values)
    with pytest.raises(UpstreamUnavailable, match=r"^The storage is unavailable; try again later\.$") as caught:
        parameters.open().check()
    assert caught.value.log_fields == {"ssm_path": parameters.path, "reason": reason}
    assert SECRET not in repr(caught.value.__cause__)


def test_secrets_are_not_logged(
    parameters: Parameters, bucket: Bucket, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """At the most talkative log level, neither connecting nor a refusal tells a secret."""
    parameters.put(BUCKET_NAME=bucket.name, ACCESS_KEY=ACCESS_KEY, SECRET_ACCESS_KEY=SECRET)
    caplog.set_level(logging.DEBUG)
    storage = parameters.open()
    with pytest.raises(UpstreamUnavailable) as caught:
        storage.read("05339")
    told = caplog.text + "".join(capsys.readouterr()) + repr(caught.value.__cause__) + repr(caught.value.log_fields)
    assert bucket.name in told
    assert SECRET not in told


def configuration(**values: str) -> Answer:
    """Answer as SSM does."""
    listed = [{"Name": f"/graphql-api/{name}", "Value": value} for name, value in values.items()]
    return reply(200, json.dumps({"Parameters": listed}).encode())


@pytest.fixture
def s3(aws: pytest.MonkeyPatch) -> Iterator[FaultServer]:
    """Let S3 find every object."""
    with serving(found()) as server:
        aws.setenv("AWS_ENDPOINT_URL_S3", server.url)
        yield server


def test_opening_asks_nobody(s3: FaultServer, aws: pytest.MonkeyPatch) -> None:
    """Making a storage makes no request; its first use makes one to SSM, and no later use does."""
    with serving(configuration(BUCKET_NAME="bucket")) as ssm:
        aws.setenv("AWS_ENDPOINT_URL_SSM", ssm.url)
        storage = Opened(S3Storage(settings()))
        assert not ssm.requests
        storage.read("05339")
        storage.read("05340")
        assert len(ssm.requests) == 1
        assert len(s3.requests) == 2


def test_threads_connect_once(s3: FaultServer, aws: pytest.MonkeyPatch) -> None:
    """Threads that come first all at once cause one request to SSM."""
    with serving(configuration(BUCKET_NAME="bucket")) as ssm:
        aws.setenv("AWS_ENDPOINT_URL_SSM", ssm.url)
        storage = Opened(S3Storage(settings()))
        with ThreadPoolExecutor(8) as pool:
            read = list(pool.map(storage.read, ["05339"] * 8))
        assert all(read)
        assert len(ssm.requests) == 1


def test_request_to_ssm(s3: FaultServer, aws: pytest.MonkeyPatch) -> None:
    """SSM is asked for decrypted parameters of one path in the region of the settings; SSM's region is the bucket's."""
    with serving(configuration(BUCKET_NAME="bucket", REGION_NAME="eu-west-3")) as ssm:
        aws.setenv("AWS_ENDPOINT_URL_SSM", ssm.url)
        Opened(S3Storage(settings(region="ap-northeast-1", ssm_path="/service/prod/"))).read("05339")
        assert "/ap-northeast-1/ssm/" in ssm.requests[0]
        body = json.loads(ssm.requests[0].rpartition("\r\n")[2])
        assert body == {"Path": "/service/prod", "WithDecryption": True, "Recursive": False}
        assert "/eu-west-3/s3/" in s3.requests[0]
        assert s3.requests[0].startswith("GET /bucket/05339.pickle ")


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (reply(500, b'{"__type": "InternalServerError"}'), "InternalServerError"),
        (reply(400, b'{"__type": "AccessDeniedException"}'), "AccessDeniedException"),
        (reply(400, b'{"__type": "ThrottlingException"}'), "ThrottlingException"),
        (reply(400, b'{"__type": "UnrecognizedClientException"}'), "UnrecognizedClientException"),
        (reset, "ConnectionClosedError"),
    ],
)
def test_failure_of_ssm_passes(s3: FaultServer, aws: pytest.MonkeyPatch, failure: Answer, code: str) -> None:
    """While SSM fails nothing is found, and SSM is left alone for a moment; then it is asked again, and that lasts."""
    now = 0.0
    with serving(failure, configuration(BUCKET_NAME="bucket")) as ssm:
        aws.setenv("AWS_ENDPOINT_URL_SSM", ssm.url)
        storage = Opened(S3Storage(settings(), attempts=1, clock=lambda: now))
        with pytest.raises(UpstreamUnavailable, match="try again later") as caught:
            storage.read("05339")
        assert caught.value.log_fields == {"ssm_path": "/graphql-api/", "error_code": code}
        now = PAUSE - 0.1
        for call in (storage.check, storage.list_ids, lambda: storage.read("05339")):
            with pytest.raises(UpstreamUnavailable, match="try again later"):
                call()
        assert len(ssm.requests) == 1
        now = PAUSE
        assert storage.read("05339")
        now = 1e9
        assert storage.read("05339")
        assert len(ssm.requests) == 2
        assert len(s3.requests) == 2


@pytest.mark.parametrize("answer", [reply(200, b"no JSON"), reply(200, b'{"Parameters": [{', length=99)])
def test_answer_that_is_not_of_ssm(aws: pytest.MonkeyPatch, answer: Answer) -> None:
    """An answer that is no list of parameters, or half of one, is unavailability."""
    with serving(answer) as ssm:
        aws.setenv("AWS_ENDPOINT_URL_SSM", ssm.url)
        with pytest.raises(UpstreamUnavailable, match="try again later"):
            S3Storage(settings(), attempts=1).check()


def test_ssm_that_nobody_reaches(aws: pytest.MonkeyPatch) -> None:
    """An SSM that refuses the connection is unavailable."""
    with serving() as gone:
        pass
    aws.setenv("AWS_ENDPOINT_URL_SSM", gone.url)
    with pytest.raises(UpstreamUnavailable) as caught:
        Opened(S3Storage(settings(), attempts=1)).read("05339")
    assert caught.value.log_fields["error_code"] == "EndpointConnectionError"


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        (["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"], "NoCredentialsError"),
        (["AWS_SECRET_ACCESS_KEY"], "PartialCredentialsError"),
    ],
)
@pytest.mark.parametrize("data", ["s3://bucket", ""])
def test_credentials_that_come_later(
    s3: FaultServer, aws: pytest.MonkeyPatch, data: str, missing: list[str], code: str
) -> None:
    """Without credentials the storage is unavailable, until there are some."""
    now = 0.0
    with serving(configuration(BUCKET_NAME="bucket")) as ssm:
        aws.setenv("AWS_ENDPOINT_URL_SSM", ssm.url)
        storage = Opened(S3Storage(settings(data=data), clock=lambda: now))
        with aws.context() as without:
            for name in missing:
                without.delenv(name)
            with pytest.raises(UpstreamUnavailable) as caught:
                storage.read("05339")
        assert caught.value.log_fields["error_code"] == code
        now = PAUSE
        assert storage.read("05339")


def test_profile_that_is_none(aws: pytest.MonkeyPatch) -> None:
    """A profile that does not exist is a matter of credentials."""
    aws.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(UpstreamUnavailable) as caught:
        S3Storage(settings(data="s3://bucket")).check()
    assert caught.value.log_fields["error_code"] == "ProfileNotFound"


def test_role_that_cannot_be_assumed(aws: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A token service that answers rubbish leaves no credentials for now."""
    (tmp_path / "token").write_text("a token")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        aws.delenv(name)
    aws.setenv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/reader")
    aws.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "token"))
    with serving(reply(200, b"<html>")) as sts:
        aws.setenv("AWS_ENDPOINT_URL_STS", sts.url)
        with pytest.raises(UpstreamUnavailable) as caught:
            S3Storage(settings(data="s3://bucket")).check()
    assert caught.value.log_fields["error_code"] == "ResponseParserError"


def test_importing_is_cheap() -> None:
    """Importing the storages loads neither boto3 nor pandas: the first use does."""
    code = "import sys, graphql_api.storage.s3; print(sorted({'boto3', 'botocore', 'pandas'} & set(sys.modules)))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_request_for_a_listing(s3: FaultServer) -> None:
    """A listing stays in its folder, whatever lies below it, and starts behind every file of the cursor's jockey."""
    s3.answers = (reply(200, b"<ListBucketResult/>"),)
    Opened(S3Storage(settings(data="s3://bucket/some/prefix/"))).list_ids("05339")
    asked = parse_qs(urlsplit(s3.requests[0].split(" ")[1]).query)
    assert asked["prefix"] == ["some/prefix/"]
    assert asked["delimiter"] == ["/"]
    assert asked["start-after"] == ["some/prefix/05339.zst"]


def test_refused_credentials_pause_nobody(s3: FaultServer, aws: pytest.MonkeyPatch) -> None:
    """One refusal of the credentials, however soon after connecting, keeps no later request from being made."""
    s3.answers = (refusal(403, "SignatureDoesNotMatch"), found())
    storage = Opened(S3Storage(settings(data="s3://bucket"), clock=lambda: 0.0))
    with pytest.raises(UpstreamUnavailable):
        storage.read("05339")
    assert storage.read("05340")
    assert storage.read("05339")


def test_a_configuration_that_fails_later_takes_no_connection_away(s3: FaultServer, aws: pytest.MonkeyPatch) -> None:
    """Where credentials are refused and SSM fails, the client that there is goes on; SSM is asked once a pause."""
    now = 0.0
    s3.answers = (found(), refusal(403, "ExpiredToken"), found())
    with serving(configuration(BUCKET_NAME="bucket"), reply(400, b'{"__type": "AccessDeniedException"}')) as ssm:
        aws.setenv("AWS_ENDPOINT_URL_SSM", ssm.url)
        storage = Opened(S3Storage(settings(), attempts=1, clock=lambda: now))
        assert storage.read("05339")
        now = 100.0
        with pytest.raises(UpstreamUnavailable):
            storage.read("05339")
        assert storage.read("05339")
        assert storage.read("05339")
        assert len(ssm.requests) == 2
