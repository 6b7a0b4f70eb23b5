"""``graphql-api serve``: the plain server."""

import click

from graphql_api.cli.group import require
from graphql_api.cli.options import data_option, only_options, settings_of


@click.command(
    short_help="Serve GraphQL and REST.",
    epilog="""\b
Examples:
  graphql-api serve --data data
  graphql-api serve --data data --host 0.0.0.0 --port 8080
  graphql-api serve --data s3://my-bucket/jockeys""",
)
@only_options
@data_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="The port to listen on. 0 selects a free port.",
)
def serve(data: str | None, host: str, port: int) -> None:
    """Serve GraphQL at /graphql and REST at /api/jockey/{id}."""
    from graphql_api.cli import server

    require("uvicorn")

    settings = settings_of(data)
    with server.listen(host, port) as listener:
        from graphql_api.app import create_core, serve_core
        from graphql_api.cli import source
        from graphql_api.installed import SLICES
        from graphql_api.slices import load

        storage = source.open_source(settings)
        holds = [line for each in SLICES if each.holdings for line in load(each.holdings)(storage, settings)]
        core = create_core(settings, storage)
        app = serve_core(core, settings)
        base = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"
        pages = [f"Serving at {base}/graphql (Ctrl+C stops)", f"Overview: {base}/   REST: {base}/docs"]
        click.echo("\n".join([*pages, *holds]), err=True)
        if not settings.metrics:
            server.run(app, settings, listener)
            return
        from graphql_api.cli.metrics import Metrics, publishing

        measured = Metrics(app, core.services)
        with publishing(measured, settings.metrics):
            click.echo(f"Metrics: http://{settings.metrics}/metrics", err=True)
            server.run(measured, settings, listener)
