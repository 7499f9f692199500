/** One run: its whole state, its summary, its tree, its journal. */
import { createRoute, z } from '@hono/zod-openapi'
import { encodeLine } from '../core/ndjson.ts'
import type { RunEvent } from '../runs/event.ts'
import type { RunState } from '../runs/state.ts'
import { publicSummary, type Summary } from '../runs/summary.ts'
import { nestTree } from '../runs/tree.ts'
import type { ApiDeps } from './api-env.ts'
import { withHtml } from './decision.ts'
import { createRoutes, type ApiRoutes } from './routes.ts'
import {
  failures,
  jsonAnswer,
  jsonOrPage,
  nodeSchema,
  runParams,
  strictQuery,
  summarySchema,
  wholeNumber,
} from './schemas.ts'

const request = { params: runParams }

const usageSchema = z
  .object({
    calls: z.int(),
    input_tokens: z.int(),
    output_tokens: z.int(),
    cost_usd: z.number().nullable().meta({ description: 'Null where the price of a model is unknown' }),
  })
  .openapi('Usage')

const stateSchema = summarySchema
  .extend({
    seq: z.int().meta({ description: 'The last event of the journal' }),
    input: z.any(),
    parent: z.object({ run_id: z.string(), key: z.string() }).nullable(),
    decision: z.any().meta({ description: 'As /runs/{id}/decision; null until there is one' }),
    execution_tree: z.array(nodeSchema),
    content: z.record(z.string(), z.string()).meta({ description: 'What each node has written, by node id' }),
    detail_by_node: z
      .record(z.string(), z.record(z.string(), z.any()))
      .meta({ description: 'Of tool calls: `key` of the step, `args`, and once they ended `result_bytes`' }),
    usage: usageSchema,
    usage_by_node: z.record(z.string(), usageSchema),
    budget: z.object({ usd: z.number().nullable(), tokens: z.number().nullable() }),
    paused_because: z.string().nullable(),
    reuse: z.object({ run_id: z.string(), from_step: z.string().nullable() }).nullable(),
    log_last_seq: z.int(),
  })
  .openapi('Run')

const showRun = createRoute({
  method: 'get',
  path: '/runs/{id}',
  tags: ['Runs'],
  summary: 'The whole state of a run',
  request,
  responses: { 200: jsonOrPage(stateSchema, 'State'), ...failures(400, 404) },
})

const showStatus = createRoute({
  method: 'get',
  path: '/runs/{id}/status',
  tags: ['Runs'],
  summary: 'The summary of a run',
  request,
  responses: { 200: jsonAnswer(summarySchema, 'Summary'), ...failures(400, 404) },
})

const showTree = createRoute({
  method: 'get',
  path: '/runs/{id}/tree',
  tags: ['Runs'],
  summary: 'The execution tree of a run',
  request,
  responses: { 200: jsonAnswer(z.array(nodeSchema), 'Top nodes with their children'), ...failures(400, 404) },
})

const showJournal = createRoute({
  method: 'get',
  path: '/runs/{id}/journal',
  tags: ['Runs'],
  summary: 'The events of a run, one JSON object a line',
  request: { ...request, query: strictQuery({ after: wholeNumber(0, Number.MAX_SAFE_INTEGER) }) },
  responses: {
    200: { description: 'Events', content: { 'application/x-ndjson': { schema: z.string() } } },
    ...failures(400, 404),
  },
})

export function createRunRoutes({ desk }: ApiDeps): ApiRoutes {
  const routes = createRoutes()
  routes.openapi(showRun, async (c) => {
    const { id } = c.req.valid('param')
    const summary = desk.summary(id)
    return c.json(describeState(summary, await desk.state(id)), 200)
  })
  routes.openapi(showStatus, (c) => c.json(publicSummary(desk.summary(c.req.valid('param').id)), 200))
  routes.openapi(showTree, async (c) => {
    const state = await desk.state(c.req.valid('param').id)
    return c.json(treeOf(state), 200)
  })
  routes.openapi(showJournal, async (c) => {
    const { id } = c.req.valid('param')
    desk.summary(id)
    const body = await streamLines(desk.events(id, c.req.valid('query').after ?? 0))
    // The framework's types take NDJSON for JSON.
    return c.body(body, 200, { 'Content-Type': 'application/x-ndjson' }) as never
  })
  return routes
}

function describeState(summary: Summary, state: RunState) {
  const decision = state.decision as Record<string, unknown> | null
  return {
    ...publicSummary(summary),
    seq: state.seq,
    input: state.input as unknown,
    parent: state.parent,
    decision: decision && withHtml(decision),
    execution_tree: treeOf(state),
    content: Object.fromEntries(Object.entries(state.content).map(([id, written]) => [id, written.text])),
    detail_by_node: listDetails(state),
    usage: state.usage,
    usage_by_node: state.usage_by_node,
    budget: state.budget,
    paused_because: state.paused_because,
    reuse: state.reuse && { run_id: state.reuse.run_id, from_step: state.reuse.from_step },
    log_last_seq: state.log.last_seq,
  }
}

function listDetails({ nodes }: RunState): Record<string, Record<string, unknown>> {
  return Object.fromEntries(
    Object.values(nodes).flatMap(({ id, detail }) => (detail === null ? [] : [[id, detail] as const])),
  )
}

function treeOf(state: RunState) {
  return nestTree({ nodes: state.nodes, order: state.node_order })
}

/** Reads the first event before it answers, so that a journal that cannot be read is an error and not an empty file. */
async function streamLines(events: AsyncIterable<RunEvent>): Promise<ReadableStream<Uint8Array>> {
  const iterator = events[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  let next = await iterator.next()
  return new ReadableStream({
    async pull(controller) {
      if (next.done) return controller.close()
      controller.enqueue(encoder.encode(encodeLine(next.value)))
      next = await iterator.next()
    },
    async cancel() {
      await iterator.return?.()
    },
  })
}
