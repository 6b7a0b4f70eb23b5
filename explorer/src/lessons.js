// What the examples teach, in both languages: a title, and paragraphs of the comment above the query.

export const TEACHING = {
  LatestRaces: {
    en: {
      title: "The latest races",
      lesson: [
        "Welcome. Run this query with the ▶ button, or with Ctrl+Enter.",
        "Ask only for the fields you want: add one by typing inside { … } (Ctrl+Space completes), or by ticking boxes in the Fields panel. The documentation (first icon) describes every field.",
        "Races come newest first, as at the source. Without \"first\" you get the whole career.",
      ],
    },
    ja: {
      title: "最新のレース",
      lesson: [
        "ようこそ。▶ボタンか Ctrl+Enter で実行できます。",
        "必要なフィールドだけを取得します。{ … } の中に入力するか(Ctrl+Spaceで補完)、「フィールド」パネルで選択します。各フィールドの説明は先頭のアイコンから読めます。",
        "レースは元データと同じく新しい順です。first を省くと全成績を返します。",
      ],
    },
  },
  LongOdds: {
    en: {
      title: "Filter and order: places at long odds",
      lesson: [
        "Every field can be filtered and ordered by. This finds the first three on turf, from 1600 m, at the longest odds first.",
        "Filters have \"and\", \"or\" and \"not\"; Ctrl+Space lists the operators of a field.",
      ],
    },
    ja: {
      title: "絞り込みと並べ替え:人気薄での好走",
      lesson: [
        "どのフィールドでも絞り込みと並べ替えができます。この例は、芝1600m以上での3着以内を、単勝オッズの高い順に返します。",
        "条件は and、or、not で組み合わせます。使える演算子は Ctrl+Space で表示されます。",
      ],
    },
  },
  ByRacecourse: {
    en: {
      title: "Statistics by racecourse, with intervals",
      lesson: [
        "Rates by the rules of Japanese racing, each with its 95 % interval, in total and by racecourse.",
        "Ordering by the lower bound keeps a racecourse with one lucky ride from coming first. Other keys: DISTANCE_BAND, GOING, YEAR, FAVOURITE_BAND, and more.",
      ],
    },
    ja: {
      title: "競馬場別の成績と信頼区間",
      lesson: [
        "勝率などを全体と競馬場別に、95%信頼区間とともに集計します。",
        "区間の下限で並べると、騎乗数の少ない競馬場が偶然1位になることを避けられます。DISTANCE_BAND(距離帯)、GOING(馬場状態)、YEAR(年)、FAVOURITE_BAND(人気帯)などでも集計できます。",
      ],
    },
  },
  Compare: {
    en: {
      title: "Compare jockeys under the same conditions",
      lesson: [
        "Several jockeys on horses among the first three favourites. One filter applies to all of them.",
        "Intervals that overlap much do not show a difference.",
      ],
    },
    ja: {
      title: "同じ条件での騎手の比較",
      lesson: [
        "3番人気以内の馬に騎乗したときの成績を、騎手ごとに比較します。条件は全員に共通です。",
        "信頼区間が大きく重なる場合、差があるとは言えません。",
      ],
    },
  },
  Pages: {
    en: {
      title: "Page by page",
      lesson: [
        "A page at a time. Variables stand in the pane below, so the query itself never changes.",
        "For the next page, copy \"endCursor\" of the response into the variable \"after\", as long as \"hasNextPage\" is true.",
      ],
    },
    ja: {
      title: "ページ送り",
      lesson: [
        "1ページずつ取得します。値は下の変数欄に書くので、クエリは変わりません。",
        "hasNextPage が true の間、レスポンスの endCursor を変数 after に入れると次のページになります。",
      ],
    },
  },
  SideBySide: {
    en: {
      title: "Several jockeys at once",
      lesson: [
        "Up to 50 jockeys in one request, read in parallel and returned in the order of \"ids\". An id without a file gives null, not an error.",
        "A fragment names a set of fields that is used in several places.",
      ],
    },
    ja: {
      title: "複数の騎手を一度に取得",
      lesson: [
        "1回のリクエストで50人までを並列に読み、ids の順に返します。ファイルのないIDはエラーではなく null になります。",
        "フラグメントは、何度も使うフィールドの組に名前を付けます。",
      ],
    },
  },
  TypedAndRaw: {
    en: {
      title: "Typed values and the source's own text",
      lesson: [
        "Every cell is typed: times are in seconds, weights in kilograms, money in yen. The text of the source is available by \"raw\". An alias (\"text:\") renames a field in the response.",
      ],
    },
    ja: {
      title: "型のある値と元の文字列",
      lesson: [
        "すべてのセルに型があります。タイムは秒、重量はキログラム、賞金は円です。元の文字列は raw で取得できます。エイリアス(text: など)はレスポンスでの名前を変えます。",
      ],
    },
  },
  Provenance: {
    en: {
      title: "Where the data comes from",
      lesson: [
        "The file of a jockey: its version, its age, and each cell that could not be read (null in the records) with its original text.",
      ],
    },
    ja: {
      title: "データの出どころ",
      lesson: [
        "騎手のファイルの版と日時、そして読み取れなかったセル(成績では null)を元の文字列とともに返します。",
      ],
    },
  },
  Ticket: {
    en: {
      title: "Combinations and cost of a ticket",
      lesson: [
        "A trifecta wheel (3連単 1頭軸マルチ): its combinations and its cost in yen.",
        "Change type, method and numbers to calculate any bet of Japanese racing.",
      ],
    },
    ja: {
      title: "馬券の組み合わせ数と金額",
      lesson: [
        "3連単1頭軸流しマルチの点数と金額(円)を計算します。",
        "type(券種)、method(買い方)、番号を変えると、どの馬券でも計算できます。",
      ],
    },
  },
  PlanTicket: {
    en: {
      title: "A betting slip",
      lesson: [
        "A mutation: it puts a trio box into a new betting slip. Nothing is bought.",
        "The id of the slip is a secret: whoever knows it can read and change the slip. Read it again by slip(id: …). The variable \"race\" is date, racecourse (01 to 10) and number.",
      ],
    },
    ja: {
      title: "買い目の保存",
      lesson: [
        "ミューテーションの例です。3連複ボックスを新しい買い目リスト(スリップ)に入れます。購入はしません。",
        "スリップのIDを知る人は誰でも読み書きできるので、秘密にしてください。slip(id: …) で読み出せます。変数 race は日付、競馬場(01〜10)、レース番号です。",
      ],
    },
  },
  Leaders: {
    en: {
      title: "Leading jockeys",
      lesson: [
        "The leaders by wins (リーディング), here on turf. Equals share a rank.",
        "\"year\" selects a year, \"statistic\" another figure.",
      ],
    },
    ja: {
      title: "リーディング",
      lesson: [
        "勝利数の上位を返します。この例は芝に限ります。同数の騎手は同じ順位です。",
        "year で年を、statistic で別の指標を指定できます。",
      ],
    },
  },
  RidesOfAll: {
    en: {
      title: "All rides: who wins with outsiders, and where",
      lesson: [
        "The rides of all jockeys as one collection: filtered, grouped by jockey and racecourse. Each ride knows the horse's previous run, such as the days off and a change of jockey (乗り替わり).",
      ],
    },
    ja: {
      title: "全騎乗:人気薄に強い騎手と競馬場",
      lesson: [
        "全騎手の騎乗をまとめて絞り込み、騎手と競馬場で集計します。各騎乗には、休養日数や乗り替わりなど、馬の前走の情報もあります。",
      ],
    },
  },
  Races: {
    en: {
      title: "Races with their runners",
      lesson: [
        "The newest open races, put together from the files of all jockeys. A runner whose jockey has no file here is known by its number only.",
      ],
    },
    ja: {
      title: "レースと出走馬",
      lesson: [
        "新しい順のオープン競走です。各騎手のファイルから組み立てるため、ファイルのない騎手の馬は馬番だけになります。",
      ],
    },
  },
  RaceDays: {
    en: {
      title: "Race days",
      lesson: ["The days with races, and the races of each. \"from\" and \"to\" select a period."],
    },
    ja: {
      title: "開催日",
      lesson: ["開催日と、その日のレースを返します。from と to で期間を指定できます。"],
    },
  },
  Search: {
    en: {
      title: "Search by name",
      lesson: [
        "Jockeys and horses by a part of the name, or jockeys by id. Hiragana finds katakana; character width does not matter. Change the variable \"text\".",
      ],
    },
    ja: {
      title: "名前で検索",
      lesson: [
        "名前の一部で騎手と馬を、IDで騎手を検索します。ひらがなでカタカナも見つかり、全角と半角は区別しません。変数 text を書き換えてください。",
      ],
    },
  },
};
