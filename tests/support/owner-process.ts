/**
 * A process that wants a data directory: with every line on stdin it tries once and says `owner` or `conflict`, then
 * holds what it got until it is killed. Started by the test of the owner socket.
 */
import { createInterface } from 'node:readline'
import { claimOwnership } from '../../src/storage/owner-socket.ts'

const dataDir = process.argv[2]!
process.stdout.write('ready\n')
for await (const _line of createInterface({ input: process.stdin })) {
  try {
    const ownership = await claimOwnership(dataDir)
    ownership.answerWith((_request, response) => response.end(String(process.pid)))
    process.stdout.write('owner\n')
  } catch (error) {
    process.stdout.write((error as Error).name === 'ConflictError' ? 'conflict\n' : `${String(error)}\n`)
  }
}
