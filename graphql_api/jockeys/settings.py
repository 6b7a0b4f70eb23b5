"""The settings of jockeys, and the limit of the memory of one."""

from dataclasses import dataclass

from graphql_api.config import setting

MAX_JOCKEY_BYTES = 256 * 2**20
"""Maximum memory of one jockey in bytes. A larger file is refused. A career of 100,000 races takes 210 MB.

By default the cache has space for two of the largest, so that an accepted file is not read again by each request.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class JockeysSettings:
    """The slice's table of settings."""

    max_groups: int = setting(1_000, "Maximum number of groups of one `groupBy`", minimum=1)
    warm_seconds: float = setting(10.0, "Time limit of one run of the job `warm`, in seconds")
    warm_ids: tuple[str, ...] = setting((), "Ids of jockeys that the job `warm` always loads, comma-separated")
