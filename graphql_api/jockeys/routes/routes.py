"""The routes of jockeys: races as JSON, and as a file in each format of the exports."""

from functools import partial

from graphql_api.jockeys.openapi import answers, operations, rows
from graphql_api.jockeys.openapi.parameters import parameters
from graphql_api.jockeys.repository import Jockeys
from graphql_api.jockeys.routes.exports import Exports
from graphql_api.jockeys.routes.first_jockeys import FirstJockeys
from graphql_api.jockeys.routes.formats import FORMATS
from graphql_api.jockeys.routes.plain import PlainRows
from graphql_api.web.examples import GetExamples
from graphql_api.web.routes import ApiRoute, Http

PATH = "/api/jockey/{jockey_id}"


def routes(http: Http) -> list[ApiRoute]:
    """Serve races at ``/api/jockey/{jockey_id}``, and as files with an extension."""
    exports = Exports(http.services.get(Jockeys), http.projections, http.offload, http.responder)
    plain = PlainRows(http.services.get(Jockeys), http.projections, http.offload, http.responder)
    return [
        *(
            ApiRoute(f"{PATH}.{form.extension}", partial(exports.export, form), {"get": operations.export(form)})
            for form in FORMATS
        ),
        ApiRoute(
            PATH,
            plain.rows,
            {"get": operations.rows()},
            rows.schemas(),
            answers.failures(),
            parameters,
            operations.TAGS,
        ),
    ]


def examples(http: Http) -> GetExamples:
    """Return the first jockeys of the storage, for pages and the OpenAPI document."""
    return FirstJockeys(http.services.get(Jockeys)).get
