"""Asks a deployed service what its users ask: ``python deploy/smoke.py URL JOCKEY``. Needs nothing but Python."""

import argparse
import json
import sys
import time
import urllib.request
from collections.abc import Callable
from typing import Any

ATTEMPTS = 3
SECONDS = 30


def ask(url: str, body: dict[str, Any] | None = None) -> Any:
    """Send a request, a POST if it has a body, and parse the answer; raises ``OSError`` unless that is 200."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=SECONDS) as answer:  # noqa: S310
        return json.load(answer)


def checks(url: str, jockey: str) -> dict[str, Callable[[], bool]]:
    """Name what must hold."""
    query = "query ($id: ID!) { jockey(id: $id) { id records(first: 1) { totalCount } } }"
    asked = {"query": query, "variables": {"id": jockey}}
    return {
        "health": lambda: bool(ask(f"{url}/health")),
        "readiness": lambda: bool(ask(f"{url}/ready")),
        "REST": lambda: len(ask(f"{url}/api/jockey/{jockey}")["data"]) > 0,
        "GraphQL": lambda: ask(f"{url}/graphql", asked)["data"]["jockey"]["records"]["totalCount"] > 0,
    }


def holds(check: Callable[[], bool]) -> bool:
    """Try a few times, as a gateway may not know a new function yet."""
    for attempt in range(ATTEMPTS):
        try:
            return check()
        except (OSError, ValueError, KeyError, TypeError) as error:
            sys.stderr.write(f"{error!r}\n")
            time.sleep(attempt)
    return False


def main() -> int:
    """Run all checks, tell each result, and give 1 if any failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("jockey")
    options = parser.parse_args()
    results = {name: holds(check) for name, check in checks(options.url.rstrip("/"), options.jockey).items()}
    sys.stdout.write("".join(f"{'passed' if passed else 'FAILED'}  {name}\n" for name, passed in results.items()))
    return 0 if all(results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
