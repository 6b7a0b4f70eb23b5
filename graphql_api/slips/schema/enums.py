"""Enums of tickets, declared before any type names them."""

from graphql_api.schema.enums import declare
from graphql_api.slips.tickets.types import BET_RULES, METHOD_DESCRIPTIONS, TYPE_LABELS, BetMethod, BetType

__all__ = ["BetMethod", "BetType"]

declare(BetType, {kind: rule.description for kind, rule in BET_RULES.items()}, TYPE_LABELS)
declare(BetMethod, METHOD_DESCRIPTIONS)
