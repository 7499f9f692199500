/**
 * The package as somebody installs it elsewhere: packed, unpacked into an empty folder with the dependencies it asks
 * for and no others, and used from there.
 */
import { execFile, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve, sep } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { runCli, startCli, type CliProcessOptions } from '../support/cli-process.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  version: string
  bin: { rundesk: string }
  dependencies: Record<string, string>
}

const place = mkdtempSync(join(tmpdir(), 'rundesk-package-'))
const installed = join(place, 'node_modules', 'rundesk')
const bin = join(place, 'node_modules', '.bin', 'rundesk')

beforeAll(async () => {
  const run = promisify(execFile)
  const npm = [
    'pack',
    '--offline',
    '--loglevel=error',
    `--cache=${join(place, 'cache')}`,
    `--pack-destination=${place}`,
  ]
  await run('npm', npm, { cwd: ROOT })
  const tarball = readdirSync(place).find((name) => name.endsWith('.tgz'))!
  mkdirSync(installed, { recursive: true })
  await run('tar', ['-xzf', join(place, tarball), '-C', installed, '--strip-components=1'])
  for (const name of Object.keys(manifest.dependencies)) {
    const target = join(place, 'node_modules', name)
    mkdirSync(dirname(target), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules', name), target)
  }
  mkdirSync(dirname(bin))
  symlinkSync(join('..', 'rundesk', manifest.bin.rundesk), bin)
}, 120_000)

afterAll(() => rmSync(place, { recursive: true, force: true }))

/** An empty folder to work in; the settings are the defaults, so data and results go there. */
function createWorkplace(node = process.execPath): CliProcessOptions {
  const cwd = mkdtempSync(join(place, 'work-'))
  return { cwd, command: [bin], env: { PATH: `${dirname(node)}${delimiter}${process.env.PATH}` } }
}

test('it holds what it needs and nothing else', () => {
  const top = readdirSync(installed).sort()
  expect(top).toEqual(['LICENSE', 'README.md', 'data', 'dist', 'docs', 'package.json', 'public', 'views'])
  expect(readdirSync(join(installed, 'dist'))).toEqual(['src'])
  expect(readdirSync(join(installed, 'data'))).toEqual(['sample'])
  const prompts = 'src/committee/prompts'
  expect(readdirSync(join(installed, 'dist', prompts)).sort()).toEqual(
    readdirSync(join(ROOT, prompts)).sort(),
  )
  expect(statSync(join(installed, manifest.bin.rundesk)).mode & 0o111).toBe(0o111)
})

test('it imports nothing that it does not ask for', () => {
  const files = readdirSync(join(installed, 'dist'), { recursive: true, encoding: 'utf8' })
  const imported = files
    .filter((name) => name.endsWith('.js'))
    .flatMap((name) => {
      const source = readFileSync(join(installed, 'dist', name), 'utf8')
      return [...source.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([@a-z][\w@/.:-]*)'/g)].map(
        (match) => match[1]!,
      )
    })
    .filter((specifier) => !specifier.startsWith('node:'))
    .map((specifier) =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    )
  expect(new Set(imported).size).toBeGreaterThan(5)
  expect([...new Set(imported)].filter((name) => !(name in manifest.dependencies))).toEqual([])
})

test('rundesk assess gives a verdict as one JSON document, and leaves its files where it was called', async () => {
  const workplace = createWorkplace()
  const { code, stdout } = await runCli(
    ['assess', '--tickers', 'AAPL', '--as-of', '2012-06-29', '--json'],
    workplace,
  )
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    runs: [{ ticker: 'AAPL', status: 'completed', decision: { schema_version: 1, ticker: 'AAPL' } }],
  })
  expect(readdirSync(workplace.cwd).sort()).toEqual(['data', 'results'])
})

const BUY_ONCE = `export default {
  form: 'signals', name: 'buy-once', title: 'Buy once', about: 'Buys on the second bar.', source: 'A test',
  parameters: [], constraint: null, tickers: 'one',
  signals(columns, params, out) { out.fill(0); out[1] = 1; return 1 },
}
`

test('the threads of the lab and strategies of one’s own work in it', async () => {
  const workplace = createWorkplace()
  const strategies = join(workplace.cwd, 'strategies')
  mkdirSync(strategies)
  writeFileSync(join(strategies, 'buy-once.mjs'), BUY_ONCE)
  const own = { ...workplace, env: { ...workplace.env, STRATEGIES_DIR: strategies } }
  const bought = await runCli(
    ['backtest', '--ticker', 'GOOG', '--strategy', 'buy-once', '--finalize', '--json'],
    own,
  )
  expect(bought.stderr).toBe('')
  expect(JSON.parse(bought.stdout)).toMatchObject({ stats: { trades: 1, win_rate_pct: 100 } })
})

test('rundesk serve answers, shows a page with its style and a run with its chart, and stops in order', async () => {
  const workplace = createWorkplace()
  const server = startCli(['serve', '--port', '0'], workplace)
  onTestFinished(() => void server.process.kill('SIGKILL'))
  const [line] = (await once(createInterface({ input: server.process.stdout! }), 'line')) as [string]
  const url = /^Rundesk is at (http:\/\/127\.0\.0\.1:\d+)$/.exec(line)![1]!
  expect((await fetch(`${url}/healthz`)).status).toBe(200)

  const html = (path: string) => fetch(url + path, { headers: { Accept: 'text/html' } })
  const home = await (await html('/')).text()
  const style = /href="([^"]+\.css[^"]*)"/.exec(home)![1]!
  expect((await fetch(new URL(style, url))).status).toBe(200)

  const { code, stdout } = await runCli(['assess', '--tickers', 'IBM', '--json'], workplace)
  expect(code).toBe(0)
  const { runs } = JSON.parse(stdout) as { runs: { run_id: string }[] }
  const run = await html(`/runs/${runs[0]!.run_id}`)
  expect(run.status).toBe(200)
  expect(await run.text()).toContain('<svg')

  server.process.kill('SIGTERM')
  expect((await server.ended).code).toBe(0)
})

test('rundesk --version is that of the package', async () => {
  expect((await runCli(['--version'], createWorkplace())).stdout).toBe(`${manifest.version}\n`)
})

/** A Node of the host's own, besides the one that runs the tests. */
const other = findOtherNode()

test.skipIf(other === null)('an older Node works, or is told in one line which one is needed', async () => {
  const [major = 0, minor = 0] = other!.version.slice(1).split('.').map(Number)
  const words = ['optimize', '--ticker', 'MSFT', '--grid', 'fast=5:8', '--grid', 'slow=20:23', '--json']
  const { code, stdout, stderr } = await runCli(words, createWorkplace(other!.path))
  if (major > 20 || (major === 20 && minor >= 19)) {
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ evaluated: 16 })
  } else {
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^Rundesk needs Node .*\n$/)
  }
})

function findOtherNode(): { path: string; version: string } | null {
  const folders = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes(`${sep}node_modules${sep}`))
  for (const folder of folders) {
    const path = join(folder, 'node')
    try {
      const version = execFileSync(path, ['--version'], { encoding: 'utf8' }).trim()
      if (version !== process.version) return { path, version }
    } catch {
      // No Node in this folder.
    }
  }
  return null
}
