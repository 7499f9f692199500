/**
 * Turns a host name into the addresses that a connection may use, and into nothing else. The socket asks here itself,
 * so the addresses that were judged are the ones connected to: there is no second resolution that could say otherwise.
 * Of a mixed answer the public addresses are used; a name that has none is refused.
 */
import { lookup as lookUp } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { findAddressRefusal } from './addresses.ts'
import type { PermitAddress } from './allowlist.ts'
import { NetError } from './net.ts'

/** Every address of a name, best first. Rejects where the name is unknown. */
export type Resolve = (host: string) => Promise<readonly string[]>

/** As the operating system resolves names, its `hosts` file included. */
export const resolveBySystem: Resolve = async (host) => {
  const found = await lookUp(host, { all: true })
  return found.map(({ address }) => address)
}

/** For sockets to `port`. Fails with `NetError` where no address is left. */
export function createGuardedLookup(
  resolve: Resolve,
  port: number,
  permitAddress?: PermitAddress,
): LookupFunction {
  async function findAddresses(host: string) {
    const found = await resolve(host)
    const refused: string[] = []
    const admitted = found.filter((address) => {
      const refusal = findAddressRefusal(address)
      if (refusal === null || (isIP(address) !== 0 && permitAddress?.(address, port))) return true
      refused.push(refusal)
      return false
    })
    if (admitted.length > 0) return admitted.map((address) => ({ address, family: isIP(address) }))
    throw new NetError(
      refused.length > 0 ? `${host}: refused, its address is ${refused[0]}` : `${host}: it has no address`,
    )
  }

  return (host, options, callback) => {
    findAddresses(host).then(
      (addresses) => {
        if (options.all) callback(null, addresses)
        else callback(null, addresses[0]!.address, addresses[0]!.family)
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    )
  }
}
