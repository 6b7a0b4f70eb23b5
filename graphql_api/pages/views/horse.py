"""The page of a horse: its figures, riders and rides."""

from collections.abc import Mapping
from typing import Any

from graphql_api.errors import NotFound
from graphql_api.pages.charts import top_of
from graphql_api.pages.page_request import PAGE, PageRequest
from graphql_api.pages.texts import Texts


def variables(asked: PageRequest) -> dict[str, Any]:
    """Read the name, and the cursor of the list. Raises ``BadUserInput``."""
    return {"name": asked.path["name"], "page": asked.at_most(PAGE), "after": asked.text("after") or None}


def context(data: Mapping[str, Any], _asked: PageRequest, _texts: Texts) -> dict[str, Any]:
    """Return the horse. Raises ``NotFound``."""
    horse = data["horse"]
    if horse is None:
        raise NotFound("There is no horse with this name.")
    rates = [each["statistics"]["winRate"] for each in horse["riders"]]
    return {"horse": horse, "top": top_of(rates, least=0.2)}
