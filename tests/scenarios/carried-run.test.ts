/** A run carried from one machine to another: assessed here, exported, imported there, the same there; kills in between. */
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { load } from 'cheerio'
import { expect, onTestFinished, test } from 'vitest'
import { runCli } from '../support/cli-process.ts'
import { createRunClient } from '../support/run-client.ts'
import { startServer, type ServerProcess } from '../support/server-process.ts'
import { createTempDesk, type TempDesk } from '../support/temp-desk.ts'
import { forgeBundle, readZip } from '../support/zip-maker.ts'

async function serve(desk: TempDesk): Promise<ServerProcess> {
  const server = await startServer(desk)
  onTestFinished(() => void server.kill('SIGKILL'))
  return server
}

/** Everything of a run that has an address, but for when it was imported. */
async function readEverything(url: string, runId: string): Promise<Record<string, unknown>> {
  const text = async (path: string, accept = 'application/json') => {
    const response = await fetch(`${url}/runs/${runId}${path}`, { headers: { Accept: accept } })
    expect([path, response.status]).toEqual([path, 200])
    return response.text()
  }
  const $ = load(await text('', 'text/html'))
  $('.facts span:contains("imported ")').remove()
  const regions = $('main [id^="run-"]')
    .toArray()
    .map((element) => [element.attribs.id, $.html(element).replaceAll(/\s+/g, ' ')])
  expect(regions.length).toBeGreaterThan(8)
  const paths = ['', '/status', '/tree', '/decision', '/journal', '/logs', '/logs/download']
  const answers = await Promise.all(paths.map(async (path) => [path, await text(path)] as const))
  return { ...Object.fromEntries(answers), page: Object.fromEntries(regions) }
}

/** Null where the server is gone before it answers. */
function sendBundle({ url }: ServerProcess, bytes: Buffer): Promise<Response | null> {
  const headers = { 'Content-Type': 'application/zip' }
  return fetch(`${url}/runs/import`, { method: 'POST', headers, body: new Uint8Array(bytes) }).catch(
    () => null,
  )
}

async function listAll(desk: TempDesk): Promise<string[]> {
  return (await readdir(desk.resultsDir, { recursive: true }).catch(() => [])).sort()
}

test(
  'a run is the same on the other machine, a changed bundle is refused, a kill leaves all or nothing',
  { timeout: 90_000 },
  async () => {
    const [here, there] = [createTempDesk(), createTempDesk()]
    const from = await serve(here)
    let to = await serve(there)
    const client = createRunClient(from.url)
    const runId = (await client.launch('AAPL', '2012-06-29')).runs[0]!.run_id
    await client.ended(runId)

    const file = join(here.root, `${runId}.zip`)
    const env = (desk: TempDesk) => ({ DATA_DIR: desk.dataDir, RESULTS_DIR: desk.resultsDir })
    const exported = await runCli(['export', runId], { cwd: here.root, env: env(here) })
    expect(exported).toMatchObject({ code: 0, stderr: '' })
    const bytes = await readFile(file)

    const forged = await forgeBundle(bytes, (files) => {
      const decision = JSON.parse(files.get('decision.json')!.toString()) as { action: string }
      files.set('decision.json', Buffer.from(`${JSON.stringify({ ...decision, action: 'SELL' }, null, 2)}\n`))
    })
    const refused = await sendBundle(to, forged)
    expect([refused?.status, await refused?.text()]).toEqual([
      400,
      expect.stringMatching(/decision\.json says something else than the journal/),
    ])
    expect(await listAll(there)).toEqual([])

    // Killed while the bundle is unpacked, and while it is given its place.
    const staged = () => listAll(there).then((names) => names.filter((name) => name.startsWith('.staging')))
    const moments: (() => Promise<boolean>)[] = [
      async () => (await staged()).some((name) => name.includes('/run')),
      async () => existsSync(join(there.resultsDir, 'AAPL')),
    ]
    let isThere = false
    for (const hasCome of moments) {
      const sending = sendBundle(to, bytes)
      while (!(await hasCome())) await setImmediate()
      await to.kill('SIGKILL')
      await sending
      to = await serve(there)
      const names = await listAll(there)
      isThere = names.length > 0
      expect(names.filter((name) => name.startsWith('.'))).toEqual([])
      const answer = await fetch(`${to.url}/runs/${runId}/status`)
      expect(answer.status).toBe(isThere ? 200 : 404)
      if (isThere) break
    }

    const imported = await runCli(['import', file], { cwd: here.root, env: env(there) })
    if (isThere) expect(imported.stderr).toMatch(/is here already, with the same content/)
    else expect(imported).toMatchObject({ code: 0, stdout: `${runId}\n`, stderr: '' })
    expect(await readEverything(to.url, runId)).toEqual(await readEverything(from.url, runId))
    const page = await fetch(`${to.url}/runs/${runId}`, { headers: { Accept: 'text/html' } })
    expect(load(await page.text())('.facts').text()).toMatch(/imported \S/)
    const verdicts = (await (await fetch(`${to.url}/verdicts?tickers=AAPL`)).json()) as { run_id: string }[]
    expect(verdicts.map((verdict) => verdict.run_id)).toEqual([runId])

    const again = Buffer.from(await (await fetch(`${to.url}/runs/${runId}/export`)).arrayBuffer())
    const withoutList = async (zip: Buffer) =>
      [...(await readZip(zip))].filter(([name]) => name !== 'bundle.json')
    expect(await withoutList(again)).toEqual(await withoutList(bytes))
    await Promise.all([from.kill('SIGTERM'), to.kill('SIGTERM')])
  },
)
