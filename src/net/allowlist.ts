/**
 * Which hosts may be asked at all. An entry is a host, `data.example.com`, or every host below one, `*.example.com` (any
 * depth, the name itself not included). Without a port it admits the default port of http and https; with one, as in
 * `feeds.example.com:8443`, that port alone. What an address may look like is judged here too; where a name leads is
 * left to `guarded-lookup.ts`.
 */
import { isIP } from 'node:net'
import { InputError, quote } from '../core/errors.ts'
import { findAddressRefusal } from './addresses.ts'
import { NetError } from './net.ts'

/** Admits an address that the rules refuse. */
export type PermitAddress = (address: string, port: number) => boolean

export interface Allowlist {
  /** Throws `NetError` that says what speaks against asking this address, to which `from` redirected. */
  admit(url: URL, from?: URL): void
}

interface Entry {
  host: string
  includesBelow: boolean
  /** Null: the default port. */
  port: number | null
}

const DEFAULT_PORTS: Record<string, number> = { 'http:': 80, 'https:': 443 }

/** An entry that is not a host throws `InputError`. */
export function createAllowlist(hosts: readonly string[], permitAddress?: PermitAddress): Allowlist {
  const entries = hosts.map(parseEntry)

  function isAllowed(url: URL): boolean {
    const port = portOf(url)
    return entries.some(
      (entry) =>
        (entry.includesBelow
          ? url.hostname.endsWith(`.${entry.host}`) && url.hostname.length > entry.host.length + 1
          : url.hostname === entry.host) &&
        (entry.port === null ? port === DEFAULT_PORTS[url.protocol] : port === entry.port),
    )
  }

  function findRefusal(url: URL): string | null {
    if (!(url.protocol in DEFAULT_PORTS)) return 'only http and https are asked'
    if (url.username !== '' || url.password !== '') return 'an address with a name or password is not asked'
    if (!isAllowed(url)) return 'it is not an allowed host'
    // The parser of addresses has already turned 0x7f.1, 2130706433 and the like into four plain numbers.
    const literal = literalOf(url)
    if (literal === null || permitAddress?.(literal, portOf(url))) return null
    const refusal = findAddressRefusal(literal)
    return refusal === null ? null : `its address is ${refusal}`
  }

  return {
    admit(url, from) {
      const refusal = findRefusal(url)
      if (refusal === null) return
      const told = `${nameOf(url)}: refused, ${refusal}`
      throw new NetError(from ? `${nameOf(from)}: redirects to ${told}` : told)
    },
  }
}

/** A place as it stands in messages: host and port, never path or query, and never longer than a name may be. */
export function nameOf(url: URL): string {
  const name = url.host || url.protocol
  return name.length > 80 ? `${name.slice(0, 80)}…` : name
}

/** The port that will be connected to. */
export function portOf(url: URL): number {
  return url.port === '' ? (DEFAULT_PORTS[url.protocol] ?? 0) : Number(url.port)
}

/** The IP address that stands in place of a host name; null where there is a name. */
function literalOf(url: URL): string | null {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  return isIP(host) === 0 ? null : host
}

function parseEntry(entry: string): Entry {
  const match = /^(\*\.)?([^\s/?#@*\\]+)$/.exec(entry.trim())
  const url = match && parseHost(match[2]!)
  if (!url || url.port === '0')
    throw new InputError('allowedHosts', `allowedHosts has ${quote(entry)}, which is not a host`)
  return {
    host: url.hostname,
    includesBelow: match[1] !== undefined,
    port: /:\d+$/.test(match[2]!) ? portOf(url) : null,
  }
}

function parseHost(host: string): URL | null {
  const address = `http://${host}`
  // To the parser of addresses a colon without a port is as good as none.
  return URL.canParse(address) && !host.endsWith(':') ? new URL(address) : null
}
