"""Files of another kind under a pickle's name: the refusal says what they are."""

import gzip
import pickle

import pandas as pd
import pytest

from graphql_api.errors import DataCorrupt
from graphql_api.pickles import loads

PAGE = "<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head></html>"
HEADERS = "日付,開催,レース名,着順\n2024/09/29,4中山9,スプリンターズS,1\n"
KINDS = {
    "an empty file": [b""],
    "an HTML page": [PAGE.encode(), b"\xef\xbb\xbf\r\n  " + PAGE.lower().encode(), b"<HTML lang=ja>", b"<?xml?><html>"],
    "an XML document": [b'<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>'],
    "a JSON text": [b'{"data": []}', b'\n[{"id": "00001"}]'],
    "a CSV text": [*(HEADERS.encode(each) for each in ("utf-8", "utf-8-sig", "cp932", "euc_jp")), b"a\tb\r\n1\t2\r\n"],
    "a Parquet file": [b"PAR1\x15\x04"],
    "an Arrow file": [b"ARROW1\0\0"],
    "an Excel file": [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"],
    "a pointer of Git LFS": [b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"],
}
CASES = [(kind, content) for kind, contents in KINDS.items() for content in contents]


@pytest.mark.parametrize(("kind", "content"), CASES, ids=[kind for kind, _ in CASES])
@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_file_that_is_no_pickle_is_named(kind: str, content: bytes, compress: type[bytes]) -> None:
    """A page, a table or nothing at all, compressed or not, is refused as what it is."""
    with pytest.raises(DataCorrupt) as caught:
        loads(compress(content))
    assert caught.value.log_fields == {"reason": "no_pickle", "detail": f"{kind}, not a pickle"}


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("content", [["<html>", "a,b"], {"a,b": 1}, "<html>,", ("{", "[")])
def test_a_pickle_of_anything_else_is_not_mistaken(protocol: int, content: object) -> None:
    """A pickle of something that is no frame is refused as a pickle, whichever texts are in it."""
    with pytest.raises(DataCorrupt) as caught:
        loads(pickle.dumps(content, protocol))
    assert caught.value.log_fields["reason"] != "no_pickle"


@pytest.mark.parametrize("protocol", range(6))
def test_a_page_that_was_pickled_as_a_text_is_named(protocol: int) -> None:
    """The page that a table was to be read from, pickled instead of the table, is told as what it is."""
    with pytest.raises(DataCorrupt) as caught:
        loads(pickle.dumps(PAGE, protocol))
    detail = "a pickled str that holds an HTML page, where a pandas.DataFrame is expected"
    assert caught.value.log_fields == {"reason": "not_a_frame", "detail": detail}


@pytest.mark.parametrize("protocol", range(6))
def test_a_frame_is_read_whatever_its_texts(protocol: int) -> None:
    """A frame whose cells look like pages and tables is read."""
    frame = pd.DataFrame({"馬名": ["<html>", "a,b"]})
    assert len(loads(pickle.dumps(frame, protocol)).columns) == 1


def test_a_first_line_that_is_cut_is_still_text() -> None:
    """A first line beyond what is looked at, cut within a character, is text."""
    with pytest.raises(DataCorrupt) as caught:
        loads(("x" + "日付," * 5000).encode())
    assert caught.value.log_fields["detail"] == "a CSV text, not a pickle"
