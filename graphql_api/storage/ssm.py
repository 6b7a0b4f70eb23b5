"""The location of the bucket in SSM Parameter Store."""

import logging
import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from graphql_api.errors import UpstreamUnavailable
from graphql_api.storage.faults import error_code, faults
from graphql_api.storage.protocol import UNAVAILABLE

if TYPE_CHECKING:
    from boto3.session import Session
    from botocore.config import Config

BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_REGION_NAME = re.compile(r"[a-z0-9-]+")
_KEY = re.compile(r"[!-~]+")  # the SDK prints whatever else it finds in a key within its error


@dataclass(frozen=True, slots=True)
class Location:
    """A bucket, its region (None: that of the SDK) and its credentials (both None: those of the execution role)."""

    bucket: str
    region: str | None = None
    access_key: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)


def read_location(session: "Session", config: "Config", path: str, region: str | None) -> Location:
    """Read the parameters under ``path`` in one call. ``region`` is that of SSM and the bucket's default.

    Raises ``UpstreamUnavailable`` if SSM cannot be read or its values are invalid. No error contains a value.
    """
    # At DEBUG, botocore logs the answers it parses: the keys.
    logging.getLogger("botocore.parsers").setLevel(logging.INFO)
    found: dict[str, str] = {}
    try:
        with closing(session.client("ssm", region_name=region, config=config)) as client:
            pages = client.get_paginator("get_parameters_by_path")
            for page in pages.paginate(Path=path.rstrip("/") or "/", WithDecryption=True, Recursive=False):
                found |= {each["Name"].rpartition("/")[2]: each["Value"].strip() for each in page.get("Parameters", ())}
    except faults() as error:
        raise UpstreamUnavailable(UNAVAILABLE, ssm_path=path, error_code=error_code(error)) from error
    if problem := _problem(found):
        raise UpstreamUnavailable(UNAVAILABLE, ssm_path=path, reason=problem)
    keys = found.get("ACCESS_KEY"), found.get("SECRET_ACCESS_KEY")
    return Location(found["BUCKET_NAME"], found.get("REGION_NAME", region), *keys)


_FORMS: Mapping[str, re.Pattern[str]] = {
    "BUCKET_NAME": BUCKET_NAME,
    "REGION_NAME": _REGION_NAME,
    "ACCESS_KEY": _KEY,
    "SECRET_ACCESS_KEY": _KEY,
}


def _problem(found: Mapping[str, str]) -> str | None:
    """Return the problem of the parameters, without their values. None if there is none."""
    if "BUCKET_NAME" not in found:
        return "BUCKET_NAME is missing"
    if ("ACCESS_KEY" in found) != ("SECRET_ACCESS_KEY" in found):
        return "ACCESS_KEY and SECRET_ACCESS_KEY are of use only together"
    malformed = (f"{name} is malformed" for name in _FORMS if name in found and not _FORMS[name].fullmatch(found[name]))
    return next(malformed, None)
