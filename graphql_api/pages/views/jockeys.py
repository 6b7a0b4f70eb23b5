"""The page of all jockeys: search, leaders of a year, and the list."""

from collections.abc import Mapping
from typing import Any

from graphql_api.pages.page_request import PAGE, PageRequest
from graphql_api.pages.texts import Texts

JURISDICTIONS = ("JRA", "NAR", "OVERSEAS")
SURFACES = ("TURF", "DIRT", "JUMP")
STATISTICS = ("WINS", "STAKES_WINS", "PRIZE_MONEY", "RIDES")
"""Statistics of the leaders. Rates are not included: a jockey with one ride and one win would lead."""


def variables(asked: PageRequest) -> dict[str, Any]:
    """Read the search, the year, and the filters of the leaders. Raises ``BadUserInput``."""
    search, jurisdiction = asked.text("q"), asked.choice("jurisdiction", JURISDICTIONS)
    surface = asked.choice("surface", SURFACES)
    rides = {
        **({"jurisdiction": {"eq": jurisdiction}} if jurisdiction else {}),
        **({"surface": {"eq": surface}} if surface else {}),
    }
    return {
        "page": asked.at_most(PAGE),
        "search": search,
        "searching": bool(search),
        "jockeys": {"jurisdiction": {"eq": jurisdiction}} if jurisdiction else None,
        "after": asked.text("after") or None,
        "year": asked.year("year"),
        "rides": rides or None,
        "statistic": asked.choice("by", STATISTICS) or "WINS",
    }


def context(data: Mapping[str, Any], asked: PageRequest, _texts: Texts) -> dict[str, Any]:
    """Return the results of the search, or the leaders and the list."""
    return {
        "search": asked.text("q"),
        "found": data.get("search"),
        "leaders": data.get("leaders"),
        "years": [each["key"]["year"] for each in data["years"]["groupBy"]] if "years" in data else [],
        "list": data.get("jockeys"),
        "has_index": True,
        "chosen": {
            "year": asked.year("year"),
            "jurisdiction": asked.text("jurisdiction"),
            "surface": asked.text("surface"),
            "by": asked.text("by") or "WINS",
        },
        "jurisdictions": JURISDICTIONS,
        "surfaces": SURFACES,
        "statistics": STATISTICS,
    }


def id_variables(asked: PageRequest) -> dict[str, Any]:
    """Read the cursor of the list. Raises ``BadUserInput``."""
    return {"page": asked.at_most(PAGE), "after": asked.text("after") or None}


def id_context(data: Mapping[str, Any], _asked: PageRequest, _texts: Texts) -> dict[str, Any]:
    """Return the ids. Without the index nothing else is known."""
    return {"list": data["jockeys"], "has_index": False, "found": None, "leaders": None, "search": ""}
