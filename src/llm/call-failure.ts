/**
 * What went wrong with one try of a call, and whether another may help. Reads the errors of the AI SDK by their fields,
 * so that none of its packages is loaded for it.
 */
import { messageOf, quote } from '../core/errors.ts'
import type { ModelId } from './model-call.ts'
import type { ParsedModelId } from './model-id.ts'
import { addressVariableOf, keyVariableOf } from './provider-settings.ts'
import { parseRetryHeaders, parseRetryInfo } from './retry-after.ts'

/** A try took longer than a call may. */
export class CallTimeoutError extends Error {
  override name = 'CallTimeoutError'
  readonly timeoutMs: number
  constructor(timeoutMs: number) {
    super(`no complete answer within ${timeoutMs / 1_000} s`)
    this.timeoutMs = timeoutMs
  }
}

/** The connection ended before the answer did. */
export class DroppedAnswerError extends Error {
  override name = 'DroppedAnswerError'
}

export type CallFailure =
  | {
      kind: 'passing'
      reason: 'rate-limited' | 'unavailable' | 'unreachable' | 'timeout' | 'dropped'
      problem: string
      /** What the server asked for; null where it did not. */
      retryAfterMs: number | null
    }
  /** The server cannot be told the shape of an answer; it may still be asked for in the prompt. */
  | { kind: 'shape-unsupported'; problem: string }
  /** Asking again is useless. */
  | { kind: 'final'; problem: string }

interface ProviderError {
  statusCode?: unknown
  responseHeaders?: unknown
  data?: unknown
  type?: unknown
  code?: unknown
}

const MAX_MESSAGE_LENGTH = 300

/**
 * `problem` is a clause to be put after the model's name. `redact` takes secrets out of what was said before anything is
 * cut from it.
 */
export function classifyFailure(
  error: unknown,
  { provider, name }: ParsedModelId,
  nowMs: number,
  redact: (text: string) => string,
): CallFailure {
  const passing = (
    reason: (CallFailure & { kind: 'passing' })['reason'],
    problem: string,
    retryAfterMs: number | null = null,
  ): CallFailure => ({ kind: 'passing', reason, problem, retryAfterMs })
  const final = (problem: string): CallFailure => ({ kind: 'final', problem })
  if (error instanceof CallTimeoutError) return passing('timeout', `gave ${error.message}`)
  if (error instanceof DroppedAnswerError) return passing('dropped', error.message)

  const said = (error ?? {}) as ProviderError
  const status = readStatus(said)
  const message = boundMessage(redact(messageFrom(error)))
  const answered = `answered ${status}${message === '' ? '' : `: ${quote(message, MAX_MESSAGE_LENGTH)}`}`
  if (status === null || status < 300) {
    const trouble = findSetUpTrouble(error)
    if (trouble !== null) return final(`could not be asked: ${trouble}, check ${addressVariableOf(provider)}`)
    if (!isConnectionTrouble(error)) return final(`could not be asked: ${message}`)
    return isOutOfReach(error)
      ? passing('unreachable', `could not be reached (${message})`)
      : passing('dropped', `broke off (${message})`)
  }
  const retryAfterMs =
    parseRetryHeaders((said.responseHeaders ?? {}) as Record<string, string>, nowMs) ??
    parseRetryInfo(said.data)
  const variable = keyVariableOf(provider)
  if (status === 402 || isOutOfCredit(said)) return final(`${answered}; the account has no credit left`)
  if (status === 429) return passing('rate-limited', answered, retryAfterMs)
  if (status === 408 || status === 409 || status >= 500) return passing('unavailable', answered, retryAfterMs)
  if (status === 401 || status === 403 || (status === 400 && /\bapi[ _]key\b/i.test(message))) {
    return final(`${answered}; the key was not accepted${variable ? `, check ${variable}` : ''}`)
  }
  if (status === 404) return final(`${answered}; ${provider} knows no model ${quote(name)} at that address`)
  if (status < 400) return final(`${answered}; it sends requests elsewhere, check its address`)
  if (status !== 413 && isAboutShape(message)) return { kind: 'shape-unsupported', problem: answered }
  return final(`${answered}; the request was not accepted`)
}

/** As a sentence: the model first. */
export function describeFailure(model: ModelId, failure: CallFailure): string {
  return `${model} ${failure.problem}`
}

function readStatus(error: ProviderError): number | null {
  if (typeof error.statusCode === 'number') return error.statusCode
  // An error sent inside a stream, where the answer began with 200.
  const code = Number(error.code)
  if (Number.isInteger(code) && code >= 400 && code <= 599) return code
  const words = [error.type, error.code].filter((word) => typeof word === 'string').join(' ')
  if (words === '') return null
  if (/rate_limit|quota/.test(words)) return 429
  if (/overload|unavailable/.test(words)) return 503
  if (/auth|permission/.test(words)) return 401
  if (/not_found/.test(words)) return 404
  if (/invalid/.test(words)) return 400
  return /error/.test(words) ? 500 : null
}

function isOutOfCredit({ data, code, type }: ProviderError): boolean {
  const inner = (data as { error?: { code?: unknown; type?: unknown } } | undefined)?.error
  return [code, type, inner?.code, inner?.type].includes('insufficient_quota')
}

function isAboutShape(message: string): boolean {
  return /response_format|json_?schema|structured[ _]output|output_config|response_?schema/i.test(message)
}

const UNFINISHED = new Set([
  'AI_InvalidResponseDataError',
  'AI_JSONParseError',
  'AI_TypeValidationError',
  'AI_EmptyResponseBodyError',
  'AI_NoContentGeneratedError',
])

/** The error and what caused it, from the outside in. */
function chainOf(error: unknown): Error[] {
  const chain: Error[] = []
  for (let at = error; at instanceof Error && chain.length < 6; at = at.cause) chain.push(at)
  return chain
}

function codeOf(error: Error): string | null {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code) ? code : null
}

/** What is wrong with the address or with who answers there, and stays so. In our words: theirs hold paths. */
const SET_UP_TROUBLES: readonly (readonly [codes: RegExp, problem: string])[] = [
  [/^ERR_INVALID_URL$/, 'its address cannot be read'],
  [
    /^(CERT_|CRL_|ERR_TLS_CERT_|UNABLE_TO_(GET|VERIFY|DECODE|DECRYPT)_|HOSTNAME_MISMATCH)|SELF_SIGNED/,
    'its certificate is not accepted',
  ],
  [/^(EPROTO$|ERR_SSL_|ERR_TLS_(?!HANDSHAKE_TIMEOUT))/, 'no secure connection comes about'],
]

function findSetUpTrouble(error: unknown): string | null {
  for (const code of chainOf(error).map(codeOf)) {
    const found = code === null ? undefined : SET_UP_TROUBLES.find(([codes]) => codes.test(code))
    if (found) return `${found[1]} (${code})`
  }
  return null
}

function isConnectionTrouble(error: unknown): boolean {
  return chainOf(error).some(
    (at) =>
      UNFINISHED.has(at.name) ||
      /^terminated$|fetch failed|socket/i.test(at.message) ||
      /^(E[A-Z_]+|UND_ERR_\w+)$/.test(codeOf(at) ?? ''),
  )
}

/** No connection was made: nothing was asked, and nothing is paid. */
function isOutOfReach(error: unknown): boolean {
  return chainOf(error).some(
    (at) =>
      /^(connect|getaddrinfo)$/.test(String((at as { syscall?: unknown }).syscall)) ||
      /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/.test(
        codeOf(at) ?? '',
      ),
  )
}

/** The first thing in the chain that says anything; failing that, the code of what happened. */
function messageFrom(error: unknown): string {
  if (!(error instanceof Error)) {
    const { message } = (error ?? {}) as { message?: unknown }
    return typeof message === 'string' ? message : messageOf(error)
  }
  const chain = chainOf(error)
  const messages = chain.map((at) => at.message.replace(/^Cannot connect to API: ?/, ''))
  const telling = messages.find((message) => message !== '' && !message.startsWith('Failed to process'))
  return telling ?? chain.map(codeOf).find((code) => code !== null) ?? error.name
}

function boundMessage(message: string): string {
  const plain = message.replace(/\s+/g, ' ').trim()
  return plain.length > MAX_MESSAGE_LENGTH ? `${plain.slice(0, MAX_MESSAGE_LENGTH)}…` : plain
}
