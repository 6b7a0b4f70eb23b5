"""The fixed texts of consultations in each language. They state facts: no verdict, no advice, no promise."""

from collections.abc import Mapping
from types import MappingProxyType

from graphql_api.consultations.model import WarningLevel
from graphql_api.language import Language
from graphql_api.slips.tickets.types import TYPE_LABELS, BetMethod, BetType

Words = dict[str, str]

JAPANESE: Words = {
    "notice": "馬券の購入は20歳以上に限られます。無理のない範囲で楽しみましょう。ギャンブル等依存症の相談窓口: "
    "0120-321-153。ここに示すのは過去の事実であり、結果を約束するものでも、購入を勧めるものでもありません。",
    "bet": "{race}{type} {method} {combinations}通り、1通り{stake}円、計{cost}円です。",
    "bet_facts": "出走馬の騎手について、レース前の記録にある事実を{count}件示します。",
    "bet_nothing": "この券の馬について、手元の記録からお伝えできる事実はありません。",
    "amount_none": "合計は{total}円です。",
    "amount_limit": "合計は{total}円で、ご自身の上限{limit}円の{percent}%です。",
    "amount_caution": "上限に近づいています。",
    "amount_warning": "上限に達しています。買い目や金額を見直せます。",
    "answer": "手元の記録からお伝えできる事実は次のとおりです。",
    "answer_nothing": "ご質問について、手元の記録からお伝えできる事実はありません。",
    "answer_end": "いずれも過去の集計であり、結果を約束するものでも、購入を勧めるものでもありません。",
}

ENGLISH: Words = {
    "notice": "Betting is for people of 20 and over. Bet no more than you can spare. Counselling on gambling in "
    "Japan: 0120-321-153. What is shown here are facts of the past: no promise of a result, and no advice to "
    "buy.",
    "bet": "{race}{type} {method}: {combinations} combinations at {stake} yen each, {cost} yen in all.",
    "bet_facts": "{count} facts about the jockeys follow, from records before the race.",
    "bet_nothing": "The records contain no facts about the horses of this ticket.",
    "amount_none": "The total is {total} yen.",
    "amount_limit": "The total is {total} yen, {percent} % of your own limit of {limit} yen.",
    "amount_caution": "You are close to your limit.",
    "amount_warning": "You have reached your limit. You can remove tickets or lower the stakes.",
    "answer": "The records contain these facts.",
    "answer_nothing": "The records contain no facts on your question.",
    "answer_end": "All of them are counts of the past: no promise of a result, and no advice to buy.",
}

WORDS: Mapping[Language, Mapping[str, str]] = MappingProxyType(
    {Language.JA: MappingProxyType(JAPANESE), Language.EN: MappingProxyType(ENGLISH)}
)

TYPES: Mapping[Language, Mapping[BetType, str]] = MappingProxyType(
    {
        Language.JA: {each: TYPE_LABELS[each].ja for each in BetType},
        Language.EN: {each: TYPE_LABELS[each].en.lower() for each in BetType},
    }
)

METHODS: Mapping[Language, Mapping[BetMethod, str]] = MappingProxyType(
    {
        Language.JA: dict(zip(BetMethod, ("通常", "ボックス", "流し", "フォーメーション"), strict=True)),
        Language.EN: {each: each.name.lower() for each in BetMethod},
    }
)

AMOUNTS: Mapping[WarningLevel, str | None] = MappingProxyType(
    {WarningLevel.NONE: None, WarningLevel.CAUTION: "amount_caution", WarningLevel.WARNING: "amount_warning"}
)


def joined(language: Language, *parts: str) -> str:
    """Join sentences."""
    return (" " if language is Language.EN else "").join(part for part in parts if part)
