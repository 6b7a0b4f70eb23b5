"""The racecourses of Japan by their names in the source, with netkeiba's codes."""

from collections.abc import Mapping
from types import MappingProxyType

JRA_COURSES: Mapping[str, str] = MappingProxyType(
    {
        "札幌": "01",
        "函館": "02",
        "福島": "03",
        "新潟": "04",
        "東京": "05",
        "中山": "06",
        "中京": "07",
        "京都": "08",
        "阪神": "09",
        "小倉": "10",
    }
)
# A JRA meeting always carries numbers. The bare name of a JRA course is no NAR meeting, though, for which one is a JRA
# meeting cut short cannot be told; NAR's meetings there are those marked (地).
NAR_COURSES: Mapping[str, str] = MappingProxyType(
    {
        "門別": "30",
        "北見": "31",
        "岩見沢": "32",
        "帯広": "33",
        "旭川": "34",
        "盛岡": "35",
        "水沢": "36",
        "上山": "37",
        "三条": "38",
        "足利": "39",
        "宇都宮": "40",
        "高崎": "41",
        "浦和": "42",
        "船橋": "43",
        "大井": "44",
        "川崎": "45",
        "金沢": "46",
        "笠松": "47",
        "名古屋": "48",
        "紀三井寺": "49",
        "園田": "50",
        "姫路": "51",
        "益田": "52",
        "福山": "53",
        "高知": "54",
        "佐賀": "55",
        "荒尾": "56",
        "中津": "57",
        "札幌(地)": "58",
        "函館(地)": "59",
        "新潟(地)": "60",
        "中京(地)": "61",
        "帯広(ば)": "65",
    }
)

NAR_NAMES: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(("帯広ば", "帯広(ばんえい)", "帯広ばんえい", "ばんえい帯広", "ばんえい"), "帯広(ば)")
)
"""Other names of the same racecourses."""
