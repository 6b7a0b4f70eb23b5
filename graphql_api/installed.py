"""The only list of the product's slices, in the order of the schema's root fields."""

from collections.abc import Mapping, Sequence

from graphql_api.access.slice import SLICE as ACCESS
from graphql_api.archive.slice import SLICE as ARCHIVE
from graphql_api.comments.slice import SLICE as COMMENTS
from graphql_api.config import Settings
from graphql_api.consultations.slice import SLICE as CONSULTATIONS
from graphql_api.forecasts.slice import SLICE as FORECASTS
from graphql_api.job_status.slice import SLICE as JOB_STATUS
from graphql_api.jockeys.slice import SLICE as JOCKEYS
from graphql_api.notifications.slice import SLICE as NOTIFICATIONS
from graphql_api.odds.slice import SLICE as ODDS
from graphql_api.pages.slice import SLICE as PAGES
from graphql_api.races.slice import SLICE as RACES
from graphql_api.slices import Slice
from graphql_api.slips.slice import SLICE as SLIPS

SLICES: tuple[Slice, ...] = (
    JOCKEYS,
    ARCHIVE,
    RACES,
    SLIPS,
    ODDS,
    CONSULTATIONS,
    COMMENTS,
    FORECASTS,
    JOB_STATUS,
    NOTIFICATIONS,
    PAGES,
    ACCESS,
)


def read_settings(environ: Mapping[str, str], slices: Sequence[Slice] = SLICES, **overrides: object) -> Settings:
    """Read the settings of the product from ``environ``. ``overrides`` have priority. Raises ``ConfigError``."""
    return Settings.from_environ(environ, [each.settings for each in slices if each.settings], **overrides)
