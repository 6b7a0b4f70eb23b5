"""Trusted documents: operations in a folder of the operator, validated when the process starts."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import takewhile
from pathlib import Path

from graphql import GraphQLError, OperationDefinitionNode

from graphql_api.config import ConfigError, Settings
from graphql_api.execution.document import Document
from graphql_api.execution.documents import Documents

SUFFIX = ".graphql"


@dataclass(frozen=True, slots=True)
class TrustedDocument:
    """A file of the folder: a valid document with one operation, which has the file's name.

    ``document_id`` is ``sha256:`` and the output of ``sha256sum`` for the file.
    """

    name: str
    text: str
    document_id: str
    document: Document

    @property
    def description(self) -> str:
        """Return the comment at the top of the file as one line. Empty if there is none."""
        lines = takewhile(lambda line: line.startswith("#"), self.text.splitlines())
        return " ".join(line.lstrip("# ").rstrip() for line in lines)

    @property
    def operation(self) -> OperationDefinitionNode:
        """Return the operation."""
        return self.document.operations[self.name]


def load_trusted(settings: Settings, documents: Documents) -> Mapping[str, TrustedDocument]:
    """Return the trusted documents of the folder in the settings, by name and by id.

    Raises ``ConfigError``, which names the file, if an operation could not be executed later.
    """
    if not settings.documents:
        if settings.trusted_only:
            raise ConfigError("JOCKEY_TRUSTED_ONLY requires JOCKEY_DOCUMENTS.")
        return {}
    files = sorted(Path(settings.documents).glob(f"*{SUFFIX}"))
    if not files:
        raise ConfigError(f"JOCKEY_DOCUMENTS must be a folder of {SUFFIX} files; {settings.documents!r} has none.")
    found = [read_trusted(each, documents) for each in files]
    return {key: each for each in found for key in (each.name, each.document_id)}


def read_trusted(file: Path, documents: Documents) -> TrustedDocument:
    """Read and validate one file. Raises ``ConfigError``, which names it."""
    try:
        content = file.read_bytes()
        text = content.decode()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"JOCKEY_DOCUMENTS: {file} cannot be read as UTF-8 text.") from error
    document = documents.get(text)
    if document.errors:
        raise ConfigError(f"JOCKEY_DOCUMENTS: {file}{_place(document.errors[0])}: {document.errors[0].message}")
    if set(document.operations) != {None, file.stem}:
        raise ConfigError(
            f"JOCKEY_DOCUMENTS: {file} must contain one operation with the name of the file, {file.stem}."
        )
    return TrustedDocument(file.stem, text, f"sha256:{sha256(content).hexdigest()}", document)


def _place(error: GraphQLError) -> str:
    return f", line {error.locations[0].line}" if error.locations else ""
