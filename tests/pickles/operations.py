"""Everyday operations of pandas as a table: what a scraper may do to a frame of races before it is pickled.

``python operations.py write DIR`` under each pandas from 1.5 to 3.x adds ``DIR/pandas-<version>``, as ``make.py`` does:
``<operation>-<protocol>.pickle`` and ``expected.json``; ``python operations.py pack DIR`` then writes
``operations.tar.xz``. The archive was written by pandas 1.5.3 (Python 3.10), 2.0.3, 2.1.4 (3.11), 2.2.3 (3.12), 2.3.3,
3.0.0 and 3.1.1 (3.13), all but the last with pyarrow.
"""

# ruff: noqa: D103, UP031 (a name of the table says what its operation is)

import io
import json
import pickle
import sys
import warnings
from pathlib import Path

import make
import numpy as np
import pandas as pd

HEADERS = [
    *("日付", "開催", "天 気", "R", "レース名", "映像", "頭 数", "枠 番", "馬 番", "単勝", "人 気", "着 順", "馬名"),
    *("騎手", "斤量", "距離", "水分量", "馬 場", "タイム", "着差", "通過", "ペース", "上り", "馬体重", "勝ち馬"),
    *("賞金 (万円)", "page_number", "jockey_id"),
]  # fmt: skip
ROWS = """\
2024/09/29,4中山9,晴,11,架空ステークス(GI),,16,4,8,5.4,2,1,ホースA,架空太郎,58,芝1200,,良,1:07.0,-0.1,2-2,32.1-34.9,34.8,482(+4),(ホースB),17000.0,1,01999
2024/09/28,4中山8,雨,3,2歳未勝利,,12,8,12,33.1,9,中,ホースC,架空太郎,55,ダ1800,,稍,,,,,,450(-2),ホースD,,1,01999
2024/08/11,川崎,,12,架空特別(C1),,14,5,7,,,除,ホースA,架空太郎,56,ダ1400,9.1,不,,,,,,計不,ホースE,,2,01999
2024/08/10,2新潟1,曇,12,架空特別(2勝),,18,6,11,12.0,5,10,ホースF,架空太郎,57,芝1600,,良,1:33.5,0.8,9-9,47.1-46.0,34.0,500(0),ホースG,60.0,2,01999
"""


def races():
    """Make the frame that a scraper begins with."""
    return pd.read_csv(io.StringIO(ROWS), names=HEADERS, dtype={"jockey_id": str})


def days(frame):
    return frame.assign(日付=pd.to_datetime(frame["日付"], format="%Y/%m/%d"))


def inserted(frame):
    frame.insert(3, "場", frame["開催"].str.extract(r"(\D+)", expand=False))
    return frame


def updated(frame):
    frame.update(pd.DataFrame({"単勝": [9.9]}, index=[2]))
    return frame


def set_cells(frame):
    frame.loc[2, "天 気"] = "晴"
    frame.iloc[1, 9] = 1.5
    frame.at[0, "馬名"] = "ホースZ"
    frame["メモ"] = ""
    return frame


def deleted(frame):
    del frame["映像"]
    frame.pop("水分量")
    return frame


def row_by_row(frame):
    return pd.DataFrame([row for _, row in frame.iterrows()])


def wide_again(frame):
    long = frame.astype(object).reset_index().melt(id_vars="index")
    return long.pivot(index="index", columns="variable", values="value")


TEXTS = ["天 気", "馬名", "レース名"]
OPERATIONS = {
    "nothing": lambda df: df,
    "abs": lambda df: df.assign(単勝=df["単勝"].abs()),
    "agg": lambda df: df.groupby("馬名", as_index=False).agg("first"),
    "apply_columns": lambda df: df.apply(lambda column: column),
    "apply_rows": lambda df: df.apply(lambda row: row, axis=1),
    "apply_cells": lambda df: df.assign(斤量=df["斤量"].apply(lambda cell: cell + 0.5)),
    "assign": lambda df: df.assign(年=df["日付"].str[:4], 勝=df["着 順"] == "1"),
    "astype_category": lambda df: df.astype({"天 気": "category", "R": "category"}),
    "astype_object": lambda df: df.astype(object),
    "astype_str": lambda df: df.astype(str),
    "astype_string": lambda df: df.astype("string"),
    "astype_int": lambda df: df.astype({"R": "int32", "頭 数": "int8"}),
    "astype_nullable": lambda df: df.astype({"R": "Int64", "単勝": "Float64"}),
    "bfill": lambda df: df.bfill(),
    "clip": lambda df: df.assign(人気=df["人 気"].clip(1, 5)),
    "combine_first": lambda df: df.combine_first(df[::-1].reset_index(drop=True)),
    "concat": lambda df: pd.concat([df, df], ignore_index=True),
    "concat_columns": lambda df: pd.concat([df[HEADERS[:10]], df[HEADERS[10:]]], axis=1),
    "concat_empty": lambda df: pd.concat([df[:2], df[2:], df[:0]]),
    "concat_pages": lambda df: pd.concat([df[:1], df[1:2].drop(columns="単勝"), df[2:]]),
    "convert_dtypes": lambda df: df.convert_dtypes(),
    "copy": lambda df: df.copy(),
    "copy_shallow": lambda df: df.copy(deep=False),
    "cumsum": lambda df: df.assign(累計=df["R"].cumsum()),
    "cut": lambda df: df.assign(組=pd.cut(df["頭 数"], [0, 13, 18], labels=["少", "多"])),
    "date_accessor": lambda df: days(df).assign(年=lambda f: f["日付"].dt.year, 日=lambda f: f["日付"].dt.date),
    "delete": deleted,
    "drop": lambda df: df.drop(columns=["映像"]).drop(index=[1]),
    "drop_duplicates": lambda df: pd.concat([df, df]).drop_duplicates(),
    "dropna": lambda df: df.dropna(axis=1, how="all").dropna(subset=["天 気"]),
    "eval": lambda df: df.eval("倍 = R * 2"),
    "explode": lambda df: df.assign(角=df["通過"].str.split("-")).explode("角"),
    "ffill": lambda df: df.ffill(),
    "fillna": lambda df: df.fillna({"単勝": 0.0, "天 気": "不明"}),
    "fillna_number": lambda df: df.select_dtypes("number").fillna(0),
    "fillna_text": lambda df: df.astype(object).fillna(""),
    "filter": lambda df: df.filter(items=HEADERS[:5]),
    "from_dict": lambda df: pd.DataFrame(df.to_dict("list")),
    "from_records": lambda df: pd.DataFrame.from_records(df.to_dict("records")),
    "get_dummies": lambda df: pd.get_dummies(df, columns=["天 気"]),
    "groupby_head": lambda df: df.groupby("馬名").head(1),
    "groupby_transform": lambda df: df.assign(回=df.groupby("馬名")["R"].transform("count")),
    "groupby_apply": lambda df: pd.concat([part.assign(組=name) for name, part in df.groupby("馬名")]),
    "head": lambda df: df.head(2),
    "iloc": lambda df: df.iloc[1:3, ::-1],
    "infer_objects": lambda df: df.astype(object).infer_objects(),
    "insert": inserted,
    "interpolate": lambda df: df.assign(単勝=df["単勝"].interpolate()),
    "isin": lambda df: df[df["馬名"].isin(["ホースA"])],
    "join": lambda df: df.join(pd.DataFrame({"県": ["千葉", "新潟"]}, index=[0, 3])),
    "loc": lambda df: df.loc[df["R"] > 3, HEADERS],
    "map": lambda df: df.assign(**{"天 気": df["天 気"].map({"晴": "hare", "雨": "ame"})}),
    "mask": lambda df: df.mask(df == "除"),
    "melt_pivot": wide_again,
    "merge": lambda df: df.merge(pd.DataFrame({"馬名": ["ホースA", "ホースC"], "父": ["架空父", None]}), how="left"),
    "merge_outer": lambda df: df.merge(df[["日付", "R"]], on=["日付", "R"], how="outer", indicator=True),
    "nlargest": lambda df: df.nlargest(2, "R"),
    "numeric": lambda df: df.assign(着=pd.to_numeric(df["着 順"], errors="coerce")),
    "numpy": lambda df: pd.DataFrame(df.to_numpy(), columns=df.columns),
    "pipe": lambda df: df.pipe(days).pipe(inserted),
    "query": lambda df: df.query("R > 3"),
    "rank": lambda df: df.assign(順=df["R"].rank()),
    "regex_replace": lambda df: df.replace(r"\(.*\)", "", regex=True),
    "reindex": lambda df: df.reindex(columns=[*HEADERS, "備考"]).reindex([3, 2, 1, 0, 9]),
    "rename": lambda df: df.rename(columns=lambda name: name.replace(" ", "")),
    "replace": lambda df: df.replace({"晴": "快晴", 12: 13}),
    "replace_missing": lambda df: df.replace({np.nan: None}),
    "reset_index": lambda df: df[::2].reset_index(drop=True),
    "reset_index_kept": lambda df: df[::2].reset_index(),
    "reversed": lambda df: df[::-1],
    "round": lambda df: df.round(1),
    "row_by_row": row_by_row,
    "sample": lambda df: df.sample(frac=1, random_state=1),
    "select_dtypes": lambda df: df.select_dtypes(exclude="number"),
    "set_axis": lambda df: df.set_axis(["".join(header.split()) for header in HEADERS], axis=1),
    "set_cells": set_cells,
    "set_index": lambda df: days(df).set_index("日付", drop=False),
    "set_index_levels": lambda df: df.set_index(["日付", "R"], drop=False),
    "shift": lambda df: df.assign(前走=df.groupby("馬名")["着 順"].shift(-1)),
    "sort_index": lambda df: df.sort_index(ascending=False).sort_index(axis=1),
    "sort_values": lambda df: df.sort_values(["馬名", "日付"]),
    "squeeze": lambda df: df.squeeze(),
    "stack": lambda df: df.astype(object).stack().unstack(),
    "str_methods": lambda df: df.assign(**{name: df[name].str.strip().str.upper() for name in TEXTS}),
    "tail": lambda df: df.tail(3),
    "to_datetime": days,
    "to_datetime_zoned": lambda df: days(df).assign(日付=lambda f: f["日付"].dt.tz_localize("Asia/Tokyo")),
    "transpose": lambda df: df.T.T,
    "truncate": lambda df: df.truncate(1, 2),
    "update": updated,
    "where": lambda df: df.where(df.notna(), None),
    "where_text": lambda df: df.astype(object).where(df.notna(), ""),
    "xs": lambda df: df.set_index("馬名", drop=False).xs("ホースA", drop_level=False),
}


def made(name):
    """Make the frame of an operation; what pandas says of its future is none of ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return OPERATIONS[name](races())


def write(out):
    """Write what each operation leaves behind."""
    folder = Path(out) / ("pandas-%s" % pd.__version__)
    folder.mkdir(parents=True)
    table = {}
    for name in OPERATIONS:
        frame = made(name)
        table[name] = make.expected(frame)
        (folder / f"{name}-4.pickle").write_bytes(pickle.dumps(frame, 4))
    text = json.dumps(table, ensure_ascii=False, separators=(",", ":"))
    (folder / "expected.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(sys.argv[2])
    else:
        make.pack(sys.argv[2], "operations")
