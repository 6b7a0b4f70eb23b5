"""The job that delivers one event to one target. A retry sends the same body under the same id."""

import asyncio
import time
from typing import Any

from graphql_api.errors import BadUserInput, DeliveryRefused
from graphql_api.jobs.runner import JobResult, JobRun
from graphql_api.notifications.event import body_of
from graphql_api.notifications.service import Notifications
from graphql_api.notifications.settings import is_topic
from graphql_api.notifications.signing import signed_headers
from graphql_api.notifications.urls import address_of, read_url
from graphql_api.notifications.webhook import NOT_RECEIVED, post
from graphql_api.services import Services


async def notify_job(services: Services, run: JobRun) -> JobResult:
    """Deliver the event of the input: to an owner's URL, or to the operator's target.

    Raises ``UpstreamUnavailable`` if another attempt may succeed, else ``DeliveryRefused`` or ``DeliveryGone``.
    """
    notifications = services.get(Notifications)
    event, url = run.input["event"], run.input.get("url")
    target = url or notifications.settings.notifications_target
    body = body_of(event)
    if url is None and is_topic(target):
        from graphql_api.notifications.topics import publish

        await asyncio.to_thread(publish, target, event["id"], event["type"], body)
    elif url is None:
        await _post(notifications, target, event, body, await notifications.master_secret(), trusted=True)
    else:
        try:
            secret = await notifications.signing_secret(url, run.input["owner"])
        except BadUserInput as error:  # the setting was taken away since
            raise DeliveryRefused(NOT_RECEIVED, reason=str(error)) from error
        await _post(notifications, target, event, body, secret, trusted=False)
    return JobResult({"event": event["id"], "type": event["type"]}, {"NotificationsSent": 1})


async def _post(
    notifications: Notifications, target: str, event: dict[str, Any], body: bytes, secret: str, *, trusted: bool
) -> None:
    try:
        url = read_url(target, loopback=notifications.settings.notifications_loopback)
        address = await address_of(url, trusted=trusted)
    except BadUserInput as error:
        raise DeliveryRefused(NOT_RECEIVED, reason=str(error)) from error
    await post(url, address, signed_headers(secret, event["id"], int(time.time()), body), body)
