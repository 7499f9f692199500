import { Writable } from 'node:stream'
import type { WriteStream } from 'node:tty'
import { expect, test } from 'vitest'
import { createPlainLog } from '../../src/cli/plain-log.ts'
import { createOutput } from '../../src/cli/terminal.ts'

function createStream(facts: { isTTY?: true; columns?: number; rows?: number }) {
  const written: string[] = []
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => (written.push(String(chunk)), done()),
  })
  return { written, stream: Object.assign(stream, facts) as Writable & Partial<WriteStream> }
}

test.each([{ columns: 0, rows: 0 }, {}])(
  'a terminal that does not know its size (%o) counts as 80 × 24',
  (size) => {
    const { columns, rows } = createOutput(createStream({ isTTY: true, ...size }).stream)
    expect([columns, rows]).toEqual([80, 24])
  },
)

test('the process log on a terminal is plain lines, without anything that could act on it', () => {
  const { written, stream } = createStream({ isTTY: true })
  const log = createPlainLog(createOutput(stream))
  log.write('{"level":30,"time":1,"msg":"3 runs resumed"}\n')
  log.write('{"level":40,"time":1,"msg":"the index is to be rebuilt: it is gone"}\n')
  log.write(
    '{"level":50,"run_id":"AAPL--1","err":{"message":"bad \\u001b[2J\\nnews","stack":"x"},"msg":"run failed"}\n',
  )
  expect(written.join('')).toBe(
    '3 runs resumed\n⚠ the index is to be rebuilt: it is gone\n✖ AAPL--1: run failed (bad [2J news)\n',
  )
})
