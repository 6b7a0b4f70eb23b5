"""AWS Lambda entry: HTTP events of all gateways, and events that name a job."""

import os

from graphql_api.functions.start import start
from graphql_api.installed import read_settings

handler = start(read_settings(os.environ))
