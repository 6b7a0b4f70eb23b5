"""The fixed texts of comments in each language. They state facts: no verdict, no advice to buy, no promise."""

from collections.abc import Mapping
from types import MappingProxyType

from graphql_api.comments.model import CommentLanguage
from graphql_api.jockeys.vocabulary import Surface

JAPANESE: Mapping[str, str] = MappingProxyType(
    {
        "race": "{race}({course}{distance}){size}の{kind}です。",
        "size": "、{size}頭立て",
        "preview": "展望",
        "review": "回顧",
        "distance": "{distance}m",
        "result": "{day}の結果",
        "winner": "勝ち馬は{names}",
        "winner_time": "勝ち馬は{names}、勝ち時計は{time}",
        "second": "2着は{names}",
        "going": "馬場は{going}",
        "style": "勝ち馬の脚質は{style}",
        "last3f": "判明している馬のうち、上り最速は{horse}番{name}の{time}秒",
        "nothing": "手元の記録からお伝えできる事実はありません。",
        "advice_preview": "過去の集計であり、結果を約束するものでも、購入を勧めるものでもありません。"
        "出走取消・馬場・発走時刻の変更は主催者の発表をご確認ください。馬券の購入は20歳になってから。",
        "advice_review": "成績・払戻金は主催者の発表をご確認ください。"
        "過去の結果は今後を約束するものではありません。馬券の購入は20歳になってから。",
        "joint": "、",
        "end": "。",
    }
)

ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        "race": "{kind} of {race} ({course}{distance}){size}.",
        "size": ", {size} runners",
        "preview": "Preview",
        "review": "Review",
        "distance": " {distance} m",
        "result": "Result of {day}",
        "winner": "The winner was {names}",
        "winner_time": "The winner was {names}, in {time}",
        "second": "Second came {names}",
        "going": "The going was {going}",
        "style": "The running style of the winner was {style}",
        "last3f": "Of the horses known, horse {horse} {name} had the fastest last 600 m, {time} s",
        "nothing": "The records contain no facts.",
        "advice_preview": "Counts of the past: no promise of a result, and no advice to buy. Look at the organiser's "
        "announcements for scratchings, going and post time. Betting is for people of 20 and over.",
        "advice_review": "The organiser's announcements are decisive for results and payouts. Results of the past "
        "promise nothing. Betting is for people of 20 and over.",
        "joint": ", ",
        "end": ".",
    }
)

WORDS: Mapping[CommentLanguage, Mapping[str, str]] = MappingProxyType(
    {CommentLanguage.JA: JAPANESE, CommentLanguage.EN: ENGLISH}
)

SURFACES: Mapping[CommentLanguage, Mapping[Surface, str]] = MappingProxyType(
    {
        CommentLanguage.JA: {Surface.TURF: "芝", Surface.DIRT: "ダート", Surface.JUMP: "障害"},
        CommentLanguage.EN: {Surface.TURF: "turf", Surface.DIRT: "dirt", Surface.JUMP: "jumps"},
    }
)
