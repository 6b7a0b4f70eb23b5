"""FastAPI answering ``json.loads(df.to_json())`` of a cached, typed DataFrame.

The answer is returned as a JSONResponse, which FastAPI recommends where the data needs no further validation.
"""

import json

import pandas as pd
from fastapi import FastAPI, HTTPException
from fastapi.responses import JSONResponse

from benchmarks.operations import LARGE_ID
from benchmarks.peers import common

options = common.arguments()
frame = pd.DataFrame(common.load_rows(options.data))
frame["date"] = pd.to_datetime(frame["date"])
app = FastAPI()


@app.get("/api/jockey/{jockey_id}")
async def read(jockey_id: str, first: int | None = None, fields: str | None = None) -> JSONResponse:
    """Answer the first rows, and only the named columns."""
    if jockey_id != LARGE_ID:
        raise HTTPException(404)
    part = frame.head(first) if first else frame
    part = part[fields.split(",")] if fields else part
    return JSONResponse({"data": json.loads(part.to_json(orient="records", date_format="iso"))})


common.serve(app, options.port)
