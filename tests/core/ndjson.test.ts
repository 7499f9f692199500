import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeLine, encodeLine } from '../../src/core/ndjson.ts'

const record = fc.record({ seq: fc.nat(), text: fc.string(), nested: fc.jsonValue() })

test('what is written is read back', () => {
  fc.assert(
    fc.property(record, (value) => {
      const line = encodeLine(value)
      expect(line.endsWith('\n')).toBe(true)
      expect(line.indexOf('\n')).toBe(line.length - 1)
      expect(decodeLine(line.slice(0, -1))).toEqual({ ok: true, value: JSON.parse(JSON.stringify(value)) })
    }),
  )
})

test('a line that lost or changed a byte is never taken for whole', () => {
  fc.assert(
    fc.property(record, fc.nat(), fc.integer({ min: 1, max: 255 }), (value, place, change) => {
      const bytes = Buffer.from(encodeLine(value).trimEnd())
      const at = place % bytes.length
      const cut = decodeLine(bytes.subarray(0, at).toString('utf8'))
      expect(cut.ok).toBe(false)
      bytes[at] = bytes[at]! ^ change
      expect(decodeLine(bytes.toString('utf8')).ok).toBe(false)
    }),
  )
})
