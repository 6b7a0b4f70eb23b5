"""What access hands over to the application: a layer before all answers, ``viewer``, and ``graphql-api keys``."""

from dataclasses import dataclass
from typing import Literal

from graphql_api.config import setting
from graphql_api.slices import Deployment, Slice

MIN_COST = 1_000
"""The least limit of cost: below, an answer from memory would take much of it."""

Mode = Literal["off", "optional", "required"]
OnFailure = Literal["open", "closed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessSettings:
    """The settings of access."""

    access: Mode = setting(
        "off", "API keys: `off`, `optional` (lower limits without a key) or `required` (401 without a key)"
    )
    access_failure: OnFailure = setting(
        "open",
        "Rate limits while the store is not available: `open` counts in each process, `closed` "
        "returns 503. Unknown keys always receive 503",
    )
    access_origin_secret: str = setting(
        "", "Secret that CloudFront sends as `X-Origin-Secret`. With it, `JOCKEY_ACCESS_ADDRESS_HEADER` is trusted"
    )
    access_address_header: str = setting(
        "CloudFront-Viewer-Address",
        "Header in which CloudFront sends the client address; `True-Client-IP` with `deploy/cdn.yml`",
    )
    rate_requests: int = setting(1_200, "Default limit of requests per minute for an API key", minimum=1)
    rate_cost: int = setting(
        6_000_000,
        "Default limit of cost per minute for an API key. The unit is one value in a response; the "
        "default is twice the most expensive operation",
        minimum=MIN_COST,
    )
    rate_anonymous: float = setting(
        10.0, "Limits of a client address without a key, in percent of both default limits", minimum=0.01
    )


SLICE = Slice(
    name="access",
    settings=AccessSettings,
    query="graphql_api.access.schema:Query",
    layer="graphql_api.access.http.switch:layer",
    commands={"keys": "graphql_api.access.commands:keys"},
    deployment=Deployment(functions={"api": ("dynamodb",)}),
)
