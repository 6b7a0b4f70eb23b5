"""What a slice hands over to the application: one frozen ``Slice``.

A slice is a domain in a folder of its own. It knows mechanism (storage, execution, web) and no other slice, but for ids
and small public modules. Everything that takes an import is named as text, ``module:attribute``, and is imported when
it is first wanted: a list of slices costs nothing to read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pkgutil import resolve_name
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Deployment:
    """What a slice needs of AWS where it is deployed: text, which ``deploy/table.py`` writes out for the deployment.

    ``functions`` maps the Lambda functions that work for it to the services of AWS that it calls in them, by boto3's
    names. `api` answers requests, `worker` does jobs of the queue, `scheduled` runs ``schedules``; any other name is a
    function of its own, which deploy/slices/<slice>.yml describes. `dynamodb` brings the table of the store, `sqs` the
    queue of jobs. What a function may do with any other service stands in that file.

    ``runs`` maps jobs of ``schedules`` to a function of the slice's own that runs them instead of `scheduled`.

    ``needs`` names slices that are deployed with it.
    """

    functions: Mapping[str, Sequence[str]]
    runs: Mapping[str, str] = field(default_factory=dict)
    needs: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Slice:
    """One domain of the product.

    ``name`` is lower case; the log lines and metrics of the slice begin with it.

    ``settings`` is its frozen table of settings, made by ``config.setting``; None where it has none.

    ``query`` and ``mutation`` are Strawberry types whose fields join the root types; empty where there is none.

    ``extensions`` maps names of GraphQL types, other slices' too, to Strawberry types whose fields join them.

    ``routes`` is a function of ``web.routes.Http`` that returns ``web.routes.ApiRoute``s.

    ``pages`` is a function of ``web.routes.Http`` and of ``web.examples.GetExamples`` that returns Starlette's routes
    of pages for people, which OpenAPI does not describe.

    ``examples`` is a function of ``web.routes.Http`` that returns a ``web.examples.GetExamples``: the ids that pages
    and the OpenAPI document show.

    ``layer`` is a function of ``web.routes.Http`` that returns a function of the application within to the one around
    it, or None where the settings turn it off. It sees a request before any answer is looked for in memory.

    ``snapshots`` maps names, which stand in ETags, to the classes of the services that hold snapshots.

    ``jobs`` maps names to ``jobs.runner.Job``s, which schedules, the queue and ``graphql-api jobs run`` run.

    ``waits`` maps names of its jobs to the seconds before each further attempt at one of the queue, where those are not
    the usual ones; each is at most two hours.

    ``schedules`` maps names of its jobs to when they run: expressions of EventBridge Scheduler, in Japanese time.

    ``scheduled`` is a function of the settings that returns whether the plain server runs them; without one it does as
    soon as there is a store.

    ``dead_letters`` is an async function of ``Services`` and the ``jobs.model.JobRecord`` of a job that failed for
    good. It may be called more than once for one job; what it raises is logged.

    ``deployment`` is what it needs of AWS, for those who choose it; None where it needs nothing and is always there.

    ``preload`` names modules that the first request needs; a Lambda function imports them at its start.

    ``commands`` maps names to Click commands.

    ``holdings`` is a function of the storage and the settings that returns lines: what the server tells at its start of
    the slice's data. Raises ``StorageFault`` where nothing can be served.
    """

    name: str
    settings: type | None = None
    query: str = ""
    mutation: str = ""
    extensions: Mapping[str, str] = field(default_factory=dict)
    routes: str = ""
    pages: str = ""
    examples: str = ""
    layer: str = ""
    snapshots: Mapping[str, str] = field(default_factory=dict)
    jobs: Mapping[str, str] = field(default_factory=dict)
    waits: Mapping[str, Sequence[float]] = field(default_factory=dict)
    schedules: Mapping[str, str] = field(default_factory=dict)
    scheduled: str = ""
    dead_letters: str = ""
    deployment: Deployment | None = None
    preload: Sequence[str] = ()
    commands: Mapping[str, str] = field(default_factory=dict)
    holdings: str = ""


def load(where: str) -> Any:
    """Import ``module:attribute``. Raises ``ImportError`` or ``AttributeError``."""
    return resolve_name(where)
