"""The job that requests the previews of the next day's races before clients do, most requested races first."""

from collections.abc import Callable
from datetime import datetime, timedelta

from graphql_api.comments.lookup import CommentRaces
from graphql_api.comments.model import CommentKind, CommentLanguage, CommentRequest, CommentStyle
from graphql_api.comments.service import Comments
from graphql_api.comments.settings import CommentsSettings
from graphql_api.errors import NotFound
from graphql_api.execution.budget import Budget, answered
from graphql_api.execution.context import Context
from graphql_api.japan_time import JST, day_in_japan
from graphql_api.jobs.runner import JobResult, JobRun
from graphql_api.races.model import Race, RaceStatus
from graphql_api.services import Services

Now = Callable[[], datetime]


async def queue_job(services: Services, run: JobRun, now: Now = lambda: datetime.now(JST)) -> JobResult:
    """Queue the previews of tomorrow's races; those that are queued or written already are joined, at no cost."""
    settings = services.settings
    day = day_in_japan(now()) + timedelta(days=1)
    budget = Budget(values=settings.max_cost, seconds=run.seconds)
    with Context(services, settings=settings, budget=budget) as context, answered():
        try:
            races = await context.use(CommentRaces).day(context, day)
        except NotFound:
            races = ()
    comments = services.get(Comments)
    asked = await comments.asked(day)

    def place(race: Race) -> tuple[int, str]:
        return -asked.get(race.ids.bridge, 0), race.ids.bridge

    chosen = sorted((race for race in races if race.status is not RaceStatus.ABANDONED), key=place)
    most = settings.of(CommentsSettings).comments_ahead
    for race in chosen[:most]:
        wanted = CommentRequest(race.ids.bridge, CommentKind.PREVIEW, CommentStyle.FULL, CommentLanguage.JA)
        await comments.queue(wanted)
    queued, left = len(chosen[:most]), len(chosen[most:])
    return JobResult({"day": day.isoformat(), "queued": queued, "left": left}, {"CommentsQueued": queued})
