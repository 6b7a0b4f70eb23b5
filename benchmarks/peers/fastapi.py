"""FastAPI answering ``json.loads(df.to_json())`` of a cached, typed DataFrame.

The answer is returned as a JSONResponse, which FastAPI recommends where the data needs no further validation.
"""

import json
from typing import Literal

import pandas as pd
from fastapi import FastAPI, HTTPException
from fastapi.responses import JSONResponse

from benchmarks.operations import LARGE_ID
from benchmarks.peers import common

options = common.arguments()
frame = pd.DataFrame(common.load_rows(options.data))
frame["date"] = pd.to_datetime(frame["date"])
winners = frame.assign(won=frame["finishPosition"].eq(1))
app = FastAPI()


def answer(part: pd.DataFrame) -> JSONResponse:
    """Write rows."""
    return JSONResponse({"data": json.loads(part.to_json(orient="records", date_format="iso"))})


@app.get("/api/jockey/{jockey_id}")
async def read(
    jockey_id: str,
    first: int | None = None,
    fields: str | None = None,
    going: str | None = None,
    nearest: int | None = None,
    farthest: int | None = None,
) -> JSONResponse:
    """Answer the rows that pass, the first of them, and only the named columns."""
    if jockey_id != LARGE_ID:
        raise HTTPException(404)
    part = frame
    if going is not None:
        part = part[(part["going"] == going) & part["distance"].between(nearest, farthest)]
    part = part.head(first) if first else part
    return answer(part[fields.split(",")] if fields else part)


@app.get("/api/jockey/{jockey_id}/statistics")
async def statistics(jockey_id: str, by: Literal["distance"]) -> JSONResponse:
    """Answer one row for each group."""
    if jockey_id != LARGE_ID:
        raise HTTPException(404)
    groups = winners.groupby(by, as_index=False)
    counts = {"ridesWithOdds": ("winOdds", "count"), "wins": ("won", "sum")}
    return answer(groups.agg(**counts, averageFinishPosition=("finishPosition", "mean")))


common.serve(app, options.port)
