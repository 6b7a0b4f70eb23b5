"""The table of pages: path, operation and template of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql_api.pages.page_request import PageRequest
from graphql_api.pages.texts import Texts
from graphql_api.pages.views import day, horse, jockey, jockeys, landing, race

Variables = Callable[[PageRequest], dict[str, Any]]
Context = Callable[[Mapping[str, Any], PageRequest, Texts], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Page:
    """A page: the name of its ``operation``, whose file has the same name, and of its ``template``.

    ``otherwise`` is shown instead if the storage has no index. With ``must_stand`` it is shown for every failure of
    the operation. ``has_examples``: the page shows ids of jockeys. A page without an operation shows no data.
    """

    operation: str
    template: str
    variables: Variables
    context: Context
    otherwise: "Page | None" = None
    must_stand: bool = False
    has_examples: bool = False


_IDS = Page("JockeyIdsPage", "jockeys.html", jockeys.id_variables, jockeys.id_context)

_CARDS = Page("CardDayPage", "day.html", day.card_variables, day.context)
_NO_DATA = Page("", "landing.html", landing.variables, landing.context, has_examples=True)

PAGES: Mapping[str, Page] = {
    "/": Page(
        *("LandingPage", "landing.html", landing.variables, landing.context, _NO_DATA),
        must_stand=True,
        has_examples=True,
    ),
    "/jockeys": Page("JockeysPage", "jockeys.html", jockeys.variables, jockeys.context, _IDS),
    "/jockey/{id}": Page("JockeyPage", "jockey.html", jockey.variables, jockey.context),
    "/race/{id}": Page("RacePage", "race.html", race.variables, race.context),
    "/days": Page("DaysPage", "days.html", day.days_variables, day.days_context),
    "/day/{date}": Page("DayPage", "day.html", day.variables, day.context, _CARDS, must_stand=True),
    "/horse/{name:path}": Page("HorsePage", "horse.html", horse.variables, horse.context),
}
