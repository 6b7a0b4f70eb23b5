"""A GraphQL client for tests: one call, the response map back."""

from typing import Any

from starlette.testclient import TestClient


def run(client: TestClient, query: str, **variables: Any) -> dict[str, Any]:
    """Send one operation by POST and give the response map."""
    response = client.post("/graphql", json={"query": query, "variables": variables})
    assert response.status_code == 200, response.text
    return response.json()


def data(client: TestClient, query: str, **variables: Any) -> Any:
    """Send one operation that has to succeed and give its data."""
    answer = run(client, query, **variables)
    assert "errors" not in answer, answer["errors"]
    return answer["data"]


def codes(answer: dict[str, Any]) -> list[str]:
    """Give the codes of an answer's errors."""
    return [error["extensions"]["code"] for error in answer["errors"]]
