"""``/llms.txt``: the service in one page of Markdown, for language models."""

from functools import cache
from typing import Any

import orjson

from graphql_api.web.static_pages import file_content

HEAD = """# {title}

> {summary} GraphQL at /graphql, REST beside it, {version}.

- Send GraphQL by POST to /graphql as JSON: {{"query": "…", "variables": {{…}}}}.
- Times are in seconds, weights in kilograms, prize money in yen, rates from 0 to 1. Unknown values are null.
- Errors have `extensions.code`. If the code is QUERY_TOO_COMPLEX, request fewer rows or fields.
- Each rate of the statistics has a 95 % interval. Do not compare rates without it.
- The data describes the past. This service gives no advice to bet and buys nothing.
"""


def llms_text(described: dict[str, Any], *, shows_schema: bool) -> str:
    """Return the page: the service, its descriptions, guides and the routes of the OpenAPI document."""
    info = described["info"]
    head = HEAD.format(title=info["title"], summary=info["summary"], version=f"version {info['version']}")
    schema = (
        ["- [GraphQL schema](schema.graphql): every type and field, with descriptions, in SDL"] if shows_schema else []
    )
    descriptions = [
        *schema,
        "- [OpenAPI document](openapi.json): the routes over plain HTTP",
        "- [Trusted operations](q): queries that this server has by name",
    ]
    routes = [
        f"- `{method.upper()} {path}`: {operation['summary']}"
        for path, item in described["paths"].items()
        for method, operation in item.items()
        if "summary" in operation
    ]
    parts = [head, "## Descriptions\n", *descriptions, "\n## Guides\n", *_guides(), "\n## Routes\n", *routes]
    return "\n".join(parts) + "\n"


@cache
def _guides() -> tuple[str, ...]:
    """Return a line for each guide that the pages have."""
    guides = orjson.loads(file_content("guides.json"))
    return tuple(f"- [{each['title']}](docs/{each['name']})" for each in guides)
