"""Graphique over the archive's files of rides, by DuckDB with one thread, as it reads Parquet files."""

import json

import ibis
from graphique import GraphQL
from strawberry.extensions import ParserCache, ValidationCache

from benchmarks.peers import common

options = common.arguments()
files = json.loads((options.data / "_rides.v1.json").read_bytes())["rides"]
paths = [str(options.data / files[year]["name"]) for year in sorted(files, key=int, reverse=True)]
connection = ibis.duckdb.connect(threads=1)
connection.con.execute("SET parquet_metadata_cache = true")
query = type("Query", (), {"rides": connection.read_parquet(paths, table_name="rides")})
app = GraphQL(query, extensions=[ParserCache(), ValidationCache()])
common.serve(app, options.port)
