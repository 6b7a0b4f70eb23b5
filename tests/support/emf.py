"""Lines of CloudWatch's embedded metric format, judged by its specification."""

import json
import time
from typing import Any

from jsonschema import Draft202012Validator

UNITS = [
    "Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes", "Bits",
    "Kilobits", "Megabits", "Gigabits", "Terabits", "Percent", "Count", "Bytes/Second", "Kilobytes/Second",
    "Megabytes/Second", "Gigabytes/Second", "Terabytes/Second", "Bits/Second", "Kilobits/Second", "Megabits/Second",
    "Gigabits/Second", "Terabits/Second", "Count/Second", "None",
]  # fmt: skip
METRIC = {
    "type": "object",
    "required": ["Name"],
    "additionalProperties": False,
    "properties": {
        "Name": {"type": "string", "minLength": 1, "maxLength": 1024},
        "Unit": {"enum": UNITS},
        "StorageResolution": {"enum": [1, 60]},
    },
}
DIRECTIVE = {
    "type": "object",
    "required": ["Namespace", "Dimensions", "Metrics"],
    "properties": {
        "Namespace": {"type": "string", "minLength": 1, "maxLength": 1024},
        "Dimensions": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "array", "maxItems": 30, "items": {"type": "string", "minLength": 1, "maxLength": 250}},
        },
        "Metrics": {"type": "array", "minItems": 1, "maxItems": 100, "items": METRIC},
    },
}
SCHEMA = {
    "type": "object",
    "required": ["_aws"],
    "properties": {
        "_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "properties": {
                "Timestamp": {"type": "integer"},
                "CloudWatchMetrics": {"type": "array", "minItems": 1, "items": DIRECTIVE},
            },
        }
    },
}
VALUE = {
    "anyOf": [{"type": "number"}, {"type": "array", "items": {"type": "number"}, "minItems": 1, "maxItems": 100}],
}


def checked(line: dict[str, Any]) -> dict[str, Any]:
    """Give a line back that is valid: its form, the targets of its names, its size, and its time, which is now."""
    Draft202012Validator(SCHEMA).validate(line)
    for directive in line["_aws"]["CloudWatchMetrics"]:
        for name in (each for names in directive["Dimensions"] for each in names):
            Draft202012Validator({"type": "string", "minLength": 1, "maxLength": 1024}).validate(line[name])
        names = [each["Name"] for each in directive["Metrics"]]
        assert len(set(names)) == len(names)
        for name in names:
            Draft202012Validator(VALUE).validate(line[name])
    assert len(json.dumps(line)) < 1_000_000
    assert abs(line["_aws"]["Timestamp"] / 1000 - time.time()) < 3600
    return line


def lines(text: str) -> list[dict[str, Any]]:
    """Give the metrics among lines of a log, each valid."""
    found = [json.loads(each) for each in text.splitlines() if each.startswith("{")]
    return [checked(each) for each in found if "_aws" in each]


def units(line: dict[str, Any]) -> dict[str, str]:
    """Give the units of a line's metrics by their names."""
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    return {each["Name"]: each["Unit"] for each in directive["Metrics"]}


def counts(line: dict[str, Any]) -> dict[str, float]:
    """Give a line's counts: its metrics but for times and bytes, which no test can foretell."""
    return {name: line[name] for name, unit in units(line).items() if unit == "Count"}
