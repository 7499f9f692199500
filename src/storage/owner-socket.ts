/**
 * One process owns a data directory: the one that listens on the socket `rundesk.sock` in it. The socket is also how the
 * command line talks to that process. Promises that of several processes starting at once at most one becomes the
 * owner, and that the socket of a dead one is taken over without anybody's help.
 *
 * How a claim goes: listen on a private socket, then give it the public name with `link`, which only one can do. Where
 * the name is taken, ask whoever has it: an answer means there is an owner. No answer means that process is dead, and
 * its name must be removed, but never that of a process which took over in between. So the right to remove exactly that
 * dead socket is claimed first, again with a link of one's own socket: `.t-<the dead one>-<n>`. Whoever finds claim n
 * taken asks it; if it lives, its holder is about to be the owner, if it is dead, claim n + 1 is next. Under its claim
 * a process looks again whether the public name is still the dead socket; nobody else may remove it now.
 */
import { createHash } from 'node:crypto'
import { chmod, link, lstat, mkdtemp, readdir, rm, rmdir, stat, unlink } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import { connect } from 'node:net'
import { basename, join, resolve } from 'node:path'
import { ConflictError } from '../core/errors.ts'
import { codeOf, makeDirectory, toIoError } from './durable-files.ts'
import { openSocketDirectory, type SocketDirectory } from './socket-path.ts'

export const OWNER_SOCKET = 'rundesk.sock'
const PRIVATE_PREFIX = '.o-'
const CLAIM_PREFIX = '.t-'
/** A private folder without a socket is given this long before it counts as left behind. */
const PRIVATE_GRACE_MS = 60_000
/** Each failed try means that another process moved on; so many in a row do not happen without one that wins. */
const MAX_TRIES = 50

export interface Ownership {
  socketPath: string
  /** The server behind the socket, for what a request listener cannot see. */
  server: Server
  /** Who answers from now on. Until then requests are answered 503. */
  answerWith(listener: RequestListener): void
  /** Gives the data directory up: to be called last, after everything is written. */
  close(): Promise<void>
}

export interface OwnerConnection {
  /** For `http.request({ socketPath })`. */
  socketPath: string
  close(): Promise<void>
}

/** Throws `ConflictError` where another process owns the directory. */
export async function claimOwnership(dataDir: string, listener?: RequestListener): Promise<Ownership> {
  await makeDirectory(resolve(dataDir), 0o700).catch((error: unknown) => {
    throw toIoError('DATA_DIR could not be made', error)
  })
  const directory = await openSocketDirectory(dataDir)
  let answer: RequestListener = listener ?? answerNotReady
  const server = createServer((request, response) => answer(request, response))
  try {
    const own = await listenPrivately(directory, server)
    try {
      await takeName(directory, own.name)
    } finally {
      await own.dismantle()
    }
  } catch (error) {
    await closeServer(server)
    await directory.close()
    // An owner that was tidying up may take a private socket for a dead one in the moment before it listens.
    if (codeOf(error) === 'ENOENT') throw owned()
    throw toIoError('the data directory could not be claimed', error)
  }
  const path = join(directory.path, OWNER_SOCKET)
  const mine = await identifySocket(path)
  await removeRemains(directory)

  async function close(): Promise<void> {
    // Closed by hand or not: only one's own name is removed.
    if (mine !== null && (await identifySocket(path)) === mine) await rm(path, { force: true })
    await closeServer(server)
    await directory.close()
  }

  return {
    socketPath: directory.addressOf(OWNER_SOCKET),
    server,
    answerWith: (next) => void (answer = next),
    close,
  }
}

/** The owner's socket if one answers, else null. */
export async function connectOwner(dataDir: string): Promise<OwnerConnection | null> {
  const present = await stat(resolve(dataDir)).catch(() => null)
  if (!present?.isDirectory()) return null
  const directory = await openSocketDirectory(dataDir)
  const socketPath = directory.addressOf(OWNER_SOCKET)
  if ((await ask(socketPath)) === 'alive') return { socketPath, close: directory.close }
  await directory.close()
  return null
}

interface PrivateSocket {
  /** Relative to the data directory. */
  name: string
  /** Removes the private name; the socket goes on under the names it was given. */
  dismantle(): Promise<void>
}

/** Listens in a folder of its own that only this user may enter, until the socket's mode is set. */
async function listenPrivately(directory: SocketDirectory, server: Server): Promise<PrivateSocket> {
  const folder = await mkdtemp(join(directory.path, PRIVATE_PREFIX))
  const name = `${basename(folder)}/s`
  const dismantle = async () => {
    await rm(join(directory.path, name), { force: true })
    await rmdir(folder).catch(() => undefined)
  }
  try {
    await new Promise<void>((settle, fail) => {
      server.once('error', fail)
      server.listen(directory.addressOf(name), () => {
        server.off('error', fail)
        settle()
      })
    })
    await chmod(join(directory.path, name), 0o600)
  } catch (error) {
    await dismantle()
    throw error
  }
  return { name, dismantle }
}

async function takeName(directory: SocketDirectory, own: string): Promise<void> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    if (await tryLink(directory, own, OWNER_SOCKET)) return
    const dead = await identifySocket(join(directory.path, OWNER_SOCKET))
    if (dead === null) continue
    const state = await ask(directory.addressOf(OWNER_SOCKET))
    if (state === 'alive') throw owned()
    if (state === 'dead') await removeDead(directory, own, dead)
  }
  throw owned()
}

/** Removes the public name, provided it is still that of the socket `dead`. */
async function removeDead(directory: SocketDirectory, own: string, dead: string): Promise<void> {
  const claims: string[] = []
  for (let n = 1; ; n += 1) {
    const claim = createClaimName(dead, n)
    claims.push(claim)
    if (await tryLink(directory, own, claim)) break
    const holder = await ask(directory.addressOf(claim))
    // Gone: its holder is done, and the public name has changed.
    if (holder === 'missing') return
    if (holder === 'alive') throw owned()
  }
  const path = join(directory.path, OWNER_SOCKET)
  if ((await identifySocket(path)) === dead) await unlink(path)
  // Only now that the dead socket is gone for good: were it still there, a claim set free would let two act on it.
  for (const claim of claims) await rm(join(directory.path, claim), { force: true })
}

/** The name under which the `n`th process claims the right to remove the socket `dead`. */
export function createClaimName(dead: string, n: number): string {
  return `${CLAIM_PREFIX}${dead}-${n}`
}

async function tryLink(directory: SocketDirectory, from: string, to: string): Promise<boolean> {
  try {
    await link(join(directory.path, from), join(directory.path, to))
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/** What tells one socket from all others that had its name: unchanged by links and by who listens. */
export async function identifySocket(path: string): Promise<string | null> {
  try {
    const { dev, ino, mtimeNs } = await lstat(path, { bigint: true })
    return createHash('sha256').update(`${dev}:${ino}:${mtimeNs}`).digest('hex').slice(0, 10)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

/** Whether somebody listens. A process that is busy or stopped counts as alive: the system answers for it. */
function ask(address: string): Promise<'alive' | 'dead' | 'missing'> {
  return new Promise((settle, fail) => {
    const socket = connect(address)
    socket.once('connect', () => {
      socket.destroy()
      settle('alive')
    })
    socket.once('error', (error) => {
      const code = codeOf(error)
      if (code === 'ENOENT') settle('missing')
      else if (code === 'ECONNREFUSED' || code === 'ENOTSOCK') settle('dead')
      else if (code === 'EAGAIN' || code === 'ECONNRESET' || code === 'EPIPE') settle('alive')
      else fail(toIoError('the owner of the data directory could not be asked', error))
    })
  })
}

/** Private folders and claims that killed processes left. */
async function removeRemains(directory: SocketDirectory): Promise<void> {
  for (const name of await readdir(directory.path)) {
    const path = join(directory.path, name)
    if (name.startsWith(CLAIM_PREFIX) && (await ask(directory.addressOf(name))) === 'dead')
      await rm(path, { force: true })
    if (!name.startsWith(PRIVATE_PREFIX)) continue
    const state = await ask(directory.addressOf(`${name}/s`))
    const made = await stat(path).catch(() => null)
    const isAbandoned = state === 'missing' && made !== null && Date.now() - made.mtimeMs > PRIVATE_GRACE_MS
    if (state === 'dead' || isAbandoned) await rm(path, { recursive: true, force: true })
  }
}

function closeServer(server: Server): Promise<void> {
  return new Promise((settle) => {
    server.close(() => settle())
    server.closeAllConnections()
  })
}

function owned(): ConflictError {
  return new ConflictError('another process owns the data directory (DATA_DIR): it is served already')
}

const answerNotReady: RequestListener = (_request, response) => {
  response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1' })
  response.end('{"error":"the desk is starting"}')
}
