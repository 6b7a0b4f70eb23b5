"""Classes and names of races."""

from datetime import date
from random import Random

from graphql_api.samples.places import BANEI, JRA, JUMP, OVERSEAS
from graphql_api.samples.vocabulary import (
    BANEI_OPEN,
    CLASSIC_AGE,
    DEBUT,
    G1,
    G2,
    G3,
    JUMP_MAIDEN,
    JUMP_OPEN,
    JUMP_STAKES,
    JUVENILES,
    LISTED,
    LOCAL_CLASSES,
    LOCAL_GRADES,
    LOCAL_STAKES,
    MAIDEN,
    NAMED,
    OLD_GRADES,
    OLD_SUFFIXES,
    OPEN,
    OVERSEAS_GRADES,
    RACE_KINDS,
    RACE_NAMES,
    WIN1,
    WIN2,
    WIN3,
    RaceClass,
)

MAIN_RACE, _LATE = 11, 10
_OLD_GRADES_UNTIL, _OLD_CLASSES_UNTIL = date(2005, 1, 1), date(2019, 6, 1)
_JRA_LEVELS = (MAIDEN, WIN1, WIN2, WIN3)
_JRA_MAIN = (OPEN, G3, LISTED, G2, OPEN, G3, G1)
_AGE_CLASSES = {2: JUVENILES, 3: CLASSIC_AGE}


def race_class(circuit: str, surface: str, level: int, age: int, number: int, day: date, rng: Random) -> RaceClass:
    """Return the class of the race with this number for horses of one level and age; great races take turns."""
    week = day.toordinal() // 7
    if circuit == OVERSEAS:
        return rng.choice(OVERSEAS_GRADES)
    if surface == JUMP:
        return _jump_class(level, number, week, rng)
    return _jra_class(level, age, number, week) if circuit == JRA else _local_class(circuit, level, age, number, rng)


def _jump_class(level: int, number: int, week: int, rng: Random) -> RaceClass:
    if level == 0:
        return JUMP_MAIDEN
    return JUMP_STAKES[week % len(JUMP_STAKES)] if number == 8 and rng.random() < 0.8 else JUMP_OPEN


def _jra_class(level: int, age: int, number: int, week: int) -> RaceClass:
    if level < 0:
        return DEBUT
    if level < (2 if age == 2 else len(_JRA_LEVELS)):
        return _JRA_LEVELS[level]
    return _JRA_MAIN[week % len(_JRA_MAIN)] if number == MAIN_RACE else OPEN


def _local_class(circuit: str, level: int, age: int, number: int, rng: Random) -> RaceClass:
    if number >= _LATE and level >= 3 and rng.random() < 0.4:
        if circuit == BANEI:
            return rng.choice((BANEI_OPEN, LOCAL_STAKES))
        return rng.choice((LOCAL_STAKES, LOCAL_STAKES, *LOCAL_GRADES))
    return _AGE_CLASSES.get(age) or LOCAL_CLASSES[max(0, level)]


def race_name(circuit: str, kind: RaceClass, age: int, number: int, day: date, rng: Random) -> str:
    """Write the race's name, with class or grade as the last parenthesis where it has a name of its own."""
    if circuit == OVERSEAS:  # whose races have no number on the page, so no two of a day share a name
        return f"{RACE_NAMES[number]}{rng.choice(RACE_KINDS['GI'])}({kind.suffix})"
    if circuit == JRA:
        suffix = _suffix_of_the_time(kind.suffix, day)
        return _jra_condition(kind, suffix, age, day, rng) or _titled(kind, suffix, age, rng)
    if kind.suffix not in NAMED and rng.random() < 0.75:
        return f"{kind.suffix}{rng.choice(('ー', '', ' '))}{rng.randint(1, 9)}"
    return _titled(kind, kind.suffix, age, rng)


def _jra_condition(kind: RaceClass, suffix: str, age: int, day: date, rng: Random) -> str | None:
    """Write the name of a race that is called by its conditions; None for one with a name of its own."""
    elders = "3歳以上" if day.month >= 6 else "4歳以上"
    if kind is JUMP_MAIDEN:
        return f"障害{elders}{suffix}"
    if kind in (MAIDEN, DEBUT):
        return f"{age}歳{suffix}"
    if kind.suffix not in OLD_SUFFIXES or rng.random() > 0.75:
        return None
    young = age == 2 or (age == 3 and day.month < 6)
    return f"{age}歳{suffix}" if young else f"{elders}{suffix}"


def _titled(kind: RaceClass, suffix: str, age: int, rng: Random) -> str:
    ends = RACE_KINDS.get(kind.suffix) or RACE_KINDS["JUMP" if kind is JUMP_OPEN else ""]
    juvenile = "(2歳)" if kind is OPEN and age == 2 else ""
    return f"{rng.choice(RACE_NAMES)}{rng.choice(ends)}({suffix}){juvenile}"


def _suffix_of_the_time(suffix: str, day: date) -> str:
    """Write class and grade as pages of their time do."""
    if day < _OLD_GRADES_UNTIL and suffix in OLD_GRADES:
        return (suffix, *OLD_GRADES[suffix])[day.toordinal() % 3]
    return OLD_SUFFIXES.get(suffix, suffix) if day < _OLD_CLASSES_UNTIL else suffix
