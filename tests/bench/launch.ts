/** Launching assessments at a running product, and asking how far they are. */
import type { Summary } from '../../src/runs/summary.ts'
import { request } from './product-server.ts'

const AS_OF = '2012-06-29'

export async function launch(
  origin: string,
  tickers: string,
  asOf = AS_OF,
  fields: Record<string, string> = {},
): Promise<{ batchId: string; runIds: string[] }> {
  const form = { company_symbols: tickers, as_of: asOf, ...fields }
  const { status, body } = await request(`${origin}/start-multi`, { form, accept: 'application/json' })
  if (status !== 202) throw new Error(`the launch of ${tickers} was answered ${status}: ${body.toString()}`)
  const { batch_id: batchId, runs } = JSON.parse(body.toString()) as {
    batch_id: string
    runs: { run_id: string }[]
  }
  return { batchId, runIds: runs.map((run) => run.run_id) }
}

export async function listStatuses(origin: string, batchId: string): Promise<Summary[]> {
  const { body } = await request(`${origin}/runs?batch=${encodeURIComponent(batchId)}`, {
    accept: 'application/json',
  })
  return JSON.parse(body.toString()) as Summary[]
}
