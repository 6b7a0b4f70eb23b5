"""Sentences of facts about rides by language: with the rate, or with the count only."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "ja": {
            "year": "{horse}番{name}の騎手{jockey}: レース前1年間の勝率は{value}(95%区間 {low}〜{high}、{sample}騎乗)",
            "year_few": "{horse}番{name}の騎手{jockey}: レース前1年間は{sample}騎乗(30未満のため率は示しません)",
            "course": "{horse}番{name}の騎手{jockey}: {place}での3着内率は{value}(95%区間 {low}〜{high}、{sample}騎乗)",
            "course_few": "{horse}番{name}の騎手{jockey}: {place}では{sample}騎乗(30未満のため率は示しません)",
            "pair": "{horse}番{name}と騎手{jockey}の組み合わせ: 3着内率は{value}(95%区間 {low}〜{high}、{sample}騎乗)",
            "pair_few": "{horse}番{name}と騎手{jockey}の組み合わせ: これまで{sample}騎乗(30未満のため率は示しません)",
            "source": "騎手{id}の{before}より前の騎乗記録",
        },
        "en": {
            "year": "Jockey {jockey} of horse {horse} {name}: {value} of rides won in the year before the race (95 % "
            "interval {low} to {high}, {sample} rides)",
            "year_few": "Jockey {jockey} of horse {horse} {name}: {sample} rides in the year before the race (below "
            "30, so no rate is shown)",
            "course": "Jockey {jockey} of horse {horse} {name}: {value} of rides in the first three at {place} (95 % "
            "interval {low} to {high}, {sample} rides)",
            "course_few": "Jockey {jockey} of horse {horse} {name}: {sample} rides at {place} (below 30, so no rate is "
            "shown)",
            "pair": "Jockey {jockey} on horse {horse} {name}: {value} of rides in the first three (95 % interval {low} "
            "to {high}, {sample} rides)",
            "pair_few": "Jockey {jockey} on horse {horse} {name}: {sample} rides together (below 30, so no rate is "
            "shown)",
            "source": "Rides of jockey {id} before {before}",
        },
    }
)

SURFACES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "ja": {"TURF": "芝", "DIRT": "ダート", "JUMP": "障害"},
        "en": {"TURF": " turf", "DIRT": " dirt", "JUMP": " jump races"},
    }
)
