"""``graphql-api ticket``: what people and scripts read."""

import json
import re

import pytest
from click.testing import CliRunner, Result

from graphql_api.cli.commands import commands


def run(text: str) -> Result:
    """Run the command with the words of a text."""
    return CliRunner().invoke(commands, ["ticket", *text.split()])


def test_a_table_with_count_and_cost() -> None:
    """Combinations of an ordered type have arrows; the last line adds up."""
    result = run("TRIFECTA wheel --axis 7 --partners 1,2,3 --multi --runners 16 --stake 200")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["1→2→7", "1→3→7", "1→7→2", "1→7→3", "2→1→7"]
    assert lines[-1] == "18 combinations × 200 yen = 3,600 yen"


def test_a_long_list_says_how_many_more() -> None:
    """A table is bounded; ``--limit`` sets its length."""
    result = run("trio box --numbers 1-8")
    assert len(re.findall(r"\d+-\d+-\d+", result.stdout)) == 50
    assert "… and 6 more; --limit shows more." in result.stdout
    assert "56 combinations × 100 yen = 5,600 yen" in result.stdout
    assert "more" not in run("trio box --numbers 1-8 --limit 56").stdout


def test_one_combination_of_the_default_method() -> None:
    """A method need not be named for one combination."""
    assert run("win --numbers 7").stdout.split("\n")[-2] == "1 combination × 100 yen = 100 yen"


def test_json_holds_every_combination() -> None:
    """Scripts read the whole, or as much as they want."""
    result = run("BRACKET_QUINELLA formation --leg 1,8 --leg 8 --runners 9 --json")
    assert json.loads(result.stdout) == {
        "type": "BRACKET_QUINELLA",
        "method": "FORMATION",
        "combinations": 2,
        "unitStake": 100,
        "cost": 200,
        "list": [[1, 8], [8, 8]],
    }
    box = json.loads(run("TRIFECTA box --numbers 1-18 --json").stdout)
    assert len(box["list"]) == box["combinations"] == 4896
    assert json.loads(run("TRIFECTA box --numbers 1-18 --json --limit 2").stdout)["list"] == [[1, 2, 3], [1, 2, 4]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("WIN box --numbers 7", "WIN BOX: a bet on one horse must be STRAIGHT"),
        ("TRIO --numbers 1,2,3 --stake 150", "positive multiple of 100 yen"),
        ("TRIO --numbers 1,2,3 --brackets 1,1 --runners 3", "'brackets' holds 2 horses"),
        ("TRIO --numbers 1,x,3", "'1,x,3' is not numbers such as 1,2,5-8"),
        ("TRIO box --numbers 8-1", "'8-1' is no range of numbers"),
        ("TRIO box --numbers 1-9999", "'1-9999' is no range of numbers"),
        ("QUADFECTA --numbers 1", "'trifecta'"),
    ],
)
def test_what_breaks_a_rule_is_wrong_usage(text: str, message: str) -> None:
    """The message tells the rule, with exit code 2."""
    result = run(text)
    assert result.exit_code == 2
    assert message in result.stderr


def test_every_example_of_the_help_can_be_typed() -> None:
    """The help's own lines run."""
    page = run("--help").stdout
    examples = [line.split("|")[0] for line in page.splitlines() if line.startswith("    graphql-api ticket ")]
    assert len(examples) == 5
    for example in examples:
        assert run(example.split("ticket ", 1)[1]).exit_code == 0
