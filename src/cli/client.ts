/**
 * The desk as a command sees it: its REST surface behind one `fetch`, whoever owns the data directory. What a command
 * asks goes through `requestJson`, so that every refusal and every loss of the connection reads the same.
 */

export interface DeskConnection {
  /** `path` begins with `/`. Throws `DeskAwayError` where nobody answers (any more). */
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** A desk of this process's own stops in order; its runs resume when it is served. */
  close(): Promise<void>
}

export interface DeskClient extends DeskConnection {
  /**
   * Who works on the runs. `server`: another process, for as long as it is not stopped. `command`: another process,
   * until its own command has ended. `self`: this one.
   */
  readonly owner: 'server' | 'command' | 'self'
  /** Where a browser finds the server; null where there is none, or it does not say. */
  readonly url: string | null
}

/** In the answers of an owner's socket: `server` or `command`. */
export const OWNER_HEADER = 'Rundesk-Owner'
/** There as well, once a server listens: its address as a browser needs it. */
export const URL_HEADER = 'Rundesk-Url'

/** The desk refused, or failed at, what it was asked; the message is its own. */
export class DeskError extends Error {
  override name = 'DeskError'
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** The connection to the desk could not be made or broke off. */
export class DeskAwayError extends Error {
  override name = 'DeskAwayError'
}

/** The JSON answer to a request. Throws `DeskError` for any other status than 2xx, `DeskAwayError` without an answer. */
export async function requestJson<T>(
  client: DeskConnection,
  path: string,
  init: RequestInit = {},
): Promise<T> {
  const headers = new Headers(init.headers)
  headers.set('Accept', 'application/json')
  const response = await client.fetch(path, { ...init, headers })
  const text = await readText(response, init.signal)
  const value = parseJson(text)
  if (!response.ok)
    throw new DeskError(response.status, messageIn(value) ?? `the desk answered ${response.status}`)
  if (value === undefined)
    throw new Error(`the desk answered ${path.split('?')[0]} with something else than JSON`)
  return value as T
}

export function postJson<T>(client: DeskConnection, path: string, body: object = {}): Promise<T> {
  return requestJson(client, path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
}

async function readText(response: Response, signal: AbortSignal | null | undefined): Promise<string> {
  try {
    return await response.text()
  } catch (error) {
    if (signal?.aborted) throw error
    throw new DeskAwayError('the desk stopped in the middle of an answer', { cause: error })
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function messageIn(value: unknown): string | null {
  const message = (value as { error?: unknown } | null | undefined)?.error
  return typeof message === 'string' && message !== '' ? message : null
}
