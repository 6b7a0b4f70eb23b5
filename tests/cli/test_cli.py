"""The command line: what people and scripts read, and how it ends."""

import json
import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Barrier, Event

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from graphql_api.app import api_schema
from graphql_api.archive.commands.holdings import describe as describe_archive
from graphql_api.archive.commands.index import incomplete
from graphql_api.archive.refresh import Refresh
from graphql_api.cli.commands import commands
from graphql_api.config import Settings
from graphql_api.errors import StorageFault, UpstreamUnavailable
from graphql_api.jockeys.commands.holdings import describe
from graphql_api.storage.folder import FolderStorage
from graphql_api.storage.protocol import MAX_OBJECT_BYTES, Listing, StoredObject

Run = Callable[..., Result]


@pytest.fixture
def run() -> Iterator[Run]:
    """Give a runner of commands; the process's logging, which commands set up, is put back."""
    ours = logging.getLogger("graphql_api")
    handlers, level, own_level = logging.root.handlers[:], logging.root.level, ours.level

    def invoke(*arguments: object, stdin: str | None = None, **environment: str) -> Result:
        return CliRunner().invoke(commands, [str(each) for each in arguments], input=stdin, env=environment)

    yield invoke
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    ours.setLevel(own_level)


def python(code: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run code in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def test_help_teaches_by_example(run: Run) -> None:
    """Each command's help ends with lines that can be typed."""
    overview = run("--help")
    assert overview.exit_code == 0
    for name in ("serve", "sample", "index", "inspect", "export-schema", "query"):
        assert name in overview.stdout
        page = run(name, "-h")
        assert page.exit_code == 0
        assert f"  graphql-api {name} " in page.stdout


def test_version(run: Run) -> None:
    """``--version`` prints name and version."""
    assert re.fullmatch(r"graphql-api, version \d+\.\d+\.\d+\S*\n", run("--version").stdout)


def test_sample_writes_and_says_what_is_next(run: Run, tmp_path: Path) -> None:
    """``sample`` writes the files and names the next command."""
    result = run("sample", "--out", tmp_path / "data", "--jockeys", 3, "--rows", 30, "--seed", 4)
    assert result.exit_code == 0
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == [
        "00001.pickle",
        "00002.pickle",
        "a0001.pickle",
    ]
    assert f"graphql-api serve --data {tmp_path / 'data'}" in result.stdout
    assert "100%" in result.stderr


def test_sample_seed_decides(run: Run, tmp_path: Path) -> None:
    """The same seed gives the same files, another seed others."""
    for name, seed in (("a", 4), ("b", 4), ("c", 5)):
        run("sample", "--out", tmp_path / name, "--jockeys", 1, "--rows", 30, "--seed", seed)
    first, again, other = ((tmp_path / name / "00001.pickle").read_bytes() for name in "abc")
    assert first == again != other


def test_sample_into_a_file_is_wrong_usage(run: Run, tmp_path: Path) -> None:
    """A file in the place of the folder is exit code 2."""
    (tmp_path / "file").touch()
    result = run("sample", "--out", tmp_path / "file")
    assert result.exit_code == 2
    assert "is a file" in result.stderr


def test_sample_where_nothing_can_be_written(run: Run, tmp_path: Path) -> None:
    """What the system refuses is told with its path, exit code 1, and no traceback."""
    (tmp_path / "file").touch()
    result = run("sample", "--out", tmp_path / "file" / "data")
    assert result.exit_code == 1
    assert str(tmp_path / "file") in result.stderr
    assert "Traceback" not in result.output


def test_inspect_tells_what_a_file_holds(run: Run, sample_data: Path) -> None:
    """``inspect`` of a file shows its size, columns, dtypes and nulls, and that all was understood."""
    result = run("inspect", sample_data / "00001.pickle")
    assert result.exit_code == 0
    assert "00001.pickle" in result.stdout
    assert "200 rows × 28 columns" in result.stdout
    moisture = next(line for line in result.stdout.splitlines() if "水分量" in line)
    assert re.findall(r"\w+", moisture) == ["水分量", "水分量", "float64", "200", "0"]
    assert "No data warnings" in result.stdout


def test_inspect_by_id_reads_the_data_source(run: Run, sample_data: Path) -> None:
    """``inspect`` of an id finds the file in the data source, given by option or by environment."""
    by_option = run("inspect", "a0001", "--data", sample_data, "--json")
    by_environment = run("inspect", "a0001", "--json", JOCKEY_DATA=str(sample_data))
    assert by_option.exit_code == 0
    assert by_option.stdout == by_environment.stdout
    facts = json.loads(by_option.stdout)
    assert (facts["file"], facts["jockey_id"], facts["rows"]) == ("a0001.pickle", "a0001", 200)
    assert facts["size"] == (sample_data / "a0001.pickle").stat().st_size
    assert facts["memory"] > 0


@pytest.fixture
def strange_file(tmp_path: Path) -> Path:
    """Write a frame with unknown and missing columns, and cells that mean nothing."""
    cells = {"日付": ["2024/01/06", "2024/01/05", "someday"], "着 順": ["1", "[b]x[/b]", None], "R": [1.0, None, 1.0]}
    path = tmp_path / "strange.pickle"
    pd.DataFrame({**cells, "memo": ["", "note", ""], "jockey_id": ["00042"] * 3}).to_pickle(path)
    return path


def test_inspect_json_has_every_fact(run: Run, strange_file: Path) -> None:
    """``--json`` tells each column's reading, nulls, distinct values and example, and each cell not understood."""
    facts = json.loads(run("inspect", strange_file, "--json").stdout)
    assert facts["jockey_id"] == "00042"
    race = next(column for column in facts["columns"] if column["label"] == "R")
    assert race == {"label": "R", "source": "R", "dtype": "float64", "nulls": 1, "distinct": 1, "example": "1.0"}
    assert facts["unknown"] == ["memo"]
    assert {"開催", "馬名", "賞金(万円)"} <= set(facts["missing"])
    cells = [each for each in facts["warnings"] if each["row"] is not None]
    assert {"row": 1, "column": "着順", "raw": "[b]x[/b]", "code": "UNPARSEABLE_CELL", "count": 1} in cells
    assert {"row": 2, "column": "日付", "raw": "someday", "code": "ROW_WITHOUT_DATE", "count": 1} in cells
    assert (facts["rows"], facts["races"]) == (3, 2)
    assert facts["warning_count"] == len(facts["warnings"]) == len(cells) + len(facts["missing"])


def test_inspect_shows_warnings_row_by_row(run: Run, strange_file: Path) -> None:
    """The table has a line for each cell not understood, to the letter, and names missing and unknown columns."""
    text = run("inspect", strange_file).stdout
    warning = next(line for line in text.splitlines() if "[b]x[/b]" in line)
    assert re.findall(r"[^\s│]+", warning)[:3] == ["1", "着順", "UNPARSEABLE_CELL"]
    assert "Unknown columns: 'memo'" in text
    assert re.search(r"Missing columns: .*'馬名'", text)


def test_inspect_shortens_a_long_list(run: Run, tmp_path: Path) -> None:
    """Beyond fifty warnings the table ends and tells where the rest is."""
    path = tmp_path / "00001.pickle"
    pd.DataFrame({"日付": "2024/01/06", "R": [f"race {row}" for row in range(300)]}).to_pickle(path)
    text = run("inspect", path).stdout
    assert "The first 50 are shown" in text
    assert "--json lists 326" in text


def test_inspect_of_an_empty_career(run: Run, sample_data: Path) -> None:
    """A jockey without races is no error."""
    facts = json.loads(run("inspect", "00003", "--data", sample_data, "--json").stdout)
    assert facts["rows"] == facts["warning_count"] == 0
    assert {column["example"] for column in facts["columns"]} == {None}


def test_inspect_refuses_what_is_not_safe(run: Run, tmp_path: Path) -> None:
    """A pickle that would run something is refused with the reason, exit code 1, and is not run."""
    path = tmp_path / "00001.pickle"
    path.write_bytes(b"cos\nsystem\n(S'touch " + str(tmp_path / "owned").encode() + b"'\ntR.")
    result = run("inspect", path, "--json")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert re.search(r"reason: \w+\n  detail: \S", result.stderr)
    assert not (tmp_path / "owned").exists()


def test_inspect_tells_what_a_page_is(run: Run, tmp_path: Path) -> None:
    """``inspect`` of a web page that was saved as a pickle says that it is one."""
    path = tmp_path / "00001.pickle"
    path.write_text("<html><title>404</title></html>")
    result = run("inspect", path)
    assert result.exit_code == 1
    assert "an HTML page, not a pickle" in result.stderr


@pytest.mark.parametrize("name", ["00001.pkl", "00001.pickle.bz2", "00001.pkl.zip", "00001.zst"])
def test_inspect_finds_a_file_by_any_of_its_names(run: Run, sample_data: Path, tmp_path: Path, name: str) -> None:
    """A file under any name that the table knows, compressed as the name says, is read by id as by its path."""
    pd.read_pickle(sample_data / "00001.pickle").to_pickle(tmp_path / name)
    by_id = run("inspect", "00001", "--data", tmp_path, "--json")
    assert json.loads(by_id.stdout) == json.loads(run("inspect", tmp_path / name, "--json").stdout)
    assert json.loads(by_id.stdout)["file"] == name


def test_inspect_refuses_what_is_too_large(run: Run, tmp_path: Path) -> None:
    """A file over the storage's bound is refused without being read whole."""
    path = tmp_path / "00001.pickle"
    with path.open("wb") as file:
        file.truncate(50 * 2**20)
    result = run("inspect", path)
    assert result.exit_code == 1
    assert "too_large" in result.stderr


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("00099", "Jockey with ID '00099' not found"),
        ("nobody", "A jockey id is"),
        ("missing.pickle", "There is no file 'missing.pickle'"),
        ("no/where", "There is no file 'no/where'"),
    ],
)
def test_inspect_of_what_is_not_there(run: Run, sample_data: Path, argument: str, message: str) -> None:
    """An unknown id, no id, and a missing file each say so, with exit code 1."""
    result = run("inspect", argument, "--data", sample_data)
    assert result.exit_code == 1
    assert message in result.stderr


def test_query_prints_the_answer(run: Run, sample_data: Path) -> None:
    """``query`` prints the response map as JSON, and nothing else on standard output."""
    result = run("query", '{ jockey(id: "00001") { id name } }', "--data", sample_data)
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {"data": {"jockey": {"id": "00001", "name": "見本太郎"}}}


def test_query_reads_standard_input_and_variables(run: Run, sample_data: Path) -> None:
    """``-`` reads the operation from standard input; variables are a JSON object."""
    text = "query($id: ID!) { jockey(id: $id) { name } }"
    result = run("query", "-", "--variables", '{"id": "a0001"}', "--data", sample_data, stdin=text)
    assert json.loads(result.stdout) == {"data": {"jockey": {"name": "架空三郎"}}}


@pytest.mark.parametrize("text", ["{ nothing }", "{", '{ jockey(id: "x") { id } }'])
def test_query_with_errors_ends_with_1(run: Run, sample_data: Path, text: str) -> None:
    """An answer with errors is printed all the same, and the exit code is 1."""
    result = run("query", text, "--data", sample_data)
    assert result.exit_code == 1
    assert json.loads(result.stdout)["errors"]


def test_query_logs_to_standard_error(run: Run, tmp_path: Path) -> None:
    """Log lines never mix with the answer: a corrupt file is a JSON error on one stream and a log on the other."""
    (tmp_path / "00001.pickle").write_bytes(b"no pickle")
    result = run("query", '{ jockey(id: "00001") { id } }', "--data", tmp_path)
    assert result.exit_code == 1
    assert json.loads(result.stdout)["errors"][0]["extensions"]["code"] == "DATA_CORRUPT"
    assert "pickle_refused" in result.stderr


@pytest.mark.parametrize("variables", ["{", "[1]", "null"])
def test_query_wants_an_object_of_variables(run: Run, sample_data: Path, variables: str) -> None:
    """Variables that are no JSON object are wrong usage."""
    result = run("query", "{ __typename }", "--variables", variables, "--data", sample_data)
    assert result.exit_code == 2
    assert "--variables" in result.stderr


@pytest.mark.parametrize("command", [("serve",), ("query", "{ __typename }"), ("inspect", "00001"), ("index",)])
def test_a_missing_folder_is_told_with_the_remedy(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    """A data folder that is not there is wrong usage, and the message tells how to make one."""
    result = run(*command, "--data", tmp_path / "none")
    assert result.exit_code == 2
    assert f"graphql-api sample --out {tmp_path / 'none'}" in result.stderr


@pytest.mark.parametrize("command", [("serve",), ("query", "{ __typename }"), ("inspect", "00001"), ("index",)])
def test_a_file_in_the_place_of_the_folder_is_told(run: Run, sample_data: Path, command: tuple[str, ...]) -> None:
    """A file given as the data folder is wrong usage, and the message names the folder that holds it."""
    result = run(*command, "--data", sample_data / "00001.pickle")
    assert result.exit_code == 2
    assert f"--data {sample_data}" in result.stderr


@pytest.mark.parametrize("command", [("serve",), ("query", "{ __typename }"), ("inspect", "00001"), ("index",)])
def test_no_source_at_all_is_told(run: Run, command: tuple[str, ...]) -> None:
    """Without a folder, a bucket, or AWS's configuration to find one, the message says how to give a source."""
    result = run(*command)
    assert result.exit_code == 2
    assert "No data source is given" in result.stderr
    assert "--data" in result.stderr
    assert "Serving" not in result.stderr


@pytest.mark.parametrize("command", ["serve", "index"])
def test_a_source_without_its_option_is_told(run: Run, command: str) -> None:
    """A folder named without ``--data`` is wrong usage, and the message shows the right command."""
    result = run(command, "somewhere")
    assert result.exit_code == 2
    assert f"{command} --data somewhere" in result.stderr


def test_a_misspelt_setting_is_told(run: Run, sample_data: Path) -> None:
    """A variable that is nearly a setting's is answered with the setting's name."""
    result = run("query", "{ __typename }", "--data", sample_data, JOCKEY_CACHE_TLL="5")
    assert result.exit_code == 2
    assert "Unknown setting JOCKEY_CACHE_TLL. Did you mean JOCKEY_CACHE_TTL?" in result.stderr


def test_a_wrong_setting_is_told(run: Run, sample_data: Path) -> None:
    """A variable of the environment that cannot be read is wrong usage."""
    result = run("query", "{ __typename }", "--data", sample_data, JOCKEY_CACHE_ENTRIES="many")
    assert result.exit_code == 2
    assert "JOCKEY_CACHE_ENTRIES must be a number" in result.stderr


def test_an_unknown_kind_of_source_is_told(run: Run) -> None:
    """A URL that is not of S3 is wrong usage."""
    result = run("query", "{ __typename }", "--data", "ftp://host/files")
    assert result.exit_code == 2
    assert "s3://bucket/prefix" in result.stderr


def test_export_schema_prints_the_sdl(run: Run) -> None:
    """Without options the SDL goes to standard output, ending with one newline."""
    assert run("export-schema").stdout == api_schema().as_str().rstrip("\n") + "\n"


def test_export_schema_checks_what_it_wrote(run: Run, tmp_path: Path) -> None:
    """A file just written passes the check; one that differs fails it with the difference and the remedy."""
    path = tmp_path / "schema.graphql"
    assert run("export-schema", "--out", path).exit_code == 0
    assert run("export-schema", "--check", "--out", path).exit_code == 0
    path.write_text(path.read_text(encoding="utf-8").replace("type Query", "type Question"), encoding="utf-8")
    result = run("export-schema", "--check", "--out", path)
    assert result.exit_code == 1
    assert "-type Question {" in result.stderr
    assert "+type Query {" in result.stderr
    assert f"graphql-api export-schema --out {path}" in result.stderr


def test_export_schema_check_without_a_file(run: Run, tmp_path: Path) -> None:
    """A file that was never written is out of date."""
    assert run("export-schema", "--check", "--out", tmp_path / "none.graphql").exit_code == 1


def test_the_command_line_is_cheap_to_start() -> None:
    """Help needs neither pandas nor the server, boto3, numpy or the schema."""
    code = (
        "import sys; from graphql_api.cli.commands import commands\n"
        "try: commands(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'pandas', 'uvicorn', 'boto3', 'numpy', 'strawberry', 'starlette'} & set(sys.modules)))"
    )
    assert python(code).stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("module", "arguments", "extra"),
    [
        ("click", ["--help"], "server"),
        ("rich", ["inspect", "00001.pickle"], "server"),
        ("rich", ["index"], "server"),
        ("duckdb", ["index"], "archive"),
        ("uvicorn", ["serve"], "server"),
        ("pandas", ["sample", "--out", "never"], "sample"),
    ],
)
def test_a_missing_extra_is_named(
    sample_data: Path, tmp_path: Path, module: str, arguments: list[str], extra: str
) -> None:
    """Where an optional library is missing, the message names the extra to install; exit code 1, no traceback."""
    code = (
        f"import os, sys; sys.modules[{module!r}] = None\n"
        f"os.chdir({str(tmp_path)!r}); sys.argv = ['graphql-api', *{arguments!r}]\n"
        "from graphql_api.cli import main\n"
        "main()"
    )
    done = python(code, JOCKEY_DATA=str(sample_data))
    assert done.returncode == 1
    assert f"In a clone of this project, run: pip install -e '.[{extra}]'" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_port_in_use_is_told(run: Run, sample_data: Path) -> None:
    """A port that another server holds is exit code 1 with a hint, before anything is loaded."""
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        result = run("serve", "--data", sample_data, "--port", port)
    assert result.exit_code == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in result.stderr
    assert "--port" in result.stderr


def test_a_host_that_does_not_exist_is_told(run: Run, sample_data: Path) -> None:
    """An address that is not this machine's is exit code 1."""
    result = run("serve", "--data", sample_data, "--host", "192.0.2.1")
    assert result.exit_code == 1
    assert "Cannot listen on 192.0.2.1:8000: " in result.stderr
    assert "This machine does not have that address." in result.stderr
    assert "another server" not in result.stderr


def test_a_host_name_that_nobody_has_is_told(run: Run, sample_data: Path) -> None:
    """A host name without an address is exit code 1, and no port is blamed."""
    result = run("serve", "--data", sample_data, "--host", "nobody.invalid")
    assert result.exit_code == 1
    assert "Cannot listen on 'nobody.invalid'" in result.stderr
    assert "--port" not in result.stderr


@pytest.mark.parametrize("documents", ["missing", "bad"])
def test_nothing_is_announced_that_does_not_come_up(
    run: Run, sample_data: Path, tmp_path: Path, documents: str
) -> None:
    """Trusted documents that are none end ``serve`` with the reason alone."""
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "A.graphql").write_text("query A { nothing }")
    result = run("serve", "--data", sample_data, "--port", 0, JOCKEY_DOCUMENTS=str(tmp_path / documents))
    assert result.exit_code == 2
    assert "JOCKEY_DOCUMENTS" in result.stderr or "Cannot query field 'nothing'" in result.stderr
    assert "Serving" not in result.stderr


def test_serve_answers_until_interrupted(sample_data: Path) -> None:
    """``serve`` on a free port names its address, answers REST and GraphQL, and ends in order at Ctrl+C."""
    command = [sys.executable, "-m", "graphql_api", "serve", "--data", str(sample_data), "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert server.stderr is not None
        announced = re.search(r"http://127\.0\.0\.1:(\d+)/graphql", server.stderr.readline())
        assert announced is not None
        base = announced[0].removesuffix("/graphql")
        with urllib.request.urlopen(f"{base}/api/jockey/00001", timeout=60) as answer:
            assert len(json.load(answer)["data"]) == 200
            assert "uvicorn" not in (answer.headers.get("server") or "")
        body = json.dumps({"query": '{ jockey(id: "00001") { name } }'}).encode()
        request = urllib.request.Request(announced[0], body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert json.load(answer) == {"data": {"jockey": {"name": "見本太郎"}}}
        server.send_signal(signal.SIGINT)
        logged, complaints = server.communicate(timeout=30)
    finally:
        server.kill()
        server.communicate()
    assert server.returncode == 0
    assert "Traceback" not in complaints
    assert all(json.loads(line) for line in logged.splitlines())


def test_index_is_built_and_refreshed(run: Run, sample_data: Path, tmp_path: Path) -> None:
    """``index`` writes the index beside the files, reads only what changed, and `jockeys` then has it all."""
    shutil.copytree(sample_data, tmp_path / "data")
    first = run("index", "--data", tmp_path / "data")
    assert first.exit_code == 0
    assert first.stdout == "Wrote the index: 6 jockeys, 6 read, 0 unchanged.\n"
    assert "100%" in first.stderr
    query = '{ search(query: "見本") { jockeys { id name } } }'
    answer = json.loads(run("query", query, "--data", tmp_path / "data").stdout)
    assert {"id": "00001", "name": "見本太郎"} in answer["data"]["search"]["jockeys"]
    again = run("index", "--data", tmp_path / "data", "--threads", 1)
    assert again.stdout == "The index is up to date: 6 jockeys, 0 read, 6 unchanged.\n"


def test_index_names_what_cannot_be_read(run: Run, sample_data: Path, tmp_path: Path) -> None:
    """A corrupt file does not keep the others from being indexed, and is named."""
    shutil.copytree(sample_data, tmp_path / "data")
    (tmp_path / "data" / "00002.pickle").write_bytes(b"no pickle")
    result = run("index", "--data", tmp_path / "data")
    assert result.exit_code == 0
    assert "6 jockeys, 5 read" in result.stdout
    assert "Files that could not be read (see graphql-api inspect): 00002" in result.stderr


class _Denied(FolderStorage):
    """A folder in which some files may not be read."""

    def __init__(self, root: Path, *denied: str) -> None:
        super().__init__(root)
        self.denied = denied

    def read(self, key: str, etag: str | None = None, *, max_bytes: int = MAX_OBJECT_BYTES) -> StoredObject | None:
        """Refuse what is denied."""
        if key in self.denied:
            raise StorageFault("The storage refused the request.")
        return super().read(key, etag, max_bytes=max_bytes)


def test_a_file_that_may_not_be_read_does_not_end_the_index(sample_data: Path, tmp_path: Path) -> None:
    """A file that the storage refuses is named as unreadable; the others are indexed, and the index says so."""
    shutil.copytree(sample_data, tmp_path / "data")
    storage = _Denied(tmp_path / "data", "00002.pickle")
    refresh = Refresh(storage)
    refresh.run(1)
    assert refresh.unreadable == ["00002"]
    (told,) = describe_archive(storage, Settings(data=str(tmp_path / "data")))
    assert "incomplete: 1 of 6 files were not read" in told


@pytest.mark.parametrize("command", [("serve", "--port", 0), ("keys", "list"), ("query", "{ __typename }")])
def test_a_store_that_can_be_none_is_told_at_once(
    run: Run, sample_data: Path, tmp_path: Path, command: tuple[object, ...]
) -> None:
    """A directory, or a URL of another kind, is a wrong setting, and no store that fails for a while."""
    for wrong, kind in ((str(tmp_path), ", which is a directory"), ("redis://localhost", "")):
        result = run(*command, JOCKEY_DATA=str(sample_data), JOCKEY_STORE=wrong)
        assert result.exit_code not in (0, None)
        told = f"JOCKEY_STORE must be the path of a file or dynamodb://table, not {wrong!r}{kind}."
        assert told in result.stderr.replace("\n", " ").replace("  ", " ")


def test_index_of_nothing_readable_fails(run: Run, tmp_path: Path) -> None:
    """Where no file can be read at all, ``index`` ends with exit code 1."""
    (tmp_path / "00001.pickle").write_bytes(b"no pickle")
    result = run("index", "--data", tmp_path)
    assert result.exit_code == 1
    assert "No file could be read." in result.stderr


@pytest.mark.parametrize("foreign", [False, True])
def test_index_of_a_folder_without_jockeys_says_so(run: Run, tmp_path: Path, *, foreign: bool) -> None:
    """Where there is nothing to index, the command tells what the folder holds."""
    if foreign:
        (tmp_path / "results.csv").touch()
    result = run("index", "--data", tmp_path)
    assert result.exit_code == 0
    assert "contains no jockey file, such as 00001.pickle." in result.stderr
    assert ("'results.csv'" in result.stderr) is foreign


class _ReadOnly(FolderStorage):
    """A folder in which nothing may be written."""

    def write(self, key: str, data: bytes) -> None:
        """Refuse."""
        raise StorageFault("The storage refused the request.")


def test_an_index_that_cannot_be_written_is_told(sample_data: Path, tmp_path: Path) -> None:
    """Where all files were read and only writing fails, no file is said to be left."""
    shutil.copytree(sample_data, tmp_path / "data")
    refresh = Refresh(_ReadOnly(tmp_path / "data"))
    with pytest.raises(StorageFault):
        refresh.run(1)
    assert incomplete(refresh) == "All files were read, but the index could not be written."


class _Ending(FolderStorage):
    """A folder that goes away after some reads."""

    reads_left = 3

    def read(self, key: str, etag: str | None = None, *, max_bytes: int = MAX_OBJECT_BYTES) -> StoredObject | None:
        """Read, until nothing can be read any more."""
        self.reads_left -= key.endswith(".pickle")
        if self.reads_left < 0 and key.endswith(".pickle"):
            raise UpstreamUnavailable("The storage is unavailable; try again later.")
        return super().read(key, etag, max_bytes=max_bytes)


def test_the_index_of_an_ended_run_is_incomplete(sample_data: Path, tmp_path: Path) -> None:
    """Where the storage fails during a run, what was read is kept, and the start of a server tells what is missing."""
    shutil.copytree(sample_data, tmp_path / "data")
    storage = _Ending(tmp_path / "data")
    with pytest.raises(UpstreamUnavailable):
        Refresh(storage).run(1)
    (told,) = describe_archive(storage, Settings(data=str(tmp_path / "data")))
    assert re.search(
        r"Index from \d{4}-\d\d-\d\d \d\d:\d\d UTC: [\d,]+ rides, incomplete: 3 of 6 files were not read", told
    )


class _EndingAtOnce(FolderStorage):
    """A folder in which one of six files cannot be read, while the other reads have begun and not ended."""

    def __init__(self, root: Path) -> None:
        """Let the one fail once all have begun, and hold the others up until it has."""
        super().__init__(root)
        self._begun = Barrier(6)
        self._failed = Event()

    def read(self, key: str, etag: str | None = None, *, max_bytes: int = MAX_OBJECT_BYTES) -> StoredObject | None:
        """Fail for one jockey."""
        if key.endswith(".pickle"):
            self._begun.wait(30)
        if key == "00001.pickle":
            self._failed.set()
            raise UpstreamUnavailable("The storage is unavailable; try again later.")
        assert not key.endswith(".pickle") or self._failed.wait(30)
        return super().read(key, etag, max_bytes=max_bytes)


def test_what_was_being_read_as_a_run_ended_is_kept(sample_data: Path, tmp_path: Path) -> None:
    """A read that another thread had begun before the storage failed is in the index, whichever ends first."""
    shutil.copytree(sample_data, tmp_path / "data")
    refresh = Refresh(_EndingAtOnce(tmp_path / "data"))
    with pytest.raises(UpstreamUnavailable):
        refresh.run(6)
    assert refresh.outcomes["read"] == len(refresh.sources) - 1


def test_the_start_tells_what_the_source_holds(run: Run, sample_data: Path, tmp_path: Path) -> None:
    """An index is dated, its absence is told, an empty folder and files that nothing reads are told."""
    shutil.copytree(sample_data, tmp_path / "data")
    (tmp_path / "empty").mkdir()
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "results.csv").touch()
    told = {name: "\n".join(_told(tmp_path / name)) for name in ("data", "empty", "foreign")}
    assert "6 jockeys in " in told["data"]
    assert "No index. " in told["data"]
    run("index", "--data", tmp_path / "data")
    assert "Index from 20" in "\n".join(_told(tmp_path / "data"))
    assert "contains no jockey file" in told["empty"]
    assert "contains no jockey file" in told["foreign"]
    assert "1 file is not named like a jockey file" in told["foreign"]
    assert "'results.csv'" in told["foreign"]


def _told(folder: Path) -> list[str]:
    source = FolderStorage(folder), Settings(data=str(folder))
    return [*describe(*source), *describe_archive(*source)]


class _Away(FolderStorage):
    """A folder that does not answer for now."""

    def list_objects(self, prefix: str = "", cursor: str | None = None, limit: int = 1000) -> Listing:
        """Fail for now."""
        raise UpstreamUnavailable("The storage is unavailable; try again later.", reason="Stale file handle")


class _Refused(FolderStorage):
    """A folder that may not be listed."""

    def list_objects(self, prefix: str = "", cursor: str | None = None, limit: int = 1000) -> Listing:
        """Refuse."""
        raise StorageFault("The storage refused the request.")


def test_a_source_that_is_away_is_told_and_one_that_refuses_ends_the_start(sample_data: Path) -> None:
    """What may come back is told in a line; what refuses to be listed raises, since nothing can be served."""
    settings = Settings(data=str(sample_data))
    (told,) = describe(_Away(sample_data), settings)
    assert "is not available (Stale file handle)" in told
    with pytest.raises(StorageFault):
        describe(_Refused(sample_data), settings)


def test_index_that_cannot_be_written(run: Run, sample_data: Path, tmp_path: Path) -> None:
    """Where the index cannot be written, the cause is told with exit code 1."""
    shutil.copytree(sample_data, tmp_path / "data")
    (tmp_path / "data" / "_rides.v1.json").mkdir()
    result = run("index", "--data", tmp_path / "data")
    assert result.exit_code == 1
    assert "The storage is unavailable" in result.stderr
    assert "Traceback" not in result.output
