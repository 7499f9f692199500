/**
 * What the lab's forms do: start a job, or run a trial of a search as a backtest of its own. A browser is sent to the
 * run's page, or shown its form once more with what was refused. Programs have `POST /jobs`.
 */
import { Hono } from 'hono'
import { InputError } from '../core/errors.ts'
import { describeFailure } from '../core/http-error.ts'
import { parseRunId } from '../core/ids.ts'
import { listTyped, readFields } from '../core/request-body.ts'
import { parseJobForm } from '../lab/job-form.ts'
import { parseJobKind } from '../lab/job-inputs.ts'
import type { LabDesk } from '../lab/lab-desk.ts'
import type { RunDesk } from '../runs/desk.ts'
import type { Documents } from './documents.ts'
import type { JobPageResolver } from './page.ts'
import { parseTrialNumber, readTrialInput } from './trial-input.ts'
import type { WebEnv } from './web-env.ts'

export interface LabRoutesDeps {
  desk: RunDesk
  lab: LabDesk
  resolveJobPage: JobPageResolver
  documents: Documents
}

/** Three for each parameter of a search beside the rest. */
const MAX_FORM_FIELDS = 256

export function createLabRoutes({ desk, lab, resolveJobPage, documents }: LabRoutesDeps): Hono<WebEnv> {
  const routes = new Hono<WebEnv>()

  routes.post('/lab/new', async (c) => {
    const fields = await readFields(c.req.raw, { maxFields: MAX_FORM_FIELDS })
    try {
      const launched = await desk.launch([await parse(fields)])
      return c.redirect(`/runs/${encodeURIComponent(launched.runs[0]!.run_id)}`, 303)
    } catch (error) {
      const failure = describeFailure(error)
      if (failure.isFault) throw error
      for (const [name, value] of Object.entries(failure.headers)) c.header(name, value)
      const field = error instanceof InputError ? error.field : null
      const page = await resolveJobPage(listTyped(fields), { field, message: failure.message })
      return c.html(await documents.renderLoose(page, '/lab/new'), failure.status)
    }
  })

  routes.post('/runs/:id/trials/:trial/backtest', async (c) => {
    const runId = c.req.param('id')
    parseRunId(runId)
    const trial = parseTrialNumber(c.req.param('trial'))
    const { params } = await lab.inspectTrial(runId, trial)
    const input = readTrialInput(await desk.state(runId), params)
    const launched = await desk.launch([{ kind: 'backtest', input }])
    return c.redirect(`/runs/${encodeURIComponent(launched.runs[0]!.run_id)}`, 303)
  })

  return routes

  async function parse(fields: Record<string, unknown>) {
    const kind = parseJobKind([fields.kind].flat().at(-1))
    const name = [fields.strategy].flat().at(-1)
    if (kind === 'train') return parseJobForm(fields, null)
    if (typeof name !== 'string' || name === '')
      throw new InputError('strategy', 'strategy is empty: choose one')
    return parseJobForm(fields, await lab.catalog.find(name))
  }
}
