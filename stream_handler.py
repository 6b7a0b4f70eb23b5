"""AWS Lambda entry for the runtime that streams: as `handler.py`, but answers of Function URLs are streamed."""

import os

from graphql_api.functions.start import start
from graphql_api.installed import read_settings

handler = start(read_settings(os.environ), streams=True)
