import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ConflictError, NotFoundError } from '../../src/core/errors.ts'
import { sha256 } from '../../src/core/json.ts'
import type { RunEvent } from '../../src/runs/event.ts'
import { EMPTY_LOG } from '../../src/runs/log-ring.ts'
import { createFilePlace } from '../support/file-storage.ts'
import { checkpointOf, eventOf, identityOf, runIdOf, summaryOf } from '../support/run-facts.ts'
import { logOf, reportsOf, stateOf, stepStarted } from '../support/run-states.ts'

const runId = runIdOf()
const decision = { action: 'BUY', confidence: 0.6, markdown: '# Buy\n\nBecause.' }

async function createRun() {
  const place = await createFilePlace()
  const storage = place.open()
  const journal = await storage.journals.create(identityOf(runId))
  onTestFinished(() => journal.close())
  const folder = await storage.directories.get(runId)
  return {
    ...storage,
    place,
    journal,
    folder,
    /** Stores the events and has them followed, as the engine does. */
    async commit(...events: RunEvent[]) {
      await journal.append(events, { sync: true })
      for (const event of events) storage.results.follow(stateOf({ seq: event.seq }), event)
    },
    read: (name: string) => readFile(join(folder, name), 'utf8'),
  }
}

const created = eventOf(1, { type: 'run_created', ...identityOf(runId) })
const lineOf = (seq: number, source: string, message: string) =>
  `2026-11-20T10:00:00.${String(seq).padStart(3, '0')}Z INFO  ${source}  ${message}\n`

describe('the log files of a run', () => {
  it('grow with it: run.log with every line, message_tool.log with those of agents and tools', async () => {
    const { commit, results, read } = await createRun()
    await commit(created, logOf(2, 'a', 'loading bars'), logOf(3, 'a', 'I lean long', 'trader'))
    await results.flush()
    await commit(eventOf(4, { type: 'step_completed', key: 'a', result: 1 }))
    const tool = {
      ts: Date.parse(created.at) + 4,
      severity: 'WARN',
      source: 'tool',
      agent_id: null,
      message: 'sma {"n":5}',
    }
    await commit(eventOf(5, { type: 'log_appended', key: 'a', entries: [tool] }))
    await results.flush()
    const agents = lineOf(3, 'trader', 'I lean long') + '2026-11-20T10:00:00.005Z WARN  tool  sma {"n":5}\n'
    expect(await read('artifacts/run.log')).toBe(lineOf(2, 'engine', 'loading bars') + agents)
    expect(await read('message_tool.log')).toBe(agents)
  })

  it('keep a message of several lines recognisable as one entry', async () => {
    const { commit, results, read } = await createRun()
    await commit(created, logOf(2, null, 'first\nsecond\r\nthird'))
    await results.flush()
    expect(await read('artifacts/run.log')).toBe(lineOf(2, 'engine', 'first\n    second\n    third'))
  })

  it('hold each line once after a crash, whatever had reached the disk', async () => {
    const { journal, folder, place } = await createRun()
    const events = [created, stepStarted(2, 'a'), logOf(3, 'a', 'one', 'bull'), logOf(4, null, 'two')]
    await journal.append(events, { sync: true })
    await journal.close()
    await mkdir(join(folder, 'artifacts'))
    await writeFile(join(folder, 'artifacts', 'run.log'), lineOf(3, 'bull', 'one') + '2026-11-20T10:0')

    const again = place.open()
    const opened = await again.journals.open(runId)
    const resumed = [
      eventOf(5, { type: 'run_resumed', reason: 'start' }),
      stepStarted(6, 'a', 2),
      logOf(7, 'a', 'three'),
    ]
    for (const event of resumed) {
      await opened.journal.append([event], { sync: true })
      again.results.follow(stateOf({ seq: event.seq }), event)
    }
    await again.results.flush()
    // The lines of the attempt that was cut off are taken back, as in the run's state.
    expect(await readFile(join(folder, 'artifacts', 'run.log'), 'utf8')).toBe(
      lineOf(4, 'engine', 'two') + lineOf(7, 'engine', 'three'),
    )
    expect(await readFile(join(folder, 'message_tool.log'), 'utf8')).toBe('')
    await opened.journal.close()
  })

  it('take back the lines of a repeated attempt within one process, and those of no other step', async () => {
    const { commit, results, read } = await createRun()
    await commit(created, stepStarted(2, 'a'), logOf(3, 'a', 'first try'), logOf(4, 'b', 'other step'))
    await results.flush()
    await commit(stepStarted(5, 'a', 2), logOf(6, 'a', 'second try'))
    await commit(stepStarted(7, 'a', 3), logOf(8, 'a', 'third try'))
    await results.flush()
    expect(await read('artifacts/run.log')).toBe(
      lineOf(4, 'engine', 'other step') + lineOf(8, 'engine', 'third try'),
    )
  })

  it('hold a line once that stood in the journal before it was told of', async () => {
    const { results, journal, read } = await createRun()
    await journal.append([created, logOf(2, null, 'one'), logOf(3, null, 'two')], { sync: true })
    results.follow(stateOf({ seq: 2 }), logOf(2, null, 'one'))
    await results.flush()
    results.follow(stateOf({ seq: 3 }), logOf(3, null, 'two'))
    await results.flush()
    expect(await read('artifacts/run.log')).toBe(lineOf(2, 'engine', 'one') + lineOf(3, 'engine', 'two'))
  })

  it('are complete over all segments of the journal', async () => {
    const { journal, folder, place } = await createRun()
    await journal.append([created, logOf(2, null, 'old')], { sync: true })
    await journal.rotate(checkpointOf(3))
    await journal.append([logOf(4, null, 'new')], { sync: true })
    const { results } = place.open()
    results.follow(stateOf(), logOf(4, null, 'new'))
    await results.flush()
    expect(await readFile(join(folder, 'artifacts', 'run.log'), 'utf8')).toBe(
      lineOf(2, 'engine', 'old') + lineOf(4, 'engine', 'new'),
    )
    await journal.close()
  })

  it('never hold a run up or fail it: what cannot be written is made good from the journal later', async () => {
    const { commit, results, read, folder, warnings } = await createRun()
    await writeFile(join(folder, 'artifacts'), 'a file where the folder belongs')
    await commit(created, logOf(2, null, 'one'))
    await expect(results.flush()).rejects.toThrow()
    await rm(join(folder, 'artifacts'))
    await commit(logOf(3, null, 'two'))
    await results.flush()
    expect(await read('artifacts/run.log')).toBe(lineOf(2, 'engine', 'one') + lineOf(3, 'engine', 'two'))
    expect(warnings.length).toBeGreaterThan(0)
    for (const warning of warnings) expect(warning).not.toContain(folder)
  })

  it('come out whole when far more is said than the buffer holds', async () => {
    const { commit, results, read } = await createRun()
    const long = 'x'.repeat(100_000)
    await commit(created, ...Array.from({ length: 40 }, (_, i) => logOf(i + 2, null, `${i} ${long}`)))
    await results.flush()
    const lines = (await read('artifacts/run.log')).split('\n')
    expect(lines.length).toBe(41)
    expect(lines.slice(0, 40).map((line) => Number(line.split('  ')[2]!.split(' ')[0]))).toEqual([
      ...Array(40).keys(),
    ])
  })
})

describe('the results of a run that has ended', () => {
  const ended = { status: 'completed', ended_at: '2026-11-20T10:05:00.000Z' } as const
  const reports = reportsOf({
    market_report: '# Market\n',
    bull_report: 'Up.',
    bull_messages: 'said',
    empty_report: '',
  })

  it('are reports, decision, logs and, listing all of them, the manifest', async () => {
    const { commit, results, journal, folder, artifacts, read } = await createRun()
    await commit(created, logOf(2, null, 'working'))
    const bars = await artifacts.put(runId, Buffer.from('bars'))
    await commit(eventOf(3, { type: 'run_completed', result: null }))
    const summary = summaryOf({ decision: { action: 'BUY', confidence: 0.6 } })
    await results.finish(stateOf({ ...ended, ...reports, decision }), summary)

    expect((await readdir(folder)).sort()).toEqual([
      'RUN_ID',
      'artifacts',
      'decision.json',
      'decision.md',
      'journal.ndjson',
      'manifest.json',
      'message_tool.log',
      'reports',
    ])
    expect((await readdir(join(folder, 'reports'))).sort()).toEqual(['bull.md', 'market.md'])
    expect(await read('reports/market.md')).toBe('# Market\n')
    expect(await read('reports/bull.md')).toBe('Up.\n')
    expect(await read('decision.md')).toBe('# Buy\n\nBecause.\n')
    expect(await read('decision.json')).toBe(`${JSON.stringify(decision, null, 2)}\n`)
    expect(await read('artifacts/run.log')).toBe(lineOf(2, 'engine', 'working'))

    const manifest = (await results.manifest(runId))!
    expect(manifest).toMatchObject({ format: 1, summary, decision })
    expect(manifest.files.map((file) => file.path)).toEqual([
      `artifacts/${bars.sha256}.bin`,
      'artifacts/run.log',
      'decision.json',
      'decision.md',
      'journal.ndjson',
      'message_tool.log',
      'reports/bull.md',
      'reports/market.md',
    ])
    for (const file of manifest.files) {
      const bytes = await readFile(join(folder, file.path))
      expect([file.bytes, file.sha256]).toEqual([bytes.length, sha256(bytes)])
    }
    expect(await results.decision(runId)).toEqual(decision)
    await journal.close()
  })

  it('are the same when written again, by this process or the next', async () => {
    const { commit, results, folder, place, read, journal } = await createRun()
    await commit(
      created,
      logOf(2, 'a', 'working', 'bull'),
      eventOf(3, { type: 'run_completed', result: null }),
    )
    await journal.close()
    const state = stateOf({ ...ended, ...reports, decision })
    await results.finish(state, summaryOf())
    const first = await read('manifest.json')
    await results.finish(state, summaryOf())
    expect(await read('manifest.json')).toBe(first)
    await writeFile(join(folder, 'artifacts', 'run.log'), 'torn by a cra')
    await rm(join(folder, 'manifest.json'))
    await place.open().results.finish(state, summaryOf())
    expect(await read('manifest.json')).toBe(first)
  })

  it('say in error.log what went wrong and what was last said', async () => {
    const { results, read, folder, journal } = await createRun()
    await journal.append([created], { sync: true })
    await journal.close()
    const entry = {
      ts: Date.parse(created.at),
      severity: 'ERROR',
      source: 'vendor',
      agent_id: null,
      message: 'no bars',
      seq: 1,
      iso: '',
      key: null,
    } as const
    const log = { ...EMPTY_LOG, entries: [entry], last_seq: 1 }
    const state = stateOf({
      status: 'error',
      ended_at: ended.ended_at,
      error: 'vendor: no bars for AAPL',
      log,
    })
    await results.finish(state, summaryOf({ status: 'error', error: state.error }))
    expect(await read('error.log')).toBe(
      `2026-11-20T10:05:00.000Z ${runId} ended in error:\nvendor: no bars for AAPL\n\nThe last lines of its log:\n` +
        '2026-11-20T10:00:00.001Z ERROR vendor  no bars\n',
    )
    expect(await readdir(folder)).not.toContain('decision.json')
    expect(await results.decision(runId)).toBeNull()
  })

  it('name no file outside the reports folder, whatever a node is called', async () => {
    const { results, folder, journal } = await createRun()
    await journal.close()
    const hostile = reportsOf({ '../../evil_report': 'x', 'a/b_report': 'y' })
    await results.finish(stateOf({ ...ended, ...hostile }), summaryOf())
    expect((await readdir(join(folder, 'reports'))).sort()).toEqual(['______evil.md', 'a_b.md'])
  })

  it('of a pruned run are marker, manifest and decision, and its journal says it was pruned', async () => {
    const { commit, results, folder, journals, journal, directories } = await createRun()
    await commit(created, logOf(2, null, 'working'), eventOf(3, { type: 'run_completed', result: null }))
    await journal.close()
    await expect(results.prune(runId)).rejects.toThrow(ConflictError)
    expect(await readdir(folder)).toContain('journal.ndjson')
    await results.finish(stateOf({ ...ended, ...reports, decision }), summaryOf())
    await results.prune(runId)
    await results.prune(runId)
    expect((await readdir(folder)).sort()).toEqual([
      'RUN_ID',
      'decision.json',
      'decision.md',
      'manifest.json',
    ])
    await expect(journals.readCurrent(runId)).rejects.toThrow(NotFoundError)
    await expect(journals.readCurrent(runId)).rejects.toThrow(/were pruned/)
    expect(await results.decision(runId)).toEqual(decision)
    expect((await results.manifest(runId))!.summary).toEqual(summaryOf())
    expect(await directories.find(runId)).toBe(folder)
    await rm(join(folder, 'decision.json'))
    expect(await results.decision(runId)).toEqual(decision)
  })

  it('of an unknown run are not found', async () => {
    const { results } = (await createFilePlace()).open()
    await expect(results.decision(runId)).rejects.toThrow(NotFoundError)
    await expect(results.manifest(runId)).rejects.toThrow(NotFoundError)
    await expect(results.prune(runId)).rejects.toThrow(NotFoundError)
  })
})
