import { expect, test } from 'vitest'
import { InputError } from '../../src/core/errors.ts'
import { createAllowlist } from '../../src/net/allowlist.ts'
import { NetError } from '../../src/net/net.ts'

const allowlist = createAllowlist([
  'data.example.com',
  '*.Yahoo.test',
  'feeds.test:8443',
  'plain.test:80',
  'bücher.test',
  '127.0.0.1',
  '[::1]',
  '93.184.216.34',
])
const ask = (address: string) => () => allowlist.admit(new URL(address))

test.each([
  'https://data.example.com/x?y=1',
  'http://data.example.com/',
  'https://DATA.EXAMPLE.COM:443/',
  'https://query1.yahoo.test/',
  'https://a.b.yahoo.test/',
  'https://feeds.test:8443/rss',
  'http://plain.test/',
  'https://xn--bcher-kva.test/',
  'http://93.184.216.34/',
  'http://0x5db8d822/',
])('%s may be asked', (address) => {
  expect(ask(address)).not.toThrow()
})

test.each([
  'https://example.com/',
  'https://sub.data.example.com/',
  'https://data.example.com.evil.test/',
  'https://data.example.com./',
  'https://yahoo.test/',
  'https://.yahoo.test/',
  'https://evilyahoo.test/',
  'https://data.example.com:8080/',
  'https://data.example.com:80/',
  'https://feeds.test/',
  'https://plain.test/',
])('%s is not an allowed host', (address) => {
  expect(ask(address)).toThrow(': refused, it is not an allowed host')
})

test.each(['file:///etc/hosts', 'ftp://data.example.com/', 'data:text/plain,x', 'ws://data.example.com/'])(
  '%s is neither http nor https',
  (address) => {
    expect(ask(address)).toThrow(': refused, only http and https are asked')
  },
)

test.each(['https://me:secret@data.example.com/', 'https://me@data.example.com/'])(
  'a name or password in the address is refused: %s',
  (address) => {
    expect(ask(address)).toThrow(': refused, an address with a name or password is not asked')
  },
)

test.each([
  'http://127.0.0.1/',
  'http://127.1/',
  'http://0177.0.0.1/',
  'http://0x7f.0.0.1/',
  'http://0x7f000001/',
  'http://2130706433/',
  'http://017700000001/',
  'http://１２７.０.０.１/',
  'http://127.0.0.1./',
  'http://[::1]/',
  'http://[0:0:0:0:0:0:0:1]/',
])('an allowed host that is a loopback address is refused in any notation: %s', (address) => {
  expect(ask(address)).toThrow(/^(127\.0\.0\.1|\[::1\]): refused, its address is loopback$/)
})

test.each([
  ['169.254.169.254', 'http://0xa9fea9fe/', 'link-local'],
  ['10.0.0.1', 'http://167772161/', 'private'],
  ['192.168.0.1', 'http://0300.0250.0.1/', 'private'],
  ['0.0.0.0', 'http://0/', 'of this network'],
  ['[::ffff:7f00:1]', 'http://[::ffff:127.0.0.1]/', 'an IPv4 address written as IPv6'],
  ['[64:ff9b::a00:1]', 'http://[64:ff9b::10.0.0.1]/', 'translated to IPv4'],
  ['[fd00:ec2::254]', 'http://[fd00:ec2::254]/', 'private'],
])('%s is no better for being on the list: %s', (host, address, what) => {
  expect(() => createAllowlist([host]).admit(new URL(address))).toThrow(
    new NetError(`${host}: refused, its address is ${what}`),
  )
})

test.each([
  '',
  '*',
  '*.',
  'https://a.test',
  'a.test/path',
  'a b.test',
  'me@a.test',
  '*.*.test',
  'a.test:99999',
  'a.test:',
  'a.test:0',
  '*.a.test:',
])('an entry that is not a host is named: %j', (entry) => {
  expect(() => createAllowlist([entry])).toThrow(InputError)
  expect(() => createAllowlist([entry])).toThrow(JSON.stringify(entry))
})
