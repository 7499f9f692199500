/** A command line whose desk, settings, signals and streams are the test's own; nothing of it leaves the process. */
import { runCommandLine } from '../../src/cli/command-line.ts'
import { OWNER_HEADER, URL_HEADER, type DeskClient, type DeskConnection } from '../../src/cli/client.ts'
import type { CliContext, DeskDoor, Settings, StopSignal } from '../../src/cli/context.ts'
import { createDeferred } from '../../src/core/deferred.ts'
import type { Output } from '../../src/cli/terminal.ts'
import type { PublicSummary } from '../../src/runs/summary.ts'

/** Answers one request: JSON, a `Response`, or an error to throw. */
export type Answer = (request: { method: string; url: URL; body: unknown }) => unknown

/** By `METHOD /path`; a path may end in `*`. The first that fits answers. */
export type Answers = Record<string, Answer>

/** Where a server, if one is the owner, says it is. */
export const SERVER_URL = 'http://127.0.0.1:4321'

export interface TestCli {
  context: CliContext
  stdout(): string
  stderr(): string
  /** Resolves with the first text on stdout. */
  readonly printed: Promise<void>
  /** Runs the words of a command line; resolves with its exit code. */
  run(...words: string[]): Promise<number>
  signal(name: StopSignal): void
  /** As SIGHUP does. */
  reload(): void
  /** `METHOD /path?query` of each request, in order. */
  readonly requests: string[]
  readonly bodies: unknown[]
  /** The settings a desk of one's own was opened with. */
  readonly opened: Settings[]
  readonly closed: number
  readonly exits: number[]
}

export interface TestCliOptions {
  owner?: DeskClient['owner']
  answers?: Answers
  environment?: Record<string, string>
  isTerminal?: boolean
  columns?: number
  desks?: Partial<DeskDoor>
}

export function createTestCli(options: TestCliOptions = {}): TestCli {
  const { owner = 'server', answers = {}, isTerminal = false } = options
  const listeners = new Set<(signal: StopSignal) => void>()
  const reloads = new Set<() => void>()
  const requests: string[] = []
  const bodies: unknown[] = []
  const opened: Settings[] = []
  const exits: number[] = []
  let closed = 0
  let now = Date.parse('2026-11-20T10:00:00Z')
  const stdout = createCapture(isTerminal, options.columns)
  const stderr = createCapture(isTerminal, options.columns)

  const client: DeskConnection = {
    async fetch(path, init) {
      const url = new URL(path, 'http://localhost')
      const method = init?.method ?? 'GET'
      requests.push(`${method} ${path}`)
      const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : undefined
      if (body !== undefined) bodies.push(body)
      const answer = findAnswer({ 'GET /readyz': sayReady, ...answers }, method, url)
      if (!answer) return Response.json({ error: `there is nothing at ${url.pathname}` }, { status: 404 })
      const value = await answer({ method, url, body })
      return value instanceof Response ? value : Response.json(value)
    },
    close: async () => void closed++,
  }
  const sayReady = () =>
    Response.json(
      { status: 'ready' },
      { headers: { [OWNER_HEADER]: owner, ...(owner === 'server' && { [URL_HEADER]: SERVER_URL }) } },
    )
  const context: CliContext = {
    stdout,
    stderr,
    // Time passes as fast as it is waited for.
    clock: {
      now: () => now,
      async sleep(ms, signal) {
        now += ms
        await new Promise((resolve) => setImmediate(resolve))
        signal?.throwIfAborted()
      },
    },
    version: '1.2.3',
    program: 'rundesk',
    nodeVersion: 'v24.0.0',
    settings: { environment: options.environment ?? {}, envFile: '/nowhere/.env' },
    desks: {
      findOwner: async () => (owner === 'self' ? null : client),
      async openOwn(settings) {
        opened.push(settings)
        return client
      },
      serve: () => Promise.reject(new Error('nothing is served here')),
      reindex: () => Promise.reject(new Error('nothing is indexed here')),
      inspectStore: async () => ({ storedRuns: 0, indexedRuns: 0, indexProblems: [] }),
      findModelProblems: async () => [],
      probeModels: async () => [],
      listPrices: async () => ({
        vendor: 'made',
        listings: [{ ticker: 'AAPL', first: null, last: null, problem: null }],
        strays: [],
      }),
      ...options.desks,
    },
    onSignal(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    onReload(listener) {
      reloads.add(listener)
      return () => reloads.delete(listener)
    },
    exitNow: (code) => void exits.push(code),
  }
  return {
    context,
    stdout: () => stdout.text,
    printed: stdout.written,
    stderr: () => stderr.text,
    run: (...words) => runCommandLine(words, context),
    signal: (name) => [...listeners].forEach((listener) => listener(name)),
    reload: () => [...reloads].forEach((listener) => listener()),
    requests,
    bodies,
    opened,
    exits,
    get closed() {
      return closed
    },
  }
}

/** The summary of a run as the desk lists it. */
export function describeRun(runId: string, facts: Partial<PublicSummary> = {}): PublicSummary {
  return {
    run_id: runId,
    batch_id: 'batch-20261120100000-0a1b2c',
    kind: 'assessment',
    ticker: runId.split('--')[0]!,
    as_of: '2012-06-29',
    status: 'completed',
    overall_progress: 100,
    progress_message: null,
    eta_seconds: null,
    current_stage: null,
    created_at: '2026-11-20T10:00:00.000Z',
    started_at: '2026-11-20T10:00:00.000Z',
    updated_at: '2026-11-20T10:00:03.000Z',
    last_event_at: '2026-11-20T10:00:03.000Z',
    ended_at: '2026-11-20T10:00:03.000Z',
    execution_ms: 3_400,
    decision: { action: 'BUY', confidence: 0.62 },
    error: null,
    ...facts,
  }
}

function findAnswer(answers: Answers, method: string, url: URL): Answer | undefined {
  const asked = `${method} ${url.pathname}`
  const found = Object.entries(answers).find(([pattern]) =>
    pattern.endsWith('*') ? asked.startsWith(pattern.slice(0, -1)) : asked === pattern,
  )
  return found?.[1]
}

function createCapture(
  isTerminal: boolean,
  columns = 120,
): Output & { readonly text: string; readonly written: Promise<void> } {
  let text = ''
  const written = createDeferred()
  return {
    written: written.promise,
    write(more) {
      text += more
      written.resolve()
    },
    async writeBytes(bytes) {
      this.write(Buffer.from(bytes).toString('latin1'))
    },
    isTerminal,
    hasColors: false,
    columns,
    rows: 24,
    get text() {
      return text
    },
  }
}
