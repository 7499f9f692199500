/**
 * A client of the desk: of the process that owns the data directory, or of a desk of this process's own. An owner that
 * is itself a single command may be asked, but nothing is launched in it: its runs stop when the command ends.
 */
import { ConflictError } from '../core/errors.ts'
import { DeskAwayError, DeskError, OWNER_HEADER, type DeskClient, type DeskConnection } from './client.ts'
import type { CliContext, Settings } from './context.ts'

/** Between two looks at an owner, and how long one may take to get ready. */
const ASK_MS = 200
const READY_WITHIN_MS = 30_000
/** How often a command's desk may vanish under a question before that is an error. */
const MAX_TRIES = 5

type Found = { kind: 'server' | 'command'; connection: DeskConnection } | null

/**
 * For looking at runs and acting on them: whoever owns the data directory is asked. `use` may be called again where
 * that was a single command which ended meanwhile.
 */
export async function withDesk<T>(
  context: CliContext,
  settings: Settings,
  use: (client: DeskClient) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const client = await own(context, settings, async () => {
      const found = await findReady(context, settings)
      return found && { ...found.connection, owner: found.kind }
    })
    try {
      return await use(client)
    } catch (error) {
      const isOver = client.owner === 'command' && error instanceof DeskAwayError
      if (!isOver || tries === MAX_TRIES) throw error
    } finally {
      await client.close()
    }
  }
}

/** For launching: a server, or a desk of one's own once no other command owns the data directory. */
export function connectForLaunch(
  context: CliContext,
  settings: Settings,
  signal: AbortSignal,
): Promise<DeskClient> {
  return own(context, settings, async () => {
    const server = await findServer(context, settings, signal)
    return server && { ...server, owner: 'server' }
  })
}

/**
 * The server that owns the data directory, or null when nobody does. Where a single command does, it is waited for.
 * Rejects when `signal` aborts meanwhile.
 */
export async function findServer(
  context: CliContext,
  settings: Settings,
  signal: AbortSignal,
): Promise<DeskConnection | null> {
  for (let isSaid = false; ; isSaid = true) {
    const found = await findReady(context, settings, signal)
    if (found === null || found.kind === 'server') return found && found.connection
    await found.connection.close()
    if (!isSaid) context.stderr.write('Another command works on the data directory; waiting for it to end\n')
    await context.clock.sleep(ASK_MS, signal)
  }
}

/** What `find` finds, else a desk of one's own, unless another process comes first: then it is looked for again. */
async function own(
  { clock, desks }: CliContext,
  settings: Settings,
  find: () => Promise<DeskClient | null>,
): Promise<DeskClient> {
  const deadline = clock.now() + READY_WITHIN_MS
  for (;;) {
    const found = await find()
    if (found) return found
    try {
      return { ...(await desks.openOwn(settings)), owner: 'self' }
    } catch (error) {
      if (!(error instanceof ConflictError) || clock.now() >= deadline) throw error
    }
    await clock.sleep(ASK_MS)
  }
}

/** Throws `ConflictError` where an owner does not get ready in time. */
async function findReady(
  { clock, desks }: CliContext,
  { config }: Settings,
  signal?: AbortSignal,
): Promise<Found> {
  const deadline = clock.now() + READY_WITHIN_MS
  for (;;) {
    const connection = await desks.findOwner(config)
    if (!connection) return null
    const state = await askOwner(connection)
    if (state === 'server' || state === 'command') return { kind: state, connection }
    await connection.close()
    if (clock.now() >= deadline) {
      throw new ConflictError(
        'the process that owns the data directory (DATA_DIR) is not ready; try again, or end it',
      )
    }
    await clock.sleep(ASK_MS, signal)
  }
}

/** What the owner is, once it is ready; `away` where it is not there any more. */
export async function askOwner(
  connection: DeskConnection,
): Promise<'server' | 'command' | 'starting' | 'away'> {
  try {
    const response = await connection.fetch('/readyz', { headers: { Accept: 'application/json' } })
    await response.body?.cancel()
    if (response.status === 503) return 'starting'
    if (!response.ok) throw new DeskError(response.status, `the desk answered ${response.status}`)
    return response.headers.get(OWNER_HEADER) === 'command' ? 'command' : 'server'
  } catch (error) {
    if (error instanceof DeskAwayError) return 'away'
    throw error
  }
}
