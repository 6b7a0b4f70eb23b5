"""The vocabularies of comments as GraphQL enums. Import them from here, since each is declared once."""

from graphql_api.comments.model import DESCRIPTIONS, CommentKind, CommentLanguage, CommentStyle
from graphql_api.schema.enums import declare

__all__ = ["CommentKind", "CommentLanguage", "CommentStyle"]

for _enum in (CommentKind, CommentLanguage, CommentStyle):
    declare(_enum, DESCRIPTIONS)
