import { expect, test } from 'vitest'
import { decodeText } from '../../src/net/decode-text.ts'

const utf8 = (text: string) => Buffer.from(text)
const latin1 = (text: string) => Buffer.from(text, 'latin1')

test.each([
  ['UTF-8 where nothing is said', utf8('Größe'), undefined, 'Größe'],
  ['the charset of the content type', latin1('Größe'), 'text/csv; charset=ISO-8859-1', 'Größe'],
  ['a quoted charset', latin1('Größe'), 'text/csv;charset="windows-1252"', 'Größe'],
  ['a charset nobody knows, as UTF-8', utf8('Größe'), 'text/csv; charset=klingon', 'Größe'],
  ['a byte order mark before all else', utf8('\ufeffGröße'), 'text/csv; charset=latin1', 'Größe'],
  ['UTF-16 with its mark', Buffer.from('\ufeffGröße', 'utf16le'), 'text/xml', 'Größe'],
  ['bytes that fit no character', latin1('a\xffb'), 'text/plain', 'a\ufffdb'],
  ['nothing', utf8(''), 'text/plain', ''],
])('%s', (_what, body, contentType, expected) => {
  expect(decodeText(body, contentType)).toBe(expected)
})

test('an XML document says its own encoding, unless the content type does', () => {
  const feed = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?>\n<rss>Größe</rss>`
  expect(decodeText(latin1(feed('iso-8859-1')), 'application/rss+xml')).toContain('Größe')
  expect(decodeText(utf8(feed('iso-8859-1')), 'text/xml; charset=utf-8')).toContain('Größe')
  expect(decodeText(utf8(feed('utf-8')), undefined)).toContain('Größe')
})
