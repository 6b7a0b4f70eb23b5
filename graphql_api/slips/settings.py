"""The settings of slips."""

from dataclasses import dataclass

from graphql_api.config import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipsSettings:
    """The slice's table of settings."""

    slips_ttl: int = setting(86_400, "Seconds until a betting slip expires, counted from its last change", minimum=1)
