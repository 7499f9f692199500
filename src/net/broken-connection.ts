/** The failures after which asking again may help, told from those that are final. */
import { NetError } from './net.ts'

/** No whole answer came: nobody there, the name unknown for now, the connection lost on the way. */
export class BrokenConnectionError extends NetError {
  readonly hostname: string
  constructor(hostname: string, message: string) {
    super(message)
    this.hostname = hostname
  }
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was lost',
  EPIPE: 'the connection was lost',
  UND_ERR_SOCKET: 'the connection was lost',
  ENOTFOUND: 'the name is unknown',
  EAI_AGAIN: 'the name could not be resolved',
  ETIMEDOUT: 'nobody answers',
  UND_ERR_CONNECT_TIMEOUT: 'nobody answers',
  EHOSTUNREACH: 'it cannot be reached',
  ENETUNREACH: 'it cannot be reached',
  Z_BUF_ERROR: 'the answer is cut short',
  Z_DATA_ERROR: 'the answer is damaged',
}

/** What went wrong, in words. Messages of others are not passed on: they may repeat the address asked. */
export function describeBreak(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  if (typeof code !== 'string') return 'the connection failed'
  // Brotli has a code of its own for each way in which data can be damaged.
  if (code.startsWith('ERR__ERROR_FORMAT')) return REASONS.Z_DATA_ERROR!
  return REASONS[code] ?? `the connection failed (${code})`
}
