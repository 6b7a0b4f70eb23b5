"""The settings of the archive."""

from dataclasses import dataclass
from typing import Literal

from graphql_api.config import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveSettings:
    """The slice's table of settings."""

    archive_engine: Literal["duckdb", "athena"] = setting(
        "duckdb",
        "Engine of archive queries: `duckdb` in the process, or `athena`, on the tables of `archive publish`",
    )
    archive_workgroup: str = setting(
        "primary", "Athena workgroup. It has the location of results and the limit of bytes read by one query"
    )
    archive_folder: str = setting(
        "", "Folder for the server's local copies of the archive files. Empty: a separate temporary folder"
    )
    archive_disk_bytes: int = setting(
        2**30,
        "Maximum disk space of these files, in bytes. The same amount is allowed for temporary data of queries",
        minimum=1,
    )
    archive_memory_bytes: int = setting(
        256 * 2**20, "Maximum memory of all running archive queries together, in bytes", minimum=64 * 2**20
    )
    archive_questions: int = setting(
        2, "Maximum number of archive queries at the same time. Further queries wait", minimum=1
    )
