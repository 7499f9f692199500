import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { BUNDLE_FORMAT, BUNDLE_VERSION } from '../../src/storage/bundle-format.ts'
import { streamBundle } from '../../src/storage/bundle-writer.ts'
import { createWebDesk } from '../support/web-desk.ts'

const PIECE = randomBytes(300_000)
const FILES = 3

interface Watched {
  opened: number
  ended: number
  closed: number
}

/** A bundle of files that give their pieces at once, so that many are under way at any time. */
function openBundle(seen: Watched, pieces = 10) {
  return streamBundle({
    head: {
      ...{ format: BUNDLE_FORMAT, version: BUNDLE_VERSION, run_id: 'AAPL--2026-11-20_10.00.00--000001' },
      ...{ exported_at: '2026-11-20T10:00:00.000Z', exported_by: '1.0.0', files_state: 'whole' },
    },
    at: new Date('2026-11-20T10:00:00.000Z'),
    onClose: () => (seen.closed += 1),
    sources: Array.from({ length: FILES }, (_, n) => ({
      path: `reports/${n}.md`,
      async *open() {
        seen.opened += 1
        try {
          for (let piece = 0; piece < pieces; piece++) yield PIECE
        } finally {
          seen.ended += 1
        }
      },
    })),
  })
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('a bundle that nobody reads to its end', () => {
  it('closes its files once and harms nobody, after whatever number of pieces it is given up', async () => {
    for (let reads = 0; reads < 30; reads++) {
      const seen = { opened: 0, ended: 0, closed: 0 }
      const reader = (await openBundle(seen)).getReader()
      for (let read = 0; read < reads; read++) await reader.read()
      const waiting = reader.read()
      await reader.cancel()
      await waiting
      while (seen.closed === 0 || seen.ended < seen.opened) await turn()
      for (let after = 0; after < 5; after++) await turn()
      expect(seen.closed).toBe(1)
    }
  })

  it('that is never begun to be read closes as well', async () => {
    const seen = { opened: 0, ended: 0, closed: 0 }
    await (await openBundle(seen)).cancel()
    while (seen.closed === 0) await turn()
    expect(seen.opened).toBe(seen.ended)
  })

  it('leaves the server at work however often its connection is reset', async () => {
    const { desk, request, listen } = await createWebDesk()
    const runId = desk.add()
    desk.complete(runId)
    const seen = { opened: 0, ended: 0, closed: 0 }
    desk.exportRun = async () => ({ name: 'run.zip', stream: await openBundle(seen, 40) })
    const { hostname, port } = new URL(await listen())
    const visits = 40
    for (let visit = 0; visit < visits; visit++) {
      await new Promise<void>((resolve, reject) => {
        const socket = connect(Number(port), hostname)
        let pieces = 0
        socket.once('error', reject).once('close', () => resolve())
        socket.on('data', () => {
          if (pieces++ >= visit % 10) socket.resetAndDestroy()
        })
        socket.write(`GET /runs/${runId}/export HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`)
      })
    }
    while (seen.closed < visits) await turn()
    expect([seen.closed, seen.ended]).toEqual([visits, seen.opened])
    expect((await request(`/runs/${runId}`, { headers: { Accept: 'application/json' } })).status).toBe(200)
  })
})
