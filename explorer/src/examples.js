// The example queries of the explorer: the one place to change them.
//
// The first OPEN of them are the tabs that a new visitor finds; all are in the Examples panel. A tab is named after
// its operation. The comment above a query is what a newcomer reads, so let it teach one thing. `variables` is JSON,
// `archive` marks what only an archive can answer. Lines of at most 40 columns fit beside an open panel. Ids are those
// of jockeys that the storage holds: the page names them; `notice` says why where they are of the sample data instead
// (`graphql-api sample`).

import { language } from "./language.js";
import { TEACHING } from "./lessons.js";

const { jockeys, notice } = document.getElementById("explorer").dataset;
const held = jockeys.split(" ");
const [jockey] = held;
const written = (ids) => JSON.stringify(ids).replaceAll(",", ", ");
/** The ids of several jockeys, the last of which has no file. */
const several = written([...held, "99999"]);

/** Columns of a comment's line; on a phone, half the screen is the editor. */
const COLUMNS = matchMedia("(max-width: 30rem)").matches ? 26 : 37;

/** Columns that a text takes: Japanese letters are two wide. */
const width = (text) => [...text].reduce((sum, letter) => sum + (letter > "\u2e7f" ? 2 : 1), 0);

/** The parts of a text between which a line may end: words, and single Japanese letters with what closes them. */
const pieces = (text) => text.match(/[^\s\u2e80-\uffff]+[、。)」]*|[「(]*[\u2e80-\uffff][、。)」]*|\s+/g) ?? [];

/** A text as lines of a comment. */
function comment(text) {
  const lines = [""];
  for (const piece of pieces(text)) {
    if (width(lines.at(-1) + piece.trimEnd()) > COLUMNS) lines.push("");
    lines.push((lines.pop() + piece).trimStart());
  }
  return lines.map((line) => `# ${line.trimEnd()}\n`).join("");
}

export const OPEN = 4;

/** The next day in Japan: `20240601`. */
function tomorrow() {
  const day = new Date(Date.now() + 86_400_000);
  return day.toLocaleDateString("sv-SE", { timeZone: "Asia/Tokyo" }).replaceAll("-", "");
}

const QUERIES = [
  {
    name: "LatestRaces",
    query: `{
  jockey(id: "${jockey}") {
    name
    records(first: 20) {
      totalCount
      nodes {
        date
        racecourse
        raceName
        grade
        surface
        distance
        going
        horseName
        favouriteRank
        finishPosition
        finishStatus
        finishTime
        prizeMoney
      }
    }
  }
}
`,
  },
  {
    name: "LongOdds",
    query: `{
  jockey(id: "${jockey}") {
    records(
      filter: {
        surface: { eq: TURF }
        distance: { gte: 1600 }
        finishPosition: { lte: 3 }
      }
      orderBy: [
        { field: WIN_ODDS, direction: DESC }
        { field: DATE, direction: DESC }
      ]
      first: 10
    ) {
      totalCount
      nodes {
        date
        racecourse
        raceName
        horseName
        winOdds
        finishPosition
      }
    }
  }
}
`,
  },
  {
    name: "ByRacecourse",
    query: `{
  jockey(id: "${jockey}") {
    records {
      statistics {
        rides
        wins
        winRate
        winRateInterval { lower upper }
        winReturnRate
      }
      groupBy(
        by: [RACECOURSE]
        having: { rides: { gte: 3 } }
        orderBy: [{
          field: WIN_RATE_LOWER
          direction: DESC
        }]
      ) {
        key { racecourse }
        statistics {
          rides
          wins
          winRate
          winRateInterval { lower upper }
        }
      }
    }
  }
}
`,
  },
  {
    name: "Compare",
    query: `{
  compareJockeys(
    ids: ${written(held)}
    filter: { favouriteRank: { lte: 3 } }
  ) {
    jockey { id name }
    statistics {
      rides
      winRate
      winRateInterval { lower upper }
      top3Rate
      winReturnRate
    }
  }
}
`,
  },
  {
    name: "Pages",
    declared: "($id: ID!, $size: Int!, $after: String)",
    query: `{
  jockey(id: $id) {
    records(first: $size, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        date
        raceName
        horseName
        finishPosition
        winOdds
      }
    }
  }
}
`,
    variables: { id: jockey, size: 10, after: null },
  },
  {
    name: "SideBySide",
    query: `{
  jockeysByIds(ids: ${several}) {
    id
    name
    records(first: 3) {
      totalCount
      nodes {
        ...Result
      }
    }
  }
}

fragment Result on RaceRecord {
  date
  horseName
  finishPosition
  margin
}
`,
  },
  {
    name: "TypedAndRaw",
    query: `{
  jockey(id: "${jockey}") {
    records(first: 10) {
      nodes {
        finishTime
        finishText: raw(column: FINISH_TIME)
        cornerPositions
        cornersText: raw(column: CORNER_POSITIONS)
        bodyWeight
        bodyWeightChange
        weightText: raw(column: BODY_WEIGHT)
        prizeMoney
        prizeText: raw(column: PRIZE_MONEY)
      }
    }
  }
}
`,
  },
  {
    name: "Provenance",
    query: `{
  jockey(id: "${jockey}") {
    source {
      etag
      lastModified
      sizeBytes
      rows
      stale
      warnings {
        row
        column
        raw
        code
      }
    }
  }
}
`,
  },
  {
    name: "Ticket",
    query: `{
  ticketCount(
    ticket: {
      type: TRIFECTA
      method: WHEEL
      axes: [7]
      partners: [1, 2, 3]
      multi: true
      unitStake: 200
    }
  ) {
    combinations
    cost
    list(first: 5)
  }
}
`,
  },
  {
    name: "PlanTicket",
    kind: "mutation",
    declared: "($race: ID!)",
    query: `{
  addToSlip(
    raceId: $race
    ticket: {
      type: TRIO
      method: BOX
      numbers: [4, 5, 10, 14]
      unitStake: 100
    }
  ) {
    slip {
      id
      total
      items { type cost warnings { code } }
    }
  }
}
`,
    variables: { race: `${tomorrow()}_05_11` },
  },
  {
    name: "Leaders",
    archive: true,
    query: `{
  leaders(
    filter: { surface: { eq: TURF } }
    first: 10
  ) {
    rank
    value
    jockey { id name }
    statistics {
      rides
      winRate
      gradedWins
      prizeMoney
    }
  }
}
`,
  },
  {
    name: "RidesOfAll",
    archive: true,
    query: `{
  rides(filter: { favouriteRank: { gte: 6 } }) {
    totalCount
    groupBy(
      by: [JOCKEY, RACECOURSE]
      having: { rides: { gte: 5 } }
      orderBy: [{
        field: WIN_RATE_LOWER
        direction: DESC
      }]
      first: 10
    ) {
      key { jockey { id name } racecourse }
      statistics { rides wins winRate }
      rides(first: 1) {
        nodes { horseName daysOff jockeyChanged }
      }
    }
  }
}
`,
  },
  {
    name: "Races",
    archive: true,
    query: `{
  races(
    filter: { raceClass: { eq: OPEN } }
    orderBy: [{ field: DATE, direction: DESC }]
    first: 5
  ) {
    nodes {
      id
      date
      racecourse
      name
      surface
      distance
      winners { horseName }
      runners(orderBy: FINISH_POSITION) {
        horseNumber
        horseName
        jockeyName
        winOdds
        finishPosition
      }
    }
  }
}
`,
  },
  {
    name: "RaceDays",
    archive: true,
    query: `{
  raceDays(first: 2) {
    nodes {
      date
      racecourses
      raceCount
      races { id racecourse raceNumber name }
    }
  }
}
`,
  },
  {
    name: "Search",
    archive: true,
    declared: "($text: String!)",
    query: `{
  search(query: $text, first: 5) {
    jockeys { id name }
    horses {
      name
      rideCount
      wins
      riders(first: 3) {
        key { jockey { id name } }
        statistics { rides wins }
      }
    }
  }
}
`,
    variables: { text: "あ" },
  },
];

/** An example in a language: the texts, and the query with its lesson above it. */
function made({ name, kind = "query", declared = "", query, ...rest }, tongue, place) {
  const { title, lesson } = TEACHING[name][tongue];
  const paragraphs = place === 0 && notice ? [notice, ...lesson] : lesson;
  const above = paragraphs.map(comment).join("#\n");
  return { ...rest, title, lesson: lesson[0], query: `${above}\n${kind} ${name}${declared} ${query}` };
}

const inLanguage = (tongue) => QUERIES.map((each, place) => made(each, tongue, place));

export const examples = inLanguage(language);

/** The query of an untouched example in another language; any other text as it is. */
export function translated(query, tongue) {
  const place = examples.findIndex((each) => each.query === query);
  return place < 0 ? query : inLanguage(tongue)[place].query;
}
