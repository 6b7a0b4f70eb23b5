"""The app of ``lambda_echo`` in the place of the service's, behind Lambda Web Adapter: ``python adapted_echo.py``."""

import os

from graphql_api.app import create_core
from graphql_api.cli import server
from graphql_api.functions.adapter import HOST, Adapted
from graphql_api.functions.metrics import Metrics
from graphql_api.installed import read_settings
from graphql_api.jobs.runner import Jobs
from graphql_api.storage.metered import MeteredStorage
from graphql_api.storage.sources import open_storage
from lambda_echo import app

if __name__ == "__main__":
    settings = read_settings(os.environ, proxies=(), jobs_workers=0)
    storage = MeteredStorage(open_storage(settings))
    core = create_core(settings, storage, ())
    metrics = Metrics(settings.stage, storage, cold=True)
    with server.listen(HOST, int(os.environ["AWS_LWA_PORT"])) as listener:
        server.run(Adapted(app, Jobs(()), core.services, metrics), settings, listener)
