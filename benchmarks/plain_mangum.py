"""The application behind Mangum alone, as its documentation has it: what answers of the functions are compared with."""

import os

from mangum import Mangum

from graphql_api.app import create_core, serve_core
from graphql_api.functions.connection import connect
from graphql_api.installed import SLICES, read_settings

settings = read_settings(os.environ)
core = create_core(settings)
connect(core.services.storage, SLICES)
handler = Mangum(serve_core(core, settings, graphql_now=True), lifespan="off")  # type: ignore[arg-type]
