"""Comments without a model: the facts as sentences."""

from collections.abc import Sequence

from graphql_api.comments.model import CommentKind, CommentRequest, CommentStyle, Text
from graphql_api.comments.words import SURFACES, WORDS
from graphql_api.races.fact import Fact
from graphql_api.races.model import Race
from graphql_api.text import clean_name

SHORT_FACTS = 3


def write(about: str, wanted: CommentRequest, facts: Sequence[Fact], taken: int = 0, given: int = 0) -> Text:
    """Return a comment after the line ``about`` the race. ``taken`` and ``given`` are tokens of a model that failed."""
    words = WORDS[wanted.language]
    chosen = facts
    if wanted.style is CommentStyle.SHORT and wanted.kind is CommentKind.PREVIEW:
        chosen = sorted(facts, key=lambda fact: -(fact.sample or 0))[:SHORT_FACTS]
    elif wanted.style is CommentStyle.SHORT:
        chosen = facts[:SHORT_FACTS]
    statements = [fact.statement + words["end"] for fact in chosen] or [words["nothing"]]
    text = "\n".join([about, *statements])
    return Text(text, words[f"advice_{wanted.kind.value}"], taken, given)


def introduction(race: Race, wanted: CommentRequest) -> str:
    """Return the introduction of a race by data from before it. Scratched horses are counted."""
    words = WORDS[wanted.language]
    size = race.declared_runners or len(race.runners)
    name = f"{race.racecourse}{race.race_number}R {clean_name(race.name or '')}".rstrip()
    return words["race"].format(
        race=name,
        kind=words[wanted.kind.value],
        course=SURFACES[wanted.language][race.surface] if race.surface else race.racecourse,
        distance=words["distance"].format(distance=race.distance) if race.distance else "",
        size=words["size"].format(size=size) if size else "",
    )
