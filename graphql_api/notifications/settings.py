"""The settings of notifications."""

from dataclasses import dataclass

from graphql_api.config import ConfigError, setting

LEAST_SECRET = 24
"""Characters of a secret that webhooks are signed with."""

PLACES = ("ssm://", "secretsmanager://")


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationsSettings:
    """The table of settings of notifications."""

    notifications_target: str = setting(
        "",
        "Where the operator is notified of written comments and of failed jobs: the ARN of an SNS topic, or the "
        "`https` URL of a webhook. Empty: no notifications",
    )
    notifications_secret: str = setting(
        "",
        "Secret with which webhooks are signed, at least 24 characters, or its place: `ssm:///name`, "
        "`secretsmanager://name` or `secretsmanager://name#field`. Empty: no webhooks",
    )
    notifications_loopback: bool = setting(
        False,  # noqa: FBT003
        "For development: allow webhooks at `http` URLs of this machine",
    )

    def __post_init__(self) -> None:
        """Raise ``ConfigError`` for a target that is neither a topic nor a webhook, and for a secret that is short."""
        target, secret = self.notifications_target, self.notifications_secret
        schemes = ("https://", "http://") if self.notifications_loopback else ("https://",)
        if target and not is_topic(target) and not target.startswith(schemes):
            raise ConfigError("JOCKEY_NOTIFICATIONS_TARGET must be the ARN of an SNS topic or an https URL.")
        if target and not is_topic(target) and not secret:
            raise ConfigError("JOCKEY_NOTIFICATIONS_SECRET must be set if the target is a webhook.")
        if secret and not secret.startswith(PLACES) and len(secret) < LEAST_SECRET:
            raise ConfigError(f"JOCKEY_NOTIFICATIONS_SECRET must have at least {LEAST_SECRET} characters.")


def is_topic(target: str) -> bool:
    """Return whether a target is the ARN of a topic of SNS."""
    return target.startswith("arn:") and ":sns:" in target
