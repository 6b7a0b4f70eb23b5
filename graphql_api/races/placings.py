"""Winners and second horses, as far as jockeys' files contain them.

A file names the winner of each race (勝ち馬). The winner's own file names the second horse instead. For a dead heat,
the files of others name one winner, and each winner's file the other one. So winners are a list: the horses whose
own rows have place 1, and the one that others name.
"""

from collections.abc import Iterable, Mapping, Sequence

from graphql_api.races.claims import Claim, FileAge, settle
from graphql_api.races.model import Placed, Runner
from graphql_api.races.rides import Ride
from graphql_api.text import compatible

Names = Mapping[str, Runner]
"""Known runners by the horse's name, in the form for comparisons."""


def by_name(runners: Iterable[Runner]) -> Names:
    """Return runners by the name of the horse."""
    return {compatible(runner.horse_name): runner for runner in runners if runner.horse_name}


def winners(rides: Sequence[Ride], known: Names, age: FileAge) -> tuple[tuple[Placed, ...], list[Claim]]:
    """Return the winners, and the false claims of losers' files.

    A horse whose own row has another place has not won, whatever other files contain.
    """
    first = {name: runner for name, runner in known.items() if runner.finish_position == 1}
    told = {ride.winner_name for ride in rides if ride.winner_name and ride.finish_position != 1}
    folded = {name: compatible(name) for name in told}
    named = [
        Claim(folded[ride.winner_name], ride.jockey_id)
        for ride in rides
        if ride.winner_name in folded and ride.finish_position != 1
    ]
    credible = [claim for claim in named if claim.value in first or claim.value not in known]
    chosen, _ = settle(credible, age)
    names = dict.fromkeys([*first, *([chosen] if chosen else [])])
    return tuple(_placed(name, known) for name in names), [claim for claim in named if claim.value not in names]


def runners_up(rides: Sequence[Ride], known: Names, won: Sequence[Placed]) -> tuple[Placed, ...]:
    """Return the horses at the second place, by their own rows and by those of the winners.

    If only one winner's file of a dead heat exists, the other winner cannot be distinguished from a second horse.
    """
    second = [name for name, runner in known.items() if runner.finish_position == 2]
    named = [compatible(ride.runner_up_name) for ride in rides if ride.runner_up_name and ride.finish_position == 1]
    first = {compatible(each.horse_name) for each in won}
    credible = [name for name in named if name not in first and (name not in known or name in second)]
    return tuple(_placed(name, known) for name in dict.fromkeys([*second, *credible]))


def _placed(name: str, known: Names) -> Placed:
    runner = known.get(name)
    return Placed(name, None) if runner is None else Placed(runner.horse_name or name, runner.horse_number)
