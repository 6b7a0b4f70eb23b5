// What the Node peers share: their arguments, the rows, the schema and its resolvers, written by hand.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

export const { values: options } = parseArgs({
  options: { port: { type: 'string' }, data: { type: 'string' }, jit: { type: 'boolean' } },
})
const rows = JSON.parse(readFileSync(`${options.data}/rows.json`, 'utf8'))
export const typeDefs = readFileSync(`${options.data}/schema.graphql`, 'utf8')

function records(_, { filter, first }) {
  if (!filter) return { nodes: first == null ? rows : rows.slice(0, first) }
  const { going, distance } = filter
  const passes = (row) => row.going === going.eq && row.distance >= distance.gte && row.distance <= distance.lte
  return { nodes: rows.filter(passes) }
}

function groupBy({ nodes }) {
  const groups = new Map()
  for (const { distance, winOdds, finishPosition } of nodes) {
    let group = groups.get(distance)
    if (!group) groups.set(distance, (group = { rides: 0, wins: 0, placed: 0, positions: 0 }))
    if (winOdds !== null) group.rides += 1
    if (finishPosition !== null) {
      group.placed += 1
      group.positions += finishPosition
      if (finishPosition === 1) group.wins += 1
    }
  }
  return [...groups]
    .sort(([one], [other]) => one - other)
    .map(([distance, { rides, wins, placed, positions }]) => ({
      key: { distance },
      statistics: { ridesWithOdds: rides, wins, averageFinishPosition: placed ? positions / placed : null },
    }))
}

export const resolvers = {
  Query: { jockey: (_, { id }) => (id === rows[0].jockeyId ? {} : null) },
  Jockey: { records },
  RaceRecordConnection: { groupBy },
}
