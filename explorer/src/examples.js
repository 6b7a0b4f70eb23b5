// The example queries of the explorer: the one place to change them.
//
// The first OPEN of them are the tabs that a new visitor finds; all are in the Examples panel. A tab is named after
// its operation. The comment above a query is what a newcomer reads, so let it teach one thing. `variables` is JSON.
// Lines of at most 40 characters fit beside an open panel. Ids are those of jockeys that the storage holds: the page
// names them; `notice` says why where they are of the sample data instead (`graphql-api sample`).

const { jockeys, notice } = document.getElementById("explorer").dataset;
const held = jockeys.split(" ");
const [jockey] = held;
/** The ids of several jockeys, the last of which has no file. */
const several = JSON.stringify([...held, "99999"]).replaceAll(",", ", ");

/** A text as lines of a comment. */
function comment(text) {
  const lines = [""];
  for (const word of text.split(" ")) {
    if (lines.at(-1).length + word.length > 37) lines.push("");
    lines.push(`${lines.pop()} ${word}`.trim());
  }
  return lines.map((line) => `# ${line}\n`).join("");
}

const warning = notice ? `${comment(notice)}#\n` : "";

export const OPEN = 4;

/** The text of an example's variables, as the editors want it. */
export const json = (variables) => (variables ? JSON.stringify(variables, null, 2) : "");

export const examples = [
  {
    title: "The latest races",
    query: `${warning}# Welcome. Run this query with the ▶
# button, or with Ctrl+Enter.
#
# Ask for the fields you want and for no
# others: add one by typing inside { … }
# (Ctrl+Space completes), or by ticking
# boxes in the Explorer panel on the
# left. The documentation (first icon)
# describes every field.
#
# Races come newest first, as at the
# source. Without "first" you get the
# whole career.

query LatestRaces {
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
    title: "Page by page",
    query: `# A page at a time. Variables stand in
# the pane below, so the query itself
# never changes.
#
# For the next page, copy "endCursor" of
# the answer into the variable "after",
# as long as "hasNextPage" is true.

query Pages($id: ID!, $size: Int!, $after: String) {
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
    title: "Several jockeys at once",
    query: `# Up to 50 jockeys in one request, read
# in parallel and answered in the order
# of "ids". An id without a file gives
# null, not an error.
#
# A fragment names a set of fields, to
# be used in several places.

query SideBySide {
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
    title: "Typed values and the source's own text",
    query: `# Every cell is typed: times are
# seconds, weights kilograms, money yen.
# What the source wrote stays within
# reach by "raw". An alias ("text:")
# names a field anew in the answer.

query TypedAndRaw {
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
    title: "Where the data comes from",
    query: `# The file behind a jockey: its version,
# its age, and each cell that could not
# be read (null in the records) with the
# text that stood there.

query Provenance {
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
];
