"""The slice's job."""

from example_slice.notes import Notes
from graphql_api.jobs.runner import JobResult, JobRun
from graphql_api.services import Services


async def tidy(services: Services, run: JobRun) -> JobResult:
    """Throw all notes away, if there is time."""
    notes = services.get(Notes)
    thrown = len(notes.texts) if run.seconds > 0 else 0
    del notes.texts[:thrown]
    return JobResult({"tidied": thrown}, {"NotesTidied": thrown})
