/**
 * The two log files of one run: `artifacts/run.log` with every line, `message_tool.log` with those of agents and tools.
 * They grow behind the run and never hold it up: what cannot be written, or does not fit into the buffer, is made good
 * later by writing both files anew from the journal, which has everything. After a crash or a repeated step they are
 * written anew as well, without the lines of attempts that were taken back, so no line stands twice.
 */
import { appendFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { LogLine, RunEvent } from '../runs/event.ts'
import { isEngineEvent } from '../runs/event.ts'
import { formatLogLine } from '../runs/log-line.ts'
import { ARTIFACTS_FOLDER } from './artifacts.ts'
import { createChunkWriter } from './chunks.ts'
import { createTempName, makeOwnFolder, openFile, CREATE_NEW } from './durable-files.ts'

export const RUN_LOG = 'run.log'
export const AGENT_LOG = 'message_tool.log'
const TOOL_SOURCE = 'tool'
/** Text waiting for the disk, for one run. Above it the files are written anew later instead. */
const BUFFER_MAX_CHARS = 1_048_576
/** After a failure the disk is left alone for so many events. */
const REST_EVENTS = 100
const REWRITE_CHUNK_CHARS = 65_536

export interface RunLogs {
  /** Takes note of an event. Never throws. */
  follow(event: RunEvent): void
  /** Both files hold every line so far when it resolves. */
  flush(): Promise<void>
}

export interface RunLogsOptions {
  findFolder(): Promise<string>
  readEvents(): AsyncIterable<RunEvent>
  /** The files cannot be written for now. */
  onTrouble(error: unknown): void
}

interface Waiting {
  seq: number
  all: string
  agents: string
}

export function createRunLogs({ findFolder, readEvents, onTrouble }: RunLogsOptions): RunLogs {
  let waiting: Waiting[] = []
  let waitingChars = 0
  /** True from the start: what an earlier process left in the files is not known. */
  let isStale = true
  /** The last event that the files were made anew with: it may not have been told of yet. */
  let coveredSeq = 0
  let restUntilSeq = 0
  let working: Promise<void> | null = null

  function follow(event: RunEvent): void {
    if (isRepeat(event)) isStale = true
    const text = event.seq > coveredSeq ? formatEvent(event) : null
    if (text) {
      waiting.push(text)
      waitingChars += text.all.length
      if (waitingChars > BUFFER_MAX_CHARS) drop()
    }
    if ((text || isStale) && event.seq >= restUntilSeq) {
      work().catch((error: unknown) => {
        restUntilSeq = event.seq + REST_EVENTS
        onTrouble(error)
      })
    }
  }

  /** The journal has what is dropped here. */
  function drop(): void {
    waiting = []
    waitingChars = 0
    isStale = true
  }

  function work(): Promise<void> {
    working ??= write().finally(() => (working = null))
    return working
  }

  async function write(): Promise<void> {
    const folder = await findFolder()
    while (isStale || waiting.length > 0) {
      if (isStale) await rewrite(folder)
      else await appendWaiting(folder)
    }
  }

  async function appendWaiting(folder: string): Promise<void> {
    const taken = waiting
    waiting = []
    waitingChars = 0
    try {
      const artifacts = await makeOwnFolder(folder, ARTIFACTS_FOLDER)
      await appendFile(join(artifacts, RUN_LOG), taken.map((entry) => entry.all).join(''))
      await appendFile(join(folder, AGENT_LOG), taken.map((entry) => entry.agents).join(''))
    } catch (error) {
      drop()
      throw error
    }
  }

  async function rewrite(folder: string): Promise<void> {
    isStale = false
    try {
      const lastSeq = await rewriteLogs(folder, readEvents)
      coveredSeq = lastSeq
      waiting = waiting.filter((entry) => entry.seq > lastSeq)
      waitingChars = waiting.reduce((sum, entry) => sum + entry.all.length, 0)
    } catch (error) {
      isStale = true
      throw error
    }
  }

  async function flush(): Promise<void> {
    // What is under way may fail for a reason that has passed; what counts is that the last try succeeds.
    await working?.catch(() => undefined)
    await work()
  }

  return { follow, flush }
}

/** From here on, lines that stand in the files may have been taken back. */
function isRepeat(event: RunEvent): boolean {
  if (!isEngineEvent(event)) return false
  return event.type === 'run_resumed' || (event.type === 'step_started' && event.attempt > 1)
}

function formatEvent(event: RunEvent): Waiting | null {
  if (!isEngineEvent(event) || event.type !== 'log_appended' || event.entries.length === 0) return null
  return {
    seq: event.seq,
    all: formatLines(event.entries),
    agents: formatLines(event.entries.filter(isAgentLine)),
  }
}

function formatLines(lines: readonly LogLine[]): string {
  return lines.map((line) => formatLogLine(line)).join('')
}

/** What is said in the name of an agent, and the calls of tools. */
function isAgentLine({ agent_id: agentId, source }: LogLine): boolean {
  return agentId !== null || source === TOOL_SOURCE
}

/** Writes both files from the journal and returns the number of the last event they cover. */
async function rewriteLogs(folder: string, readEvents: () => AsyncIterable<RunEvent>): Promise<number> {
  const { restarts, lastSeq } = await findRestarts(readEvents())
  const artifacts = await makeOwnFolder(folder, ARTIFACTS_FOLDER)
  const all = await openReplacement(artifacts, RUN_LOG)
  const agents = await openReplacement(folder, AGENT_LOG)
  try {
    for await (const text of formatKept(readEvents(), restarts, lastSeq)) {
      await all.write(text.all)
      await agents.write(text.agents)
    }
    await all.finish()
    await agents.finish()
  } catch (error) {
    await all.discard()
    await agents.discard()
    throw error
  }
  return lastSeq
}

/** What both files hold in the end, piece by piece, made from the journal alone. */
export async function* formatLogFiles(
  readEvents: () => AsyncIterable<RunEvent>,
): AsyncGenerator<Omit<Waiting, 'seq'>> {
  const { restarts, lastSeq } = await findRestarts(readEvents())
  yield* formatKept(readEvents(), restarts, lastSeq)
}

/** Up to event `lastSeq`, without what was taken back. */
async function* formatKept(
  events: AsyncIterable<RunEvent>,
  restarts: ReadonlyMap<string | null, number>,
  lastSeq: number,
): AsyncGenerator<Waiting> {
  for await (const event of events) {
    if (event.seq > lastSeq) return
    if (isEngineEvent(event) && event.type === 'log_appended' && event.seq < (restarts.get(event.key) ?? 0))
      continue
    const text = formatEvent(event)
    if (text) yield text
  }
}

/** For each step, the event with which its last repeated attempt began: what it said before that is taken back. */
async function findRestarts(
  events: AsyncIterable<RunEvent>,
): Promise<{ restarts: Map<string | null, number>; lastSeq: number }> {
  const restarts = new Map<string | null, number>()
  let lastSeq = 0
  for await (const event of events) {
    lastSeq = event.seq
    if (isEngineEvent(event) && event.type === 'step_started' && event.attempt > 1)
      restarts.set(event.key, event.seq)
  }
  return { restarts, lastSeq }
}

/** A file that takes the place of `name` once it is finished. Not synced: the journal can make it again. */
async function openReplacement(folder: string, name: string) {
  const temp = join(folder, createTempName(name))
  const handle = await openFile(temp, CREATE_NEW)
  const writer = createChunkWriter(handle)
  let buffer = ''

  async function flush(): Promise<void> {
    const bytes = Buffer.from(buffer)
    buffer = ''
    await writer.write(bytes)
  }

  return {
    async write(text: string) {
      buffer += text
      if (buffer.length >= REWRITE_CHUNK_CHARS) await flush()
    },
    async finish() {
      await flush()
      await handle.close()
      await rename(temp, join(folder, name))
    },
    async discard() {
      await handle.close().catch(() => undefined)
      await rm(temp, { force: true })
    },
  }
}
