"""Enums of tickets, declared before any type names them."""

from graphql_api.schema.enums import declare
from graphql_api.slips.tickets.types import BET_RULES, METHOD_DESCRIPTIONS, BetMethod, BetType

__all__ = ["BetMethod", "BetType"]

declare(BetType, {kind: rule.description for kind, rule in BET_RULES.items()})
declare(BetMethod, METHOD_DESCRIPTIONS)
