// Mercurius on Fastify; jit: 1 compiles an operation at its second execution, and documents are cached by default.
import Fastify from 'fastify'
import mercurius from 'mercurius'
import { options, resolvers, typeDefs } from './common.mjs'

process.env.NODE_ENV = 'production'
const app = Fastify({ logger: false })
app.register(mercurius, { schema: typeDefs, resolvers, jit: 1 })
await app.listen({ host: '127.0.0.1', port: Number(options.port) })
