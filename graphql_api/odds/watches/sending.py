"""What a webhook is told of a firing, and the job that tells it."""

from datetime import UTC, datetime

from graphql_api.jobs.service import job_id
from graphql_api.notifications.event import Event
from graphql_api.notifications.service import JOB, delivery_input
from graphql_api.odds.model import shown
from graphql_api.odds.stored import moment
from graphql_api.odds.watches.model import Firing, Watch


def event_of(watch: Watch, firing: Firing) -> Event:
    """Return the event of a firing: the same one each time. It names neither the watch's id nor its secret."""
    alert, crossing = watch.alerts[firing.alert], firing.crossing
    data = {
        "race_id": watch.race_id,
        "horse_number": alert.horse_number,
        "type": alert.bet_type.name,
        "threshold": alert.threshold / 10,
        "minutes": alert.minutes or None,
        "alert": firing.alert,
        "crossing": crossing.number,
        "as_of": moment(crossing.at).isoformat(),
        "odds_before": None if crossing.before is None else shown(crossing.before),
        "odds": shown(crossing.odds),
    }
    at = datetime.fromtimestamp(firing.fired_at, UTC)
    return Event(watch.event_id(firing), f"odds.{alert.kind.value}", at, data)


def delivery_of(watch: Watch, firing: Firing) -> str:
    """Return the id of the job that delivers a firing of a watch that has a URL."""
    return job_id(JOB, delivery_input(watch.url or "", event_of(watch, firing), watch.name))
