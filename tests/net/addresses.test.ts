import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findAddressRefusal } from '../../src/net/addresses.ts'

test.each([
  ['0.0.0.0', 'of this network'],
  ['0.255.255.255', 'of this network'],
  ['10.0.0.1', 'private'],
  ['100.64.0.1', 'shared by a carrier'],
  ['100.100.100.200', 'shared by a carrier'],
  ['100.127.255.255', 'shared by a carrier'],
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['169.254.169.254', 'link-local'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.0.0.192', 'reserved'],
  ['192.0.2.1', 'for documentation'],
  ['192.88.99.1', 'a relay'],
  ['192.168.1.1', 'private'],
  ['198.18.0.1', 'for benchmarks'],
  ['198.19.255.255', 'for benchmarks'],
  ['198.51.100.7', 'for documentation'],
  ['203.0.113.7', 'for documentation'],
  ['224.0.0.251', 'multicast'],
  ['239.255.255.255', 'multicast'],
  ['240.0.0.1', 'reserved'],
  ['255.255.255.255', 'reserved'],
  ['168.63.129.16', 'a metadata service'],
  ['::', 'unspecified'],
  ['::1', 'loopback'],
  ['0:0:0:0:0:0:0:1', 'loopback'],
  ['::127.0.0.1', 'an IPv4 address written as IPv6'],
  ['::ffff:127.0.0.1', 'an IPv4 address written as IPv6'],
  ['::ffff:7f00:1', 'an IPv4 address written as IPv6'],
  ['::ffff:8.8.8.8', 'an IPv4 address written as IPv6'],
  ['::ffff:0:127.0.0.1', 'reserved'],
  ['64:ff9b::10.0.0.1', 'translated to IPv4'],
  ['64:ff9b:1::1', 'translated to IPv4'],
  ['100::1', 'reserved'],
  ['2001::1', 'reserved'],
  ['2001:20::1', 'reserved'],
  ['2001:db8::1', 'for documentation'],
  ['2002:7f00:1::', 'tunnelled to IPv4'],
  ['3fff::1', 'for documentation'],
  ['5f00::1', 'reserved'],
  ['fc00::1', 'private'],
  ['fd00:ec2::254', 'private'],
  ['fe80::1', 'link-local'],
  ['fe80::1%lo', 'bound to an interface'],
  ['2606:4700::1%eth0', 'bound to an interface'],
  ['fec0::1', 'private'],
  ['ff02::1', 'multicast'],
  ['localhost', 'not an IP address'],
  ['0x7f.0.0.1', 'not an IP address'],
])('%s is refused: it is %s', (address, refusal) => {
  expect(findAddressRefusal(address)).toBe(refusal)
})

test.each([
  '1.1.1.1',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '169.253.255.255',
  '172.15.255.255',
  '172.32.0.0',
  '192.0.1.0',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '2001:200::1',
  '2606:4700:4700::1111',
  '2a00:1450:4001:81b::200e',
])('%s is public', (address) => {
  expect(findAddressRefusal(address)).toBeNull()
})

test('no IPv4 address passes in IPv6 dress, and outside 2000::/3 nothing does', () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
  fc.assert(
    fc.property(bytes(4), ([a, b, c, d]) => {
      for (const prefix of ['::ffff:', '::', '64:ff9b::']) {
        expect(findAddressRefusal(`${prefix}${a}.${b}.${c}.${d}`)).not.toBeNull()
      }
    }),
  )
  fc.assert(
    fc.property(bytes(16), (raw) => {
      fc.pre(raw[0]! >> 5 !== 1)
      const groups = Array.from({ length: 8 }, (_, i) => ((raw[2 * i]! << 8) | raw[2 * i + 1]!).toString(16))
      expect(findAddressRefusal(groups.join(':'))).not.toBeNull()
    }),
  )
})
