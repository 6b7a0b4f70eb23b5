"""The file's own columns as clients receive them: exact header, meaning, and example cells.

Headers have netkeiba's spelling, some with a space. Typed columns ignore this, but JSON keys do not.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """One column. The first ``examples`` of all columns are one race."""

    header: str
    description: str
    examples: tuple[str | float | None, ...]


SOURCE_COLUMNS = (
    SourceColumn(
        "日付",
        "Day of the race: text as the file has it, or `2025-05-10T00:00:00Z` where the file holds dates.",
        ("2025/05/10", "2025-05-10T00:00:00Z"),
    ),
    SourceColumn(
        "開催",
        "Meeting. JRA: round, racecourse and day. Others: the racecourse.",
        ("1新潟5", "船橋", "帯広(ば)"),
    ),
    SourceColumn("天 気", "Weather.", ("曇", "晴", "小雨")),
    SourceColumn("R", "Number of the race on its day.", (11,)),
    SourceColumn("レース名", "Name of the race, with grade or class in brackets.", ("仮設記念(GII)", "3歳未勝利")),
    SourceColumn("映像", "Video. The page has an icon, so there is no text.", (None,)),
    SourceColumn("頭 数", "Number of starters.", (11,)),
    SourceColumn("枠 番", "Bracket.", (4,)),
    SourceColumn("馬 番", "Number of the horse.", (4,)),
    SourceColumn("単勝", "Final win odds. `---` for a horse that did not start.", (1.1, "---")),
    SourceColumn("人 気", "Rank by win odds.", (1.0,)),
    SourceColumn(
        "着 順",
        "Finishing position, or how the ride ended: `中` did not finish, `失` disqualified, `取` scratched, `除` "
        "excluded, `再` remounted. `(降)` after a number: demoted to this position.",
        ("1", 1, "中", "12(降)"),
    ),
    SourceColumn("馬名", "Name of the horse.", ("モッククロキング",)),
    SourceColumn("騎手", "Name of the jockey, cut to four characters by the page.", ("見本太郎",)),
    SourceColumn("斤量", "Weight carried, in kg.", (54.0, 57)),
    SourceColumn(
        "距離", "Surface (芝 turf, ダ dirt, 障 jumps) and distance in metres.", ("芝1600", "ダ1400", "障2890")
    ),
    SourceColumn("水分量", "Moisture of the track in %: ban'ei only.", (None, 1.6)),
    SourceColumn("馬 場", "Going.", ("良", "稍", "重", "不")),
    SourceColumn("タイム", "Finishing time, in minutes and seconds.", ("1:32.7",)),
    SourceColumn("着差", "Seconds behind the winner; the winner's lead is zero or negative.", (0.0, 0.4)),
    SourceColumn("通過", "Positions at the corners.", ("9-6-4",)),
    SourceColumn("ペース", "Seconds of the race's first and last 600 m.", ("34.6-33.5",)),
    SourceColumn("上り", "The horse's last 600 m, in seconds.", (33.6,)),
    SourceColumn(
        "馬体重",
        "Weight of the horse in kg, and the change since its last race. `計不`: not weighed.",
        ("408(+6)", "計不"),
    ),
    SourceColumn(
        "勝ち馬",
        "Name of the winner. If this horse won: the second horse in brackets.",
        ("(ハンレイナツヨン)", "ヒナガタヤマソング"),
    ),
    SourceColumn("賞金 (万円)", "Prize money in units of 10,000 yen.", (6200.0, None)),
    SourceColumn("page_number", "Page of the source from which the row was read.", (6,)),
    SourceColumn("jockey_id", "netkeiba's id of the jockey.", ("00001",)),
)

EXAMPLE_RACE = {column.header: column.examples[0] for column in SOURCE_COLUMNS}
"""One race of the sample data."""
