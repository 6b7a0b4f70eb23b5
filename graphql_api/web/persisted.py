"""The document of a request: by its text, by the id or name of a trusted one, or by a registered hash (APQ)."""

from collections.abc import Mapping
from hashlib import sha256

from graphql import GraphQLError

from graphql_api.errors import BadUserInput, DocumentNotFound
from graphql_api.execution.document import Document
from graphql_api.execution.documents import Documents
from graphql_api.execution.weighed_cache import WeighedCache, size_of
from graphql_api.web.graphql_request import Parameters
from graphql_api.web.trusted import TrustedDocument

STORED_BYTES = 2**20
"""Memory for registered queries, in bytes. The least recently used are removed; their clients send them again."""

SHOWN_CHARACTERS = 100


class Persisted:
    """The documents of one process by id, name and hash."""

    def __init__(
        self, documents: Documents, trusted: Mapping[str, TrustedDocument], *, trusted_only: bool = False
    ) -> None:
        """Validate texts by ``documents``. ``trusted`` maps names and ids. ``trusted_only`` refuses all others."""
        self._documents = documents
        self._trusted = trusted
        self._trusted_only = trusted_only
        self._registered = WeighedCache[str](STORED_BYTES)

    def unjudged(self, asked: Parameters) -> str | None:
        """Return the text that has to be validated. None if there is none."""
        text = self._registered.get(asked.query_hash or "") if asked.query is None else asked.query
        return text if text and not self._trusted_only and self._documents.work(text) else None

    def document(self, asked: Parameters) -> Document:
        """Return the document that a request names. If it is unknown or refused, it contains the error.

        Raises ``BadUserInput`` if the hash does not match the query.
        """
        if asked.document_id is not None:
            trusted = self._trusted.get(_normalised(asked.document_id))
            return trusted.document if trusted else _refused(_no_such(asked.document_id))
        if asked.query is not None:
            return self._by_text(asked.query, asked.query_hash)
        return self._by_hash(asked.query_hash or "")

    def _by_hash(self, digest: str) -> Document:
        trusted = self._trusted.get(f"sha256:{digest}")
        if trusted:
            return trusted.document
        text = self._registered.get(digest)
        # Clients know this very message, and answer it with the query's text.
        return _refused("PersistedQueryNotFound") if text is None else self._documents.get(text)

    def _by_text(self, text: str, claimed: str | None) -> Document:
        """Return the document of a text. A valid text with a hash is registered."""
        if claimed or self._trusted_only:
            digest = sha256(text.encode()).hexdigest()
            if claimed not in (None, digest):
                raise BadUserInput("'extensions.persistedQuery.sha256Hash' is not the SHA-256 of 'query'.")
            trusted = self._trusted.get(f"sha256:{digest}")
            if trusted:
                return trusted.document
        if self._trusted_only:
            return _refused("Only trusted documents are answered here: ask for one by its 'documentId'.")
        document = self._documents.get(text)
        if claimed and not document.errors:
            self._registered.keep(claimed, text, size_of(text))
        return document


def _normalised(document_id: str) -> str:
    """Return an id in its normal form: a hash in lower case, a name unchanged."""
    return document_id.lower() if document_id.startswith("sha256:") else document_id


def _refused(message: str) -> Document:
    return Document(None, (GraphQLError(message, extensions={"code": DocumentNotFound.code}),))


def _no_such(document_id: str) -> str:
    return f"There is no document '{document_id[:SHOWN_CHARACTERS]}'."
