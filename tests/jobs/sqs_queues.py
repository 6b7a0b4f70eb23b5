"""Queues of SQS on moto, in this process, with a queue of dead letters behind each."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from moto import mock_aws

REGION = "us-east-1"


@dataclass(frozen=True)
class Queues:
    """A queue and its dead letters, and a client that looks at them."""

    url: str
    dead_url: str
    client: Any

    def count(self, url: str) -> int:
        """Count the messages of a queue, hidden ones too."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.client.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)

    def event(self, most: int = 10, hidden: int = 360) -> dict[str, Any]:
        """Receive messages as an event source mapping does, and return the event that the function gets."""
        messages = self.client.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=most, VisibilityTimeout=hidden
        ).get("Messages", [])
        return {
            "Records": [
                {
                    "messageId": each["MessageId"],
                    "receiptHandle": each["ReceiptHandle"],
                    "body": each["Body"],
                    "eventSource": "aws:sqs",
                }
                for each in messages
            ]
        }

    def settle(self, event: dict[str, Any], reply: dict[str, Any]) -> None:
        """Delete what the function did not name as failed, as an event source mapping does."""
        failed = {each["itemIdentifier"] for each in reply["batchItemFailures"]}
        for record in event["Records"]:
            if record["messageId"] not in failed:
                self.client.delete_message(QueueUrl=self.url, ReceiptHandle=record["receiptHandle"])


@contextmanager
def sqs_queues() -> Iterator[Queues]:
    """Make a queue whose messages are dead letters after three deliveries."""
    with mock_aws():
        client = boto3.client("sqs", region_name=REGION)
        dead = client.create_queue(QueueName=f"dead-{uuid.uuid4().hex}")["QueueUrl"]
        attributes = client.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]
        policy = json.dumps({"deadLetterTargetArn": attributes["QueueArn"], "maxReceiveCount": 3})
        url = client.create_queue(QueueName=f"jobs-{uuid.uuid4().hex}", Attributes={"RedrivePolicy": policy})[
            "QueueUrl"
        ]
        yield Queues(url, dead, client)
        client.close()
