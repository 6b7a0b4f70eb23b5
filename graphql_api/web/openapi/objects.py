"""Objects of an OpenAPI document that routes of all slices are described with."""

from typing import Any

Json = dict[str, Any]
"""A JSON object."""

TEXT: Json = {"type": "string"}
COUNT: Json = {"type": "integer", "minimum": 0}
DATE_TIME: Json = {**TEXT, "format": "date-time"}


def object_of(*, optional: tuple[str, ...] = (), **properties: Json) -> Json:
    """Return the schema of an object; all properties are required except the ``optional`` ones."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


def reference(schema: str) -> Json:
    """Refer to a schema by its name."""
    return {"$ref": f"#/components/schemas/{schema}"}


def json_content(schema: str) -> Json:
    """Return the content of a JSON body by the name of its schema."""
    return {"application/json": {"schema": reference(schema)}}


def operation_object(name: str, summary: str, *path_parameters: str, tag: str) -> Json:
    """Return an operation without its responses; each of ``path_parameters`` is a text."""
    described = [{"name": each, "in": "path", "required": True, "schema": TEXT} for each in path_parameters]
    return {"operationId": name, "tags": [tag], "summary": summary, **({"parameters": described} if described else {})}
