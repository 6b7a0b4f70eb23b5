"""Failures of routes whose errors have a code: one table of a slice, and what OpenAPI makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql_api.web.openapi.answers import failing
from graphql_api.web.openapi.objects import TEXT, Json, json_content, object_of

CODED_ERROR: Json = object_of(error=object_of(message=TEXT, code=TEXT))
"""The schema of an error that has a code."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A response to requests that fail: the name of its component, its text, and the code that its example shows."""

    name: str
    description: str
    code: str | None = None


@dataclass(frozen=True, slots=True)
class CodedFailures:
    """The failures of some routes by status; ``schema`` names the schema of their bodies."""

    schema: str
    failures: Mapping[int, Failure]

    def components(self) -> dict[str, Json]:
        """Return the responses by the names that operations refer to."""
        return {each.name: self._response(each) for each in self.failures.values()}

    def responses(self, status: int, description: str, schema: str, headers: Json | None = None) -> Json:
        """Return the responses of an operation: its success, with a JSON body, and the failures.

        304 is one of them only if ``headers`` name an ETag.
        """
        success = {"description": description, **({"headers": headers} if headers else {})}
        failures = failing(**{f"s{code}": each.name for code, each in self.failures.items()})
        if "ETag" not in (headers or {}):
            del failures["304"]
        return {str(status): {**success, "content": json_content(schema)}, **failures}

    def _response(self, failure: Failure) -> Json:
        content = json_content(self.schema)
        if failure.code is not None:
            error = {"message": failure.description, "code": failure.code}
            content["application/json"]["example"] = {"error": error}
        return {"description": failure.description, "content": content}
