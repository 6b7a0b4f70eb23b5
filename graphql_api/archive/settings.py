"""The settings of the archive."""

from dataclasses import dataclass

from graphql_api.config import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveSettings:
    """The slice's table of settings."""

    archive_folder: str = setting(
        "", "Folder in which a server keeps the archive's files. Empty: one of its own among the temporary files"
    )
    archive_disk_bytes: int = setting(
        2**30, "Disk that the archive's files may take there, in bytes, and as much for questions", minimum=1
    )
    archive_memory_bytes: int = setting(
        256 * 2**20, "Memory that all questions to the archive may take together, in bytes", minimum=64 * 2**20
    )
    archive_questions: int = setting(2, "Questions to the archive at once; more wait for their turn", minimum=1)
