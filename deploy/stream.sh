#!/bin/sh
# Lambda starts this instead of its own runtime client (AWS_LAMBDA_EXEC_WRAPPER), whose command are the arguments: the
# first is its Python.
exec "$1" -m graphql_api.functions.runtime "$_HANDLER"
