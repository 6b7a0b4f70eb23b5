"""The service by which slices tell events: each is delivered by a job of the queue, at least once."""

import asyncio
from typing import Any, Self

from graphql_api.errors import BadUserInput
from graphql_api.jobs.service import JobQueue, Submitted
from graphql_api.notifications.event import Event
from graphql_api.notifications.settings import NotificationsSettings
from graphql_api.notifications.signing import derived_secret
from graphql_api.notifications.urls import address_of, read_url
from graphql_api.services import Services
from graphql_api.storage.secret import Secret

JOB = "notify"
FRESH = 86_400.0
"""Seconds for which the same event is not told again to the same target."""


def delivery_input(url: str, event: Event, owner: str) -> dict[str, Any]:
    """Return the input of the job that tells an event to an owner's webhook; the job's id follows from it."""
    return {"url": url, "owner": owner, "event": event.write()}


class Notifications:
    """Tells events to webhooks of users, and to the operator's target."""

    def __init__(self, queue: JobQueue, settings: NotificationsSettings, secret: Secret) -> None:
        """Deliver by ``queue``; webhooks are signed with what follows from ``secret``."""
        self.settings = settings
        self._queue = queue
        self._secret = secret

    @classmethod
    def open(cls, services: Services) -> Self:
        """Read the settings."""
        settings = services.settings.of(NotificationsSettings)
        secret = Secret(settings.notifications_secret, services.settings.region)
        return cls(services.get(JobQueue), settings, secret)

    async def check_url(self, url: str) -> None:
        """Check the URL of a user's webhook, before it is kept; each delivery does so again.

        Raises ``BadUserInput`` if it is not one to which this service may send, ``UpstreamUnavailable`` if its host is
        not found.
        """
        self._require_secret()
        await address_of(read_url(url, loopback=self.settings.notifications_loopback))

    async def signing_secret(self, url: str, owner: str) -> str:
        """Return the secret that signs what is sent to an owner's webhook: for its owner, once.

        ``owner`` names whoever gave the URL; it stands in records of jobs, so it is no secret itself. Raises
        ``BadUserInput`` if this service sends no webhooks, ``UpstreamUnavailable`` if its secret cannot be read.
        """
        self._require_secret()
        return derived_secret(await asyncio.to_thread(self._secret.read), owner, url)

    async def notify(self, url: str, event: Event, owner: str) -> Submitted:
        """Tell an event to an owner's webhook; the same event is told to it once, though perhaps repeatedly.

        Raises ``BadUserInput`` for a URL that no webhook may have, and ``StoreUnavailable``.
        """
        self._require_secret()
        read_url(url, loopback=self.settings.notifications_loopback)
        return await self._queue.submit(JOB, delivery_input(url, event, owner), fresh=FRESH)

    async def notify_operator(self, event: Event) -> Submitted | None:
        """Tell an event to the target of the settings; None if there is none. Raises ``StoreUnavailable``."""
        if not self.settings.notifications_target:
            return None
        return await self._queue.submit(JOB, {"event": event.write()}, fresh=FRESH)

    async def master_secret(self) -> str:
        """Return the secret that signs what is sent to the operator's webhook."""
        return await asyncio.to_thread(self._secret.read)

    def _require_secret(self) -> None:
        """Raise ``BadUserInput`` if there is nothing to sign with: what is not signed is not sent."""
        if not self.settings.notifications_secret:
            raise BadUserInput("This service sends no webhooks: JOCKEY_NOTIFICATIONS_SECRET is not set.")
