"""The settings of slips."""

from dataclasses import dataclass

from graphql_api.config import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipsSettings:
    """The slice's table of settings."""

    slips_ttl: int = setting(86_400, "Seconds after its last change that a betting slip is kept", minimum=1)
