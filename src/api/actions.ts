/** What can be done to a run: cancel, pause, resume, run again, set its budget. */
import { createRoute, z } from '@hono/zod-openapi'
import { MOST_BUDGET, type BudgetUnit } from '../core/budget-range.ts'
import { InputError, quote } from '../core/errors.ts'
import { readFields } from '../core/request-body.ts'
import { parseBudget, parseRerun } from '../runs/budget-form.ts'
import { CANCEL_BOUNDS, cancelRuns, type CancelOutcome } from '../runs/cancel-runs.ts'
import { parseRunIds } from '../runs/run-ids.ts'
import { RUN_STATUSES } from '../runs/status.ts'
import { publicSummary } from '../runs/summary.ts'
import type { ApiDeps } from './api-env.ts'
import { createRoutes, type ApiRoutes } from './routes.ts'
import { FORM_ANSWERS, describeBody, failures, jsonAnswer, runParams, summarySchema } from './schemas.ts'

const answers = { 202: jsonAnswer(summarySchema, 'Accepted'), ...failures(400, 403, 404, 409) }
const formAnswers = { ...answers, ...FORM_ANSWERS }
const common = { tags: ['Runs'], request: { params: runParams }, responses: answers }

const cancelRun = createRoute({
  ...common,
  method: 'post',
  path: '/runs/{id}/cancel',
  responses: formAnswers,
  summary: 'Cancel a run; again is fine',
})
const outcomeSchema = z.object({
  run_id: z.string(),
  canceled: z.boolean().meta({ description: 'It is canceled now, or was before' }),
  status: z
    .enum(RUN_STATUSES)
    .nullable()
    .meta({ description: 'As it stands now; null for a run there is not' }),
  error: z.string().nullable().meta({ description: 'Why it is not canceled' }),
}) satisfies z.ZodType<CancelOutcome>

const cancelMany = createRoute({
  method: 'post',
  path: '/runs/cancel',
  tags: ['Runs'],
  summary: 'Cancel several runs, each by itself',
  description:
    'Says of every run what became of it; one that has ended does not keep the others from being canceled.',
  request: describeBody(
    z.object({
      ids: z.array(z.string()).min(CANCEL_BOUNDS.min).max(CANCEL_BOUNDS.max).meta({ description: 'Run ids' }),
    }),
  ),
  responses: {
    202: jsonAnswer(z.object({ runs: z.array(outcomeSchema) }), 'What became of each, in the order given'),
    ...FORM_ANSWERS,
    ...failures(400, 403, 413, 415),
  },
})
const deleteRun = createRoute({ ...common, method: 'delete', path: '/runs/{id}', summary: 'Cancel a run' })
const pauseRun = createRoute({
  ...common,
  method: 'post',
  path: '/runs/{id}/pause',
  responses: formAnswers,
  summary: 'Pause a run; its place is free for another',
})
const resumeRun = createRoute({
  ...common,
  method: 'post',
  path: '/runs/{id}/resume',
  responses: formAnswers,
  summary: 'Resume a paused run',
})

const rerunSchema = z
  .object({
    run_id: z.string().meta({ description: 'Of the new run' }),
    reused_steps: z.int().meta({ description: 'Steps taken over from the journal of the old one' }),
    saved_usd: z
      .number()
      .nullable()
      .meta({ description: 'What they had cost; null where a price is unknown' }),
    saved_ms: z.number().meta({ description: 'What they had taken' }),
  })
  .openapi('Rerun')

const rerunRun = createRoute({
  method: 'post',
  path: '/runs/{id}/rerun',
  tags: ['Runs'],
  summary: 'Run again, taking over the steps before one',
  description:
    'Without from_step a run that ended in error or was canceled goes on with all it had completed, and one that completed begins anew.',
  request: {
    params: runParams,
    ...describeBody(z.object({ from_step: z.string().optional().meta({ description: 'Key of a step' }) })),
  },
  responses: {
    202: jsonAnswer(rerunSchema, 'Launched'),
    ...FORM_ANSWERS,
    ...failures(400, 403, 404, 409, 413, 415, 429),
  },
})

function boundSchema(unit: BudgetUnit, number: z.ZodNumber | z.ZodInt) {
  return number
    .positive()
    .max(MOST_BUDGET[unit])
    .nullable()
    .optional()
    .meta({ description: 'The new bound; none for no bound; left out: as it is' })
}

const budgetRun = createRoute({
  method: 'post',
  path: '/runs/{id}/budget',
  tags: ['Runs'],
  summary: 'Set what the model calls of a run may come to; one paused for it goes on',
  request: {
    params: runParams,
    ...describeBody(
      z.object({
        usd: boundSchema('usd', z.number()),
        tokens: boundSchema('tokens', z.int()),
      }),
    ),
  },
  responses: { ...answers, ...FORM_ANSWERS, ...failures(413, 415) },
})

export function createActionRoutes({ desk, log }: ApiDeps): ApiRoutes {
  const routes = createRoutes()
  routes.openapi(cancelMany, async (c) => {
    const { ids, ...others } = await readFields(c.req.raw, { maxFields: CANCEL_BOUNDS.max })
    for (const name of Object.keys(others))
      throw new InputError(name, `unknown field ${quote(name)}; ids names the runs`)
    const runs = await cancelRuns(desk, parseRunIds(ids, CANCEL_BOUNDS), (error, runId) =>
      log.error({ err: error, run_id: runId }, 'a run could not be canceled'),
    )
    return c.json({ runs }, 202)
  })
  routes.openapi(cancelRun, async (c) =>
    c.json(publicSummary(await desk.cancel(c.req.valid('param').id)), 202),
  )
  routes.openapi(deleteRun, async (c) =>
    c.json(publicSummary(await desk.cancel(c.req.valid('param').id)), 202),
  )
  routes.openapi(pauseRun, async (c) => c.json(publicSummary(await desk.pause(c.req.valid('param').id)), 202))
  routes.openapi(resumeRun, async (c) =>
    c.json(publicSummary(await desk.resume(c.req.valid('param').id)), 202),
  )
  routes.openapi(rerunRun, async (c) => {
    const fromStep = parseRerun(await readFields(c.req.raw))
    return c.json(await desk.rerun(c.req.valid('param').id, fromStep), 202)
  })
  routes.openapi(budgetRun, async (c) => {
    const budget = parseBudget(await readFields(c.req.raw))
    return c.json(publicSummary(await desk.setBudget(c.req.valid('param').id, budget)), 202)
  })
  return routes
}
