"""JSON Schemas of rows: the file's own columns, and the typed ones."""

import json
from enum import Enum

from graphql_api.jockeys.columns import FIELDS
from graphql_api.jockeys.openapi.source_columns import EXAMPLE_RACE, SOURCE_COLUMNS
from graphql_api.jockeys.vocabulary import DESCRIPTIONS
from graphql_api.tables.fields import Field
from graphql_api.web.openapi.objects import Json

CELL = ["string", "number", "boolean", "null"]
"""Possible types of a source cell. pandas decides by the column's other cells."""

TYPED_EXAMPLE = {
    "date": "2025-05-10",
    "race_name": "仮設記念(GII)",
    "horse_name": "モッククロキング",
    "finish_position": 1,
    "prize_money": 62000000.0,
}
"""The race of ``EXAMPLE_RACE`` in the columns of the documentation."""

EXAMPLES = {
    "source": {"summary": "The file's own columns", "value": {"data": [EXAMPLE_RACE]}},
    "typed": {"summary": "Fields by name", "value": {"data": [TYPED_EXAMPLE]}},
}
"""Example responses of the JSON route."""

CSV_EXAMPLE = f"{','.join(TYPED_EXAMPLE)}\r\n{','.join(map(str, TYPED_EXAMPLE.values()))}\r\n"
NDJSON_EXAMPLE = f"{json.dumps(TYPED_EXAMPLE, ensure_ascii=False, separators=(',', ':'))}\n"

VOCABULARIES = tuple({field.type: None for field in FIELDS if field.kind.is_vocabulary})


def schemas() -> dict[str, Json]:
    """Return the schemas of rows and of their vocabularies."""
    return {
        "Jockey": _jockey(),
        "SourceRace": _source_race(),
        "TypedRace": _typed_race(),
        **{vocabulary.__name__: _vocabulary(vocabulary) for vocabulary in VOCABULARIES},
    }


def _jockey() -> Json:
    kinds = [{"$ref": f"#/components/schemas/{race}"} for race in ("SourceRace", "TypedRace")]
    return {
        "type": "object",
        "required": ["data"],
        "properties": {"data": {"type": "array", "items": {"anyOf": kinds}}},
    }


def _source_race() -> Json:
    return {
        "type": "object",
        "description": "One race with the file's own columns, which is the default. The keys are exactly the "
        "headers of the file. Those below are netkeiba's; some contain a space, such as `着 順`. A file may have other "
        "spellings, fewer or more headers. A missing value is null.",
        "properties": {
            column.header: {"type": CELL, "description": column.description, "examples": list(column.examples)}
            for column in SOURCE_COLUMNS
        },
        "additionalProperties": {"type": CELL},
    }


def _typed_race() -> Json:
    return {
        "type": "object",
        "description": "One race with typed columns: all, or those that `columns` names.",
        "properties": {field.name: _typed(field) for field in FIELDS},
        "additionalProperties": False,
    }


def _typed(field: Field) -> Json:
    described = {"description": field.description}
    kind = field.kind
    if kind.is_vocabulary:
        vocabulary = {"$ref": f"#/components/schemas/{kind.name}"}
        return {"oneOf": [vocabulary, {"type": "null"}], **described} if field.nullable else {**vocabulary, **described}
    if field.nullable:
        return {**kind.schema, "type": [kind.schema["type"], "null"], **described}
    return {**kind.schema, **described}


def _vocabulary(vocabulary: type[Enum]) -> Json:
    meanings = ", ".join(f"`{member.name}` {DESCRIPTIONS[member].rstrip('.')}" for member in vocabulary)
    return {"type": "string", "enum": [member.name for member in vocabulary], "description": f"{meanings}."}
