"""Content negotiation by q-values (RFC 9110, 12.5): media types, content codings and languages."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from graphql_api.language import Language

MAX_RANGES = 32
MAX_HEADERS = 1_000
"""Number of ``Accept-Language`` headers whose result is cached. Browsers send few different ones."""

_LANGUAGES = {language.value: language for language in Language}
_QUALITY = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")


def preferred_media_type(accept: str | None, offered: Sequence[str], default: str) -> str | None:
    """Return one of the offered media types, ``default`` if the client accepts any, None if it accepts none of them.

    If weights are equal, the client's order decides, as browsers and GraphQL clients expect.
    """
    if accept in offered:
        return accept
    if accept is None or accept.strip() in {"", "*/*"}:
        return default
    best: tuple[float, int, str] | None = None
    ranges = list(_weighted(accept))
    for place, (media_range, quality) in enumerate(ranges):
        found = default if media_range == "*/*" else _first_match(media_range, offered)
        if found and quality > 0 and (found, 0.0) not in ranges and (best is None or quality > best[0]):
            best = (quality, place, found)
    return best[2] if best else None


def preferred_coding(accept_encoding: str | None, offered: Sequence[str]) -> str | None:
    """Return one of the offered content codings, which are in the server's order of preference. None is identity."""
    if not accept_encoding:
        return None
    weights = dict(_weighted(accept_encoding))
    found = [(weights.get(each, weights.get("*", 0.0)), -place, each) for place, each in enumerate(offered)]
    quality, _, coding = max(found)
    return coding if quality > 0 and quality >= weights.get("identity", 0.0) else None


@lru_cache(MAX_HEADERS)
def preferred_language(accept_language: str) -> Language:
    """Return the language that a client prefers, English if it names none of ours. Regions are ignored."""
    best, found = 0.0, Language.EN
    for value, quality in _weighted(accept_language):
        language = _LANGUAGES.get(value.partition("-")[0])
        if language and quality > best:
            best, found = quality, language
    return found


def _first_match(media_range: str, offered: Sequence[str]) -> str | None:
    if media_range.endswith("/*"):
        return next((each for each in offered if each.startswith(media_range[:-1])), None)
    return media_range if media_range in offered else None


def _weighted(header: str) -> Iterator[tuple[str, float]]:
    """Return the values of a header with their weights, in lower case and without parameters."""
    for item in header.split(",")[:MAX_RANGES]:
        value, *parameters = (part.strip().lower() for part in item.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                quality = _quality(parameter[2:])
        if value:
            yield value, quality


def _quality(text: str) -> float:
    return float(text) if _QUALITY.fullmatch(text) else 0.0
