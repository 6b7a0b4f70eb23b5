"""Reading of clients' selections as tickets. Each rule that a selection can break has its own message."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from graphql_api.errors import BadUserInput
from graphql_api.slips.tickets.combinations import count
from graphql_api.slips.tickets.field import RaceField
from graphql_api.slips.tickets.ticket import Ticket
from graphql_api.slips.tickets.types import BET_RULES, BetMethod, BetRule, BetType

Numbers = Sequence[int]

PARTS: Mapping[BetMethod, tuple[str, ...]] = MappingProxyType(
    {
        BetMethod.STRAIGHT: ("numbers",),
        BetMethod.BOX: ("numbers",),
        BetMethod.WHEEL: ("axes", "partners"),
        BetMethod.FORMATION: ("legs",),
    }
)
"""The parts of a selection that each method requires. Other parts are refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """A selection. ``PARTS`` lists the parts of each method.

    ``positions`` are the places of the axes, in their order, in a wheel of EXACTA or TRIFECTA; with ``multi`` (マルチ)
    the axes may take any place. Numbers are horse numbers, or bracket numbers for BRACKET_QUINELLA.
    """

    bet_type: BetType
    method: BetMethod = BetMethod.STRAIGHT
    numbers: Numbers = ()
    axes: Numbers = ()
    partners: Numbers = ()
    positions: Numbers = ()
    legs: Sequence[Numbers] = ()
    multi: bool = False


def read_selection(selection: Selection, field: RaceField) -> Ticket:
    """Return the ticket of a selection. Raises ``BadUserInput``, which names the broken rule."""
    try:
        return _read(selection, BET_RULES[selection.bet_type], field)
    except ValueError as error:
        # The message holds all of the cause, which would only be told twice.
        raise BadUserInput(f"{selection.bet_type.name} {selection.method.name}: {error}") from None


def _read(selection: Selection, rule: BetRule, field: RaceField) -> Ticket:
    _check_method(selection, rule)
    is_straight = selection.method is BetMethod.STRAIGHT
    for part in (selection.numbers, selection.axes, selection.partners, *selection.legs):
        _check_numbers(part, rule, field)
        if not (is_straight and rule.is_by_bracket):
            _check_distinct(part, rule.noun)
    legs = tuple(frozenset(leg) for leg in _LEGS[selection.method](selection, rule))
    doubles: Iterable[int] = ()
    if rule.is_by_bracket and selection.method is not BetMethod.BOX:
        doubles = (bracket for bracket, horses in enumerate(field.brackets, 1) if horses > 1)
    ticket = Ticket(selection.bet_type, legs, selection.multi, frozenset(doubles))
    if not count(ticket):
        one = "two different brackets, or one with two horses," if rule.is_by_bracket else "different horses"
        raise ValueError(f"there is no combination: each combination needs {one} for its places.")
    return ticket


def _check_method(selection: Selection, rule: BetRule) -> None:
    """Refuse a method that the type does not have, and parts that the method does not use."""
    method = selection.method
    if rule.places == 1 and method in {BetMethod.BOX, BetMethod.WHEEL}:
        raise ValueError("a bet on one horse must be STRAIGHT or a FORMATION with one leg.")
    taken = PARTS[method]
    for part in ("numbers", "axes", "partners", "legs"):
        if part not in taken and getattr(selection, part):
            raise ValueError(f"takes {' and '.join(taken)}, not {part}.")
        if part in taken and not getattr(selection, part):
            raise ValueError(f"takes {' and '.join(taken)}; {part} must not be empty.")
    if not (rule.is_ordered and method is BetMethod.WHEEL):
        for part in ("positions", "multi"):
            if getattr(selection, part):
                raise ValueError(f"{part} is only for a WHEEL of EXACTA or TRIFECTA.")


def _check_numbers(numbers: Numbers, rule: BetRule, field: RaceField) -> None:
    """Refuse numbers that are not horses of the field, or not brackets with a horse."""
    for number in numbers:
        if type(number) is not int or number < 1:
            raise ValueError(f"{rule.noun} numbers are whole numbers from 1, not {number!r}.")
        if not rule.is_by_bracket and number > field.runners:
            raise ValueError(f"there is no horse {number} in a field of {field.runners}.")
        if rule.is_by_bracket and not any(field.brackets[number - 1 : number]):
            raise ValueError(f"there is no horse in bracket {number}.")


def _check_distinct(numbers: Numbers, noun: str) -> None:
    repeated = [number for number, times in Counter(numbers).items() if times > 1]
    if repeated:
        raise ValueError(f"{noun} {min(repeated)} is given more than once.")


def _straight(selection: Selection, rule: BetRule) -> Iterable[Numbers]:
    if len(selection.numbers) != rule.places:
        raise ValueError(f"takes exactly {_counted(rule.places, rule.noun)}, not {len(selection.numbers)}.")
    return [(number,) for number in selection.numbers]


def _box(selection: Selection, rule: BetRule) -> Iterable[Numbers]:
    if len(selection.numbers) < rule.places:
        raise ValueError(f"takes at least {_counted(rule.places, rule.noun)}, not {len(selection.numbers)}.")
    return [selection.numbers] * rule.places


def _formation(selection: Selection, rule: BetRule) -> Iterable[Numbers]:
    if len(selection.legs) != rule.places:
        raise ValueError(f"takes exactly {_counted(rule.places, 'leg')}, not {len(selection.legs)}.")
    if not all(selection.legs):
        raise ValueError("no leg may be empty.")
    return selection.legs


def _wheel(selection: Selection, rule: BetRule) -> Iterable[Numbers]:
    axes, partners = selection.axes, selection.partners
    if len(axes) >= rule.places:
        raise ValueError(f"takes {'1 axis' if rule.places == 2 else '1 or 2 axes'}, not {len(axes)}.")
    least = rule.places - len(axes)
    if len(partners) < least:
        raise ValueError(f"takes at least {_counted(least, 'partner')} with {_counted(len(axes), 'axis')}.")
    own = sorted(set(axes) & set(partners))
    if own and not rule.is_by_bracket:
        raise ValueError(f"horse {own[0]} is an axis and must not be among the partners.")
    places = range(1, rule.places + 1)
    if rule.is_ordered and (selection.positions or not selection.multi):
        _check_positions(selection, places)
    if not rule.is_ordered or selection.multi:
        return [*((axis,) for axis in axes), *[partners] * least]
    at = dict(zip(selection.positions, axes, strict=True))
    return [(at[place],) if place in at else partners for place in places]


def _check_positions(selection: Selection, places: range) -> None:
    """Refuse positions that do not give the place of each axis."""
    positions = selection.positions
    if len(positions) != len(selection.axes):
        raise ValueError("positions must name one place for each axis, or multi must be true.")
    for place in positions:
        if type(place) is not int or place not in places:
            raise ValueError(f"positions are places from 1 to {places[-1]}, not {place!r}.")
    _check_distinct(positions, "place")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {'axes' if noun == 'axis' else noun + 's'}"


_LEGS = MappingProxyType(
    {
        BetMethod.STRAIGHT: _straight,
        BetMethod.BOX: _box,
        BetMethod.WHEEL: _wheel,
        BetMethod.FORMATION: _formation,
    }
)
"""The functions that return the numbers of each place, by method."""
