"""Publishes to topics of SNS, through boto3, which the first message imports."""

from contextlib import closing
from typing import Any

from graphql_api.errors import DeliveryRefused, UpstreamUnavailable
from graphql_api.storage.faults import error_code, faults, is_passing

TIMEOUTS = 1.0, 3.0
"""Seconds to connect and to wait for an answer."""

NOT_RECEIVED = "The topic did not receive the notification."


def publish(topic: str, event_id: str, event_type: str, body: bytes) -> None:
    """Publish a body; it blocks. Raises ``UpstreamUnavailable`` (try again) or ``DeliveryRefused``.

    Its id and type are attributes of the message, by which subscriptions filter and receivers drop repetitions.
    """
    from boto3.session import Session
    from botocore.config import Config

    config = Config(connect_timeout=TIMEOUTS[0], read_timeout=TIMEOUTS[1], retries={"total_max_attempts": 1})
    attributes: dict[str, Any] = {
        name: {"DataType": "String", "StringValue": value} for name, value in (("id", event_id), ("type", event_type))
    }
    try:
        with closing(Session().client("sns", region_name=topic.split(":")[3], config=config)) as client:
            client.publish(TopicArn=topic, Message=body.decode(), MessageAttributes=attributes)
    except faults() as error:
        kind = UpstreamUnavailable if is_passing(error) else DeliveryRefused
        raise kind(NOT_RECEIVED, error_code=error_code(error)) from error
