// What the Node peers share: their arguments, the rows, the schema and its resolvers.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

export const { values: options } = parseArgs({
  options: { port: { type: 'string' }, data: { type: 'string' }, jit: { type: 'boolean' } },
})
const rows = JSON.parse(readFileSync(`${options.data}/rows.json`, 'utf8'))
export const typeDefs = readFileSync(`${options.data}/schema.graphql`, 'utf8')
export const resolvers = {
  Query: { jockey: (_, { id }) => (id === rows[0].jockeyId ? {} : null) },
  Jockey: { records: (_, { first }) => ({ nodes: first == null ? rows : rows.slice(0, first) }) },
}
