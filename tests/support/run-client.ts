/** What a test asks of a running server over HTTP. */
import type { RunEvent } from '../../src/runs/event.ts'
import type { PublicSummary } from '../../src/runs/summary.ts'

export interface RunClient {
  launch(
    tickers: string,
    asOf: string,
    /** Further fields of the launch. */
    fields?: Record<string, unknown>,
  ): Promise<{ batch_id: string; runs: { run_id: string; ticker: string }[] }>
  summary(runId: string): Promise<PublicSummary>
  decision(runId: string): Promise<Record<string, unknown>>
  journal(runId: string): Promise<RunEvent[]>
  /** Follows the event stream until the run has ended. */
  ended(runId: string): Promise<PublicSummary>
}

export function createRunClient(url: string): RunClient {
  async function ask<T>(path: string, init?: RequestInit): Promise<T> {
    const response = await fetch(url + path, init)
    const text = await response.text()
    if (!response.ok) throw new Error(`${init?.method ?? 'GET'} ${path}: ${response.status} ${text}`)
    return JSON.parse(text) as T
  }
  const runPath = (runId: string) => `/runs/${encodeURIComponent(runId)}`
  return {
    launch: (tickers, asOf, fields = {}) =>
      ask('/start-multi', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ company_symbols: tickers, as_of: asOf, ...fields }),
      }),
    summary: (runId) => ask(`${runPath(runId)}/status`),
    decision: (runId) => ask(`${runPath(runId)}/decision`),
    async journal(runId) {
      const text = await (await fetch(`${url}${runPath(runId)}/journal`)).text()
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as RunEvent)
    },
    async ended(runId) {
      const response = await fetch(`${url}${runPath(runId)}/events`)
      for await (const _chunk of response.body!) {
        // The stream ends after the event that ends the run.
      }
      return ask(`${runPath(runId)}/status`)
    },
  }
}
