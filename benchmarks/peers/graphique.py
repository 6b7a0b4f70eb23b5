"""Graphique over an in-memory DuckDB table; it answers columns, not rows, and no lists of a list column.

Its view is Strawberry's, so Strawberry's ParserCache and ValidationCache are switched on.
"""

import json

import ibis
import pyarrow as pa
from graphique import GraphQL
from strawberry.extensions import ParserCache, ValidationCache

from benchmarks.operations import FIELDS
from benchmarks.peers import common

ARROW_TYPES = {"Date": pa.date32(), "Int": pa.int32(), "Float": pa.float64()}
options = common.arguments()
rows = common.with_dates(common.load_rows(options.data))
columns = {name: [row[name] for row in rows] for name in FIELDS}
columns["cornerPositions"] = [cell and json.dumps(cell) for cell in columns["cornerPositions"]]
table = pa.table({name: pa.array(cells, ARROW_TYPES.get(FIELDS[name], pa.string())) for name, cells in columns.items()})
connection = ibis.duckdb.connect()
connection.con.register("arrow", table)
connection.con.execute("CREATE TABLE records AS FROM arrow")
query = type("Query", (), {"records": connection.table("records")})
app = GraphQL(query, extensions=[ParserCache(), ValidationCache()])
common.serve(app, options.port)
