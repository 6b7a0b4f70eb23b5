"""What access hands over to the application: a layer before all answers, ``viewer``, and ``graphql-api keys``."""

from dataclasses import dataclass
from typing import Literal

from graphql_api.config import setting
from graphql_api.slices import Slice

MIN_COST = 1_000
"""The least limit of cost: below, an answer from memory would take much of it."""

Mode = Literal["off", "optional", "required"]
OnFailure = Literal["open", "closed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessSettings:
    """The settings of access."""

    access: Mode = setting(
        "off", "API keys: `off`, `optional` (without one, a lower limit) or `required` (without one, 401)"
    )
    access_failure: OnFailure = setting(
        "open",
        "Limits while the store fails: `open` counts in each process, `closed` answers 503, as unknown keys always get",
    )
    access_origin_secret: str = setting(
        "", "Secret that CloudFront sends as `X-Origin-Secret`; with it, its `CloudFront-Viewer-Address` is believed"
    )
    rate_requests: int = setting(1_200, "Requests a minute of a key that has no limit of its own", minimum=1)
    rate_cost: int = setting(
        6_000_000,
        "Cost a minute of such a key, in values of answers: twice the dearest operation",
        minimum=MIN_COST,
    )
    rate_anonymous: float = setting(10.0, "Percent of both limits that an address without a key has", minimum=0.01)


SLICE = Slice(
    name="access",
    settings=AccessSettings,
    query="graphql_api.access.schema:Query",
    layer="graphql_api.access.http.layer:layer",
    commands={"keys": "graphql_api.access.commands:keys"},
)
