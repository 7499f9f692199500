/** That what docs/multi-instrument.md tells a reader to type does what it says, against a served desk. */
import { execFile, execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { createTestCli, type Answer } from '../support/cli-context.ts'
import { createRunClient } from '../support/run-client.ts'
import { startServer } from '../support/server-process.ts'
import { createTempDesk } from '../support/temp-desk.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const DOCUMENT = readFileSync(join(ROOT, 'docs/multi-instrument.md'), 'utf8')
const hasCurl = (() => {
  try {
    return execFileSync('curl', ['--version']).length > 0
  } catch {
    console.info('multi-instrument-docs: its calls by curl are skipped, there is no curl on this machine')
    return false
  }
})()

/** The lines of the fenced blocks in one language. */
function readBlocks(language: string): string[] {
  return [...DOCUMENT.matchAll(/^```(\w+)\n([^]*?)^```$/gm)]
    .filter((block) => block[1] === language)
    .map((block) => block[2]!.trim())
}

const COMMANDS = readBlocks('sh').flatMap((block) => block.split('\n'))
const CANCELS = /cancel|-X DELETE/

async function serve() {
  const server = await startServer(createTempDesk())
  onTestFinished(async () => void (await server.kill('SIGKILL')))
  const client = createRunClient(server.url)
  const { batch_id, runs } = await client.launch('AAPL', '2012-06-29')
  const runId = runs[0]!.run_id
  await client.ended(runId)
  /** A command with what its placeholders stand for; what is canceled is a run of its own, perhaps over by then. */
  async function fill(line: string): Promise<string> {
    const id = CANCELS.test(line) ? (await client.launch('IBM', '2012-06-29')).runs[0]!.run_id : runId
    return line
      .replaceAll('RUN_ID', id)
      .replaceAll('BATCH_ID', batch_id)
      .replaceAll('http://127.0.0.1:8000', server.url)
  }
  return { url: server.url, fill }
}

test('its commands are of two kinds', () => {
  expect(COMMANDS.length).toBeGreaterThan(20)
  for (const line of COMMANDS) expect(line).toMatch(/^(curl|rundesk) /)
})

test('every command does its work', { timeout: 60_000 }, async () => {
  const { url, fill } = await serve()
  const call = async (line: string) => {
    const command = (await fill(line)).replace(/^curl /, `curl -sS --max-time 30 -w '\\n%{http_code}' `)
    const { stdout } = await promisify(execFile)('bash', ['-c', command])
    const status = Number(stdout.split('\n').at(-1))
    expect(CANCELS.test(line) ? [202, 409] : [200, 202], `${line} was answered ${stdout}`).toContain(status)
    if (line.includes('/events')) expect(stdout, line).toMatch(/^event: (done|completion)$/m)
  }
  const forward: Answer = ({ method, url: asked, body }) =>
    fetch(url + asked.pathname + asked.search, {
      method,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    })
  const type = async (line: string) => {
    const cli = createTestCli({ owner: 'server', answers: { 'GET /r*': forward, 'POST /*': forward } })
    const code = await cli.run(...(await fill(line)).split(' ').slice(1))
    if (CANCELS.test(line) && cli.stderr().includes('cannot be canceled')) return
    expect([line, code, cli.stderr().replace(/^A server owns.*\n/, '')]).toEqual([line, 0, ''])
    expect(cli.stdout()).not.toBe('')
  }
  const typed = COMMANDS.filter((line) => line.startsWith('rundesk '))
  const called = COMMANDS.filter((line) => line.startsWith('curl '))
  await Promise.all([...typed.map(type), ...(hasCurl ? called.map(call) : [])])
})

test('the scrape job and the example of a socket are of the addresses that there are', () => {
  expect(readBlocks('yaml')[0]).toContain("targets: ['127.0.0.1:8000']")
  expect(readBlocks('js')[0]).toContain('ws://127.0.0.1:8000/ws?run_id=RUN_ID')
  for (const file of [...DOCUMENT.matchAll(/\]\(([\w.-]+\.md)\)/g)].map((link) => link[1]!))
    expect(readFileSync(join(ROOT, 'docs', file), 'utf8').length).toBeGreaterThan(0)
  for (const page of ['README.md', 'CONTRIBUTING.md'])
    expect(readFileSync(join(ROOT, page), 'utf8')).toContain('(docs/multi-instrument.md)')
})
