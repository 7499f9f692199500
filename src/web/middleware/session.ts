/**
 * Signing in: one password, one signed cookie. Active only with `AUTH_PASSWORD`; without it whoever reaches the desk
 * is its operator. The cookie holds its own expiry and a signature over it and the password, so a changed password
 * signs everybody out. A session that signed out is refused from then on, and what it had open, streams and sockets, is
 * ended. A program may send the password itself, as `Authorization: Bearer`. Failed attempts are slowed down for each
 * address.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { MiddlewareHandler } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import type { Clock } from '../../core/clock.ts'
import { LimitError } from '../../core/errors.ts'
import { RefusedError } from '../../core/http-error.ts'
import { negotiate } from '../negotiate.ts'
import { bindingsOf, clientAddress, isTrusted, type WebContext, type WebEnv } from '../web-env.ts'
import { isStreamPath } from './cross-site-guard.ts'

const SESSION_COOKIE = 'rundesk_session'
const SESSION_DAYS = 30
const SESSION_MS = SESSION_DAYS * 86_400_000
/** Wrong passwords an address may send within the window before it must wait. */
const MAX_FAILURES = 5
const FAILURE_WINDOW_MS = 5 * 60_000
/** Addresses whose failures are remembered; beyond it the oldest are forgotten. */
const MAX_ADDRESSES = 1_000

const OPEN_PATHS = new Set(['/login', '/healthz', '/readyz'])

export interface SessionOptions {
  /** Empty: nobody needs to sign in. */
  password: string
  secret: Buffer
  clock: Clock
  /** Behind a proxy that speaks https, its origins: their cookies are marked secure. */
  allowedOrigins: readonly string[]
}

export interface Sessions {
  readonly enabled: boolean
  /** Lets only signed-in requests past, but for the open paths. */
  guard: MiddlewareHandler<WebEnv>
  isSignedIn(c: WebContext): boolean
  /** Sets the cookie when the password is right; false when it is wrong. Throws `LimitError` after too many wrong ones. */
  signIn(c: WebContext, password: string): boolean
  signOut(c: WebContext): void
}

export function createSessions(options: SessionOptions): Sessions {
  const { secret, clock } = options
  const enabled = options.password !== ''
  const expected = digest(options.password)
  const failures = new Map<string, number[]>()
  /** Signatures of sessions that signed out, with the time at which they would have ended by themselves. */
  const signedOut = new Map<string, number>()
  /** What stays open for the sessions that opened it: answers that are streams, and sockets. */
  const open = new Map<string, Set<Socket | ServerResponse>>()

  const sign = (session: string) =>
    createHmac('sha256', secret).update(`session ${session} `).update(expected).digest('base64url')

  /** The session of a request: its id, signature and end. Null where there is none that holds. */
  function readSession(c: WebContext): { signature: string; expiresMs: number } | null {
    const match = /^((\d{1,16})\.[\w-]{16})\.([\w-]{43})$/.exec(getCookie(c, SESSION_COOKIE) ?? '')
    if (!match) return null
    const [, session, expires, signature] = match as unknown as [string, string, string, string]
    const isGenuine = timingSafeEqual(Buffer.from(signature), Buffer.from(sign(session)))
    if (!isGenuine || Number(expires) <= clock.now() || signedOut.has(signature)) return null
    return { signature, expiresMs: Number(expires) }
  }

  function isSignedIn(c: WebContext): boolean {
    return !enabled || isTrusted(c) || readSession(c) !== null || isRight(bearerOf(c) ?? '')
  }

  function isRight(password: string): boolean {
    return timingSafeEqual(digest(password), expected)
  }

  /** Throws `LimitError` where too many wrong passwords came from there. */
  function recentFailuresWithin(address: string): number[] {
    const recent = recentFailures(address)
    if (recent.length < MAX_FAILURES) return recent
    const waitMs = recent[recent.length - MAX_FAILURES]! + FAILURE_WINDOW_MS - clock.now()
    throw new LimitError('too many wrong passwords; try again later', waitMs / 1_000)
  }

  /** A wrong password is a wrong password, however it is sent. */
  function countWrongBearer(c: WebContext): void {
    const sent = bearerOf(c)
    if (!enabled || sent === null || isTrusted(c)) return
    const address = throttledAs(clientAddress(c))
    const recent = recentFailuresWithin(address)
    if (!isRight(sent)) countFailure(address, recent)
  }

  /** Until it closes: an answer that is complete leaves its connection to whatever is asked next. */
  function holdOpen(c: WebContext): void {
    const { incoming, outgoing, upgrade } = bindingsOf(c)
    const stays = upgrade ? incoming?.socket : outgoing
    const session = enabled && !isTrusted(c) ? readSession(c) : null
    if (!session || !stays) return
    const { signature } = session
    const held = open.get(signature) ?? new Set()
    open.set(signature, held.add(stays))
    stays.once('close', () => {
      held.delete(stays)
      if (held.size === 0 && open.get(signature) === held) open.delete(signature)
    })
  }

  function recentFailures(address: string): number[] {
    const since = clock.now() - FAILURE_WINDOW_MS
    return (failures.get(address) ?? []).filter((at) => at > since)
  }

  function countFailure(address: string, recent: number[]): void {
    failures.delete(address)
    failures.set(address, [...recent, clock.now()])
    if (failures.size > MAX_ADDRESSES) failures.delete(failures.keys().next().value!)
  }

  function putCookie(c: WebContext, value: string, maxAgeSeconds: number): void {
    setCookie(c, SESSION_COOKIE, value, {
      path: '/',
      httpOnly: true,
      sameSite: 'Lax',
      secure: isHttps(c, options.allowedOrigins),
      maxAge: maxAgeSeconds,
    })
  }

  return {
    enabled,
    isSignedIn,
    guard: async (c, next) => {
      const isOpen = OPEN_PATHS.has(c.req.path) || c.req.path.startsWith('/assets/')
      if (isOpen) return next()
      countWrongBearer(c)
      if (isSignedIn(c)) {
        if (isStreamPath(c.req.path)) holdOpen(c)
        return next()
      }
      const { pathname, search } = new URL(c.req.url)
      const isDocument = c.req.method === 'GET' && negotiate(c) === 'html'
      if (isDocument) return c.redirect(`/login?next=${encodeURIComponent(pathname + search)}`, 303)
      throw new RefusedError(401, 'not signed in')
    },
    signIn(c, password) {
      const address = throttledAs(clientAddress(c))
      const recent = recentFailuresWithin(address)
      if (!isRight(password)) {
        countFailure(address, recent)
        return false
      }
      failures.delete(address)
      const expiresMs = clock.now() + SESSION_MS
      const session = `${expiresMs}.${randomBytes(12).toString('base64url')}`
      putCookie(c, `${session}.${sign(session)}`, SESSION_MS / 1_000)
      return true
    },
    signOut(c) {
      const session = readSession(c)
      for (const [signature, endsMs] of signedOut) if (endsMs <= clock.now()) signedOut.delete(signature)
      if (session) {
        signedOut.set(session.signature, session.expiresMs)
        for (const one of [...(open.get(session.signature) ?? [])]) one.destroy()
      }
      putCookie(c, '', 0)
    },
  }
}

/** A path of this desk, fit to be sent to after signing in; `/` for anything else. */
export function parseNext(next: string | undefined): string {
  const base = 'http://desk.invalid'
  if (next === undefined || hasControl(next) || !URL.canParse(next, base)) return '/'
  const url = new URL(next, base)
  const path = url.pathname + url.search + url.hash
  // Judged as it will be sent: dots and slashes may have become `//elsewhere` on the way.
  const isHere = url.origin === base && /^\/(?![/\\])/.test(path) && /^\/(?![/\\])/.test(next)
  return isHere && url.pathname !== '/login' ? path : '/'
}

/** One machine has many loopback addresses and many of an IPv6 network: they count as one. */
function throttledAs(address: string): string {
  const bare = address.replace(/^::ffff:/, '')
  if (bare.startsWith('127.') || bare === '::1') return 'loopback'
  return bare.includes(':') ? bare.split(':').slice(0, 4).join(':') : bare
}

/** The password that a program sends along; null where it sends none. The bytes of a header are read as UTF-8. */
function bearerOf(c: WebContext): string | null {
  const sent = /^Bearer +(\S.*)$/i.exec(c.req.header('authorization') ?? '')?.[1]?.trim()
  return sent === undefined ? null : Buffer.from(sent, 'latin1').toString('utf8')
}

/** Hashed first, so that the comparison takes the same time whatever the lengths. */
function digest(password: string): Buffer {
  return createHash('sha256').update(password).digest()
}

function isHttps(c: WebContext, allowedOrigins: readonly string[]): boolean {
  const { protocol, host } = new URL(c.req.url)
  return protocol === 'https:' || allowedOrigins.includes(`https://${host}`)
}

function hasControl(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return /[\u0000-\u001f\u007f]/.test(text)
}
