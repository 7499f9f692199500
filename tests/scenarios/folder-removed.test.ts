/** A trader who removes results by hand leaves an index that knows more than the disk: later work passes it over. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDesk } from '../../src/app.ts'
import { createSocketFetch } from '../../src/cli/socket-fetch.ts'
import { loadConfig } from '../../src/config.ts'
import { createTempDesk, type TempDesk } from '../support/temp-desk.ts'

/** As a command does it that owns the desk: how the run ended, and every line that the desk complained with. */
async function assess({ root, dataDir, resultsDir }: TempDesk, asOf: string) {
  const complaints: string[] = []
  const environment = { DATA_DIR: dataDir, RESULTS_DIR: resultsDir }
  const desk = await openDesk({
    ...loadConfig({ environment, envFile: join(root, 'no-such.env') }),
    recover: false,
    logLevel: 'warn',
    logTo: { write: (line) => void complaints.push(line) },
  })
  try {
    const fetch = createSocketFetch(desk.socketPath)
    const launched = await fetch('/start-multi', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ company_symbols: 'AAPL', as_of: asOf }),
    })
    const { runs } = (await launched.json()) as { runs: { run_id: string }[] }
    const path = `/runs/${runs[0]!.run_id}`
    // The stream ends after the event that ends the run.
    await (await fetch(`${path}/events`)).text()
    const { status } = (await (await fetch(`${path}/status`)).json()) as { status: string }
    return { status, complaints }
  } finally {
    await desk.close()
  }
}

test('a results folder that was removed by hand is passed over by later work', async () => {
  const place = createTempDesk()
  expect((await assess(place, '2012-06-28')).status).toBe('completed')
  rmSync(join(place.resultsDir, 'AAPL'), { recursive: true })
  expect(await assess(place, '2012-06-29')).toEqual({ status: 'completed', complaints: [] })
})
