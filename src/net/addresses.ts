/**
 * Which IP addresses an outgoing call may reach: those of the public internet and no other. The ranges are those of the
 * IANA registries of special-purpose addresses (RFC 6890 and its successors), plus one public address that is a cloud's
 * metadata service. Judges addresses alone; turning names into addresses is left to `guarded-lookup.ts`.
 */
import { BlockList, isIP } from 'node:net'

const RANGES_V4: readonly (readonly [address: string, prefix: number, what: string])[] = [
  ['0.0.0.0', 8, 'of this network'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, 'shared by a carrier'],
  ['127.0.0.0', 8, 'loopback'],
  ['169.254.0.0', 16, 'link-local'],
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'reserved'],
  ['192.0.2.0', 24, 'for documentation'],
  ['192.88.99.0', 24, 'a relay'],
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'for benchmarks'],
  ['198.51.100.0', 24, 'for documentation'],
  ['203.0.113.0', 24, 'for documentation'],
  ['224.0.0.0', 4, 'multicast'],
  ['240.0.0.0', 4, 'reserved'],
  // Answers on machines of Azure only, from inside, though its range is public.
  ['168.63.129.16', 32, 'a metadata service'],
]

/** First match names it. What none of these holds is refused unless it is global unicast, 2000::/3. */
const RANGES_V6: readonly (readonly [address: string, prefix: number, what: string])[] = [
  ['::', 128, 'unspecified'],
  ['::1', 128, 'loopback'],
  ['::ffff:0:0', 96, 'an IPv4 address written as IPv6'],
  ['::', 96, 'an IPv4 address written as IPv6'],
  ['64:ff9b::', 96, 'translated to IPv4'],
  ['64:ff9b:1::', 48, 'translated to IPv4'],
  ['fc00::', 7, 'private'],
  ['fe80::', 10, 'link-local'],
  ['fec0::', 10, 'private'],
  ['ff00::', 8, 'multicast'],
  // Teredo, benchmarks, ORCHID: tunnels and names rather than places.
  ['2001::', 23, 'reserved'],
  ['2001:db8::', 32, 'for documentation'],
  ['2002::', 16, 'tunnelled to IPv4'],
  ['3fff::', 20, 'for documentation'],
]

const REFUSED_V4 = RANGES_V4.map(([address, prefix, what]) => ({ list: subnet(address, prefix), what }))
const REFUSED_V6 = RANGES_V6.map(([address, prefix, what]) => ({ list: subnet(address, prefix), what }))
const GLOBAL_UNICAST = subnet('2000::', 3)

/** What speaks against the address, as in `it is private`; null where nothing does. Takes addresses only, not names. */
export function findAddressRefusal(address: string): string | null {
  switch (isIP(address)) {
    case 4:
      return REFUSED_V4.find(({ list }) => list.check(address, 'ipv4'))?.what ?? null
    case 6: {
      // A zone (`fe80::1%eth0`) names an interface of this machine: nothing public has one.
      if (address.includes('%')) return 'bound to an interface'
      const found = REFUSED_V6.find(({ list }) => list.check(address, 'ipv6'))
      return found?.what ?? (GLOBAL_UNICAST.check(address, 'ipv6') ? null : 'reserved')
    }
    default:
      return 'not an IP address'
  }
}

function subnet(address: string, prefix: number): BlockList {
  const list = new BlockList()
  list.addSubnet(address, prefix, isIP(address) === 4 ? 'ipv4' : 'ipv6')
  return list
}
