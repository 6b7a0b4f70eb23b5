// GraphQL Yoga on node:http; parse and validation caches are on by default, --jit adds its GraphQL JIT plugin.
import { createServer } from 'node:http'
import { useGraphQlJit } from '@envelop/graphql-jit'
import { createSchema, createYoga } from 'graphql-yoga'
import { options, resolvers, typeDefs } from './common.mjs'

const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers }),
  logging: false,
  plugins: options.jit ? [useGraphQlJit()] : [],
})
createServer(yoga).listen(Number(options.port), '127.0.0.1')
