/**
 * A client of the desk: of the process that owns the data directory, or of a desk of this process's own. An owner that
 * is itself a single command may be asked, but nothing is launched in it: its runs stop when the command ends.
 */
import { ConflictError } from '../core/errors.ts'
import {
  DeskAwayError,
  DeskError,
  OWNER_HEADER,
  URL_HEADER,
  type DeskClient,
  type DeskConnection,
} from './client.ts'
import type { CliContext, Settings } from './context.ts'

/** Between two looks at an owner, and how long one may take to get ready. */
const ASK_MS = 200
const READY_WITHIN_MS = 30_000
/** How often a command's desk may vanish under a question before that is an error. */
const MAX_TRIES = 5

/** A desk of another process. */
type OwnedElsewhere = DeskClient & { owner: 'server' | 'command' }

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
    const client = await own(context, settings, () => findReady(context, settings))
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
  return own(context, settings, () => findServer(context, settings, signal))
}

/**
 * The server that owns the data directory, or null when nobody does. Where a single command does, it is waited for.
 * Rejects when `signal` aborts meanwhile.
 */
export async function findServer(
  context: CliContext,
  settings: Settings,
  signal: AbortSignal,
): Promise<DeskClient | null> {
  for (let isSaid = false; ; isSaid = true) {
    const found = await findReady(context, settings, signal)
    if (found === null || found.owner === 'server') return found
    await found.close()
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
      return { ...(await desks.openOwn(settings)), owner: 'self', url: null }
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
): Promise<OwnedElsewhere | null> {
  const deadline = clock.now() + READY_WITHIN_MS
  for (;;) {
    const connection = await desks.findOwner(config)
    if (!connection) return null
    const { state, url } = await askOwner(connection)
    if (state === 'server' || state === 'command') return { ...connection, owner: state, url }
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
): Promise<{ state: 'server' | 'command' | 'starting' | 'away'; url: string | null }> {
  try {
    const response = await connection.fetch('/readyz', { headers: { Accept: 'application/json' } })
    await response.body?.cancel()
    const url = response.headers.get(URL_HEADER)
    if (response.status === 503) return { state: 'starting', url }
    if (!response.ok) throw new DeskError(response.status, `the desk answered ${response.status}`)
    return { state: response.headers.get(OWNER_HEADER) === 'command' ? 'command' : 'server', url }
  } catch (error) {
    if (error instanceof DeskAwayError) return { state: 'away', url: null }
    throw error
  }
}
