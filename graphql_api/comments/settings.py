"""The settings of comments."""

from dataclasses import dataclass

from graphql_api.config import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentsSettings:
    """The slice's table of settings."""

    comments_kept: int = setting(14 * 86_400, "Seconds that a comment on a race is kept", minimum=60)
    comments_fresh: int = setting(
        600, "Seconds that a comment is given again as it is; then its facts are gathered anew", minimum=1
    )
    comments_ahead: int = setting(
        36,
        "Maximum number of races of the next day for which the job `queue-comments` requests "
        "previews. Races with the most queries come first",
    )
