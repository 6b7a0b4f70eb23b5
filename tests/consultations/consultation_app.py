"""An application with consultations over riders' files, whose answers come from a provider of the test's."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient
from starlette.types import ASGIApp

from graphql_api.app import create_core, serve_core
from graphql_api.consultations.answering import Answering
from graphql_api.consultations.service import Consultations
from graphql_api.consultations.settings import ConsultationsSettings
from graphql_api.installed import read_settings
from graphql_api.language_models.prompt import Prompt
from graphql_api.language_models.protocol import Answer, LanguageModel
from graphql_api.services import Services
from graphql_api.slips.lookup import RaceLookup
from graphql_api.slips.service import Slips
from graphql_api.storage.folder import FolderStorage
from graphql_api.store.protocol import ItemStore
from graphql_api.store.service import Store
from graphql_client import data
from races.files import MAIN, index, mount, write
from slips.slip_app import ADD, DAY, PATIENCE, Clock, win

START = """mutation Start($slip: ID!, $language: Language! = JA, $limit: Int, $request: ID) {
  startConsultation(slipId: $slip, language: $language, limit: $limit, clientRequestId: $request) {
    consultation {
      id status language total slip { id } notice
      betFeedback { itemId comment facts {
        raceId horseNumber statement sample value interval { lower upper } source
      } }
      amountFeedback { total limit warningLevel comment }
    }
    userMessage { id } reply { id }
  }
}"""

SEND = """mutation Send($id: ID!, $content: String!, $request: ID) {
  sendMessage(consultationId: $id, content: $content, clientRequestId: $request) {
    consultation { status usage { inputTokens outputTokens remaining } messages { totalCount } }
    userMessage { id type content provider }
    reply { id type content provider model fallback }
  }
}"""

READ = """query Read($id: ID!, $first: Int! = 100, $after: String) { consultation(id: $id) {
  status endedAt
  messages(first: $first, after: $after) {
    totalCount nodes { id type content } edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
} }"""

WON, RIDDEN = 12, 40
"""Wins and rides of the first jockey before the race, all of them at its course."""


def write_riders(folder: Path, name: str = "ホース1") -> None:
    """Write the race's three riders: the first has 40 rides before it, 12 of them won, the second has 5, then none.

    Each has ridden again since the race, and won: what came later must not count.
    """
    later = {"日付": "2024/10/06", "開催": "4東京2", "R": "1", "着順": "1"}
    race = {number: mount(number, str(number)) for number in (1, 2, 3)}
    race[1] = {**race[1], "馬名": name}
    write(
        folder,
        {
            "00001": [later, race[1], *_before(RIDDEN, WON)],
            "00002": [{**later, "R": "2"}, race[2], *_before(5, 5)],
            "00003": [{**later, "R": "3"}, race[3]],
        },
    )
    index(folder)


def _before(rides: int, wins: int) -> list[dict[str, str]]:
    """Give rides before the race, at the same course, a week apart."""
    rows = []
    for place in range(rides):
        day, position = date(2024, 9, 22) - timedelta(weeks=place), "1" if place < wins else "9"
        rows.append({"日付": f"{day:%Y/%m/%d}", "開催": "3中山1", "R": "5", "馬名": f"別馬{place}", "着順": position})
    return rows


class Scripted:
    """A provider that answers by the script of a test, and notes what it was asked."""

    name = "http"

    def __init__(self, script: Sequence[Answer | Exception] = ()) -> None:
        """Answer in this order."""
        self.script = list(script)
        self.asked: list[Prompt] = []

    def answer(self, prompt: Prompt, _seconds: float) -> Answer:
        """Answer, or fail."""
        self.asked.append(prompt)
        said = self.script.pop(0)
        if isinstance(said, Exception):
            raise said
        return said

    def close(self) -> None:
        """Hold nothing."""


def app_over(
    store: ItemStore, folder: Path, clock: Clock, answers: LanguageModel | None = None, **settings: Any
) -> ASGIApp:
    """Serve consultations whose items lie in ``store``."""
    environ = {f"JOCKEY_CONSULTATIONS_{name.upper()}": str(value) for name, value in settings.items()}
    read = read_settings(environ, data=str(folder))
    held = Store(store, PATIENCE)
    slips = Slips(held, DAY, clock.moment)
    answering = Answering(answers, held, read.of(ConsultationsSettings), clock.moment)
    consultations = Consultations(held, slips, answering, DAY, clock.moment)
    given = {Store: held, Slips: slips, Answering: answering, Consultations: consultations, RaceLookup: RaceLookup()}
    core = create_core(read)
    return serve_core(replace(core, services=Services(read, FolderStorage(folder), given)), read)


def fill(client: TestClient, *tickets: dict[str, Any]) -> str:
    """Put tickets on a slip, and give its id."""
    slip = None
    for ticket in tickets or (win(1, 1_000),):
        slip = data(client, ADD, slip=slip, race=MAIN, ticket=ticket)["addToSlip"]["slip"]["id"]
    assert slip is not None
    return str(slip)


def start(client: TestClient, slip: str | None = None, **more: Any) -> Any:
    """Start a consultation."""
    return data(client, START, slip=slip or fill(client), **more)["startConsultation"]["consultation"]
