"""Runs the command line by ``python -m graphql_api.cli``."""

from graphql_api.cli import main

main()
