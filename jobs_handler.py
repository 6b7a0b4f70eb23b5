"""AWS Lambda entry of the functions that do jobs: those of the queue, and those that schedules name."""

import os

from graphql_api.functions.start_jobs import start_jobs
from graphql_api.installed import read_settings

handler = start_jobs(read_settings(os.environ))
