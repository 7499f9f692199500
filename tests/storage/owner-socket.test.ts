import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { link, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ConflictError, InputError } from '../../src/core/errors.ts'
import {
  claimOwnership,
  connectOwner,
  createClaimName,
  identifySocket,
  OWNER_SOCKET,
  type Ownership,
} from '../../src/storage/owner-socket.ts'
import { openSocketDirectory } from '../../src/storage/socket-path.ts'
import { createTempDir } from '../support/temp-dir.ts'

async function claim(dataDir: string): Promise<Ownership> {
  const ownership = await claimOwnership(dataDir, (_request, response) => response.end('mine'))
  onTestFinished(() => ownership.close())
  return ownership
}

/** A socket nobody listens on any more, under each of the names: what a killed process leaves. */
async function leaveDeadSocket(dataDir: string, ...names: string[]): Promise<void> {
  const server = createServer()
  server.listen(join(dataDir, 'dying'))
  await once(server, 'listening')
  for (const name of names) await link(join(dataDir, 'dying'), join(dataDir, name))
  server.close()
  await once(server, 'close')
}

function get(socketPath: string, path = '/'): Promise<{ status: number; body: string }> {
  return new Promise((settle, fail) => {
    request({ socketPath, path }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => (body += part))
      response.on('end', () => settle({ status: response.statusCode!, body }))
    })
      .on('error', fail)
      .end()
  })
}

describe('owning the data directory', () => {
  it('answers on a socket that only this user may use', async () => {
    const dataDir = join(await createTempDir('owner'), 'data')
    const { socketPath } = await claim(dataDir)
    expect(await get(socketPath)).toEqual({ status: 200, body: 'mine' })
    expect((await stat(join(dataDir, OWNER_SOCKET))).mode & 0o777).toBe(0o600)
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700)
    expect(await readdir(dataDir)).toEqual([OWNER_SOCKET])
  })

  it('answers 503 until it is told who answers', async () => {
    const dataDir = await createTempDir('owner')
    const ownership = await claimOwnership(dataDir)
    onTestFinished(() => ownership.close())
    expect(await get(ownership.socketPath)).toEqual({ status: 503, body: '{"error":"the desk is starting"}' })
    ownership.answerWith((_request, response) => response.end('now'))
    expect(await get(ownership.socketPath)).toEqual({ status: 200, body: 'now' })
  })

  it('refuses a second owner, and lets one in after the first has left', async () => {
    const dataDir = await createTempDir('owner')
    const first = await claimOwnership(dataDir)
    await expect(claimOwnership(dataDir)).rejects.toThrow(ConflictError)
    await expect(claimOwnership(dataDir)).rejects.toThrow('another process owns the data directory')
    expect(await readdir(dataDir)).toEqual([OWNER_SOCKET])
    await first.close()
    expect(await readdir(dataDir)).toEqual([])
    await claim(dataDir)
  })

  it('does not remove the name of its successor when it leaves', async () => {
    const dataDir = await createTempDir('owner')
    const first = await claimOwnership(dataDir)
    await rm(join(dataDir, OWNER_SOCKET))
    await claim(dataDir)
    await first.close()
    expect(await readdir(dataDir)).toEqual([OWNER_SOCKET])
  })

  it('tells whether an owner answers', async () => {
    const dataDir = await createTempDir('owner')
    expect(await connectOwner(join(dataDir, 'none'))).toBeNull()
    expect(await connectOwner(dataDir)).toBeNull()
    await leaveDeadSocket(dataDir, OWNER_SOCKET)
    expect(await connectOwner(dataDir)).toBeNull()
    await claim(dataDir)
    const connection = await connectOwner(dataDir)
    expect(await get(connection!.socketPath)).toEqual({ status: 200, body: 'mine' })
    await connection!.close()
  })

  it('takes over from a dead owner, whatever lies at its name', async () => {
    const dataDir = await createTempDir('owner')
    await leaveDeadSocket(dataDir, OWNER_SOCKET)
    await (await claimOwnership(dataDir)).close()
    await writeFile(join(dataDir, OWNER_SOCKET), 'no socket')
    const { socketPath } = await claim(dataDir)
    expect((await get(socketPath)).body).toBe('mine')
  })

  it('takes over where others died while they were taking over, and tidies up', async () => {
    const dataDir = await createTempDir('owner')
    await leaveDeadSocket(dataDir, OWNER_SOCKET)
    const dead = await identifySocket(join(dataDir, OWNER_SOCKET))
    await leaveDeadSocket(dataDir, createClaimName(dead!, 1))
    await leaveDeadSocket(dataDir, createClaimName(dead!, 2), createClaimName('0123456789', 1))
    await mkdir(join(dataDir, '.o-dead01'))
    await leaveDeadSocket(dataDir, '.o-dead01/s')
    await claim(dataDir)
    expect(await readdir(dataDir)).toEqual([OWNER_SOCKET])
  })

  it('leaves a dead socket to a process that is already taking it over', async () => {
    const dataDir = await createTempDir('owner')
    await leaveDeadSocket(dataDir, OWNER_SOCKET)
    const dead = await identifySocket(join(dataDir, OWNER_SOCKET))
    await leaveDeadSocket(dataDir, createClaimName(dead!, 1))
    const other = createServer()
    onTestFinished(() => void other.close())
    other.listen(join(dataDir, createClaimName(dead!, 2)))
    await once(other, 'listening')
    await expect(claimOwnership(dataDir)).rejects.toThrow(ConflictError)
    expect(await identifySocket(join(dataDir, OWNER_SOCKET))).toBe(dead)
  })

  it('of many that start at once in one process exactly one owns a directory left by a dead owner', async () => {
    for (let round = 0; round < 15; round += 1) {
      const dataDir = await createTempDir('owner')
      if (round % 3 > 0) await leaveDeadSocket(dataDir, OWNER_SOCKET)
      const claims = await Promise.allSettled(Array.from({ length: 12 }, () => claimOwnership(dataDir)))
      const owners = claims.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
      const losers = claims.flatMap((result) =>
        result.status === 'rejected' ? [result.reason as Error] : [],
      )
      expect(losers.map((error) => `${error.name}: ${error.message}`)).toEqual(
        Array(11).fill(expect.stringContaining('ConflictError: another process owns')),
      )
      expect(owners).toHaveLength(1)
      expect(await readdir(dataDir)).toEqual([OWNER_SOCKET])
      await owners[0]!.close()
    }
  })

  it('of real processes that start at once exactly one wins, each time its owner is killed', async () => {
    const dataDir = await createTempDir('owner')
    let racers = await Promise.all(Array.from({ length: 6 }, () => startRacer(dataDir)))
    for (let round = 1; racers.length > 1; round += 1) {
      const answers = await Promise.all(racers.map((racer) => racer.tryOnce()))
      const winners = racers.filter((_, i) => answers[i] === 'owner')
      expect(answers.filter((answer) => answer === 'conflict')).toHaveLength(racers.length - 1)
      expect(winners).toHaveLength(1)
      const { body } = await get(join(dataDir, OWNER_SOCKET))
      expect(Number(body)).toBe(winners[0]!.process.pid)
      winners[0]!.process.kill('SIGKILL')
      await once(winners[0]!.process, 'exit')
      racers = racers.filter((racer) => racer !== winners[0])
    }
  })

  it('works in a directory whose path is longer than a socket address', async () => {
    const base = await createTempDir('owner')
    const dataDir = join(base, 'a-rather-long-name'.repeat(12), 'data')
    expect(Buffer.byteLength(dataDir)).toBeGreaterThan(200)
    const { socketPath } = await claim(dataDir)
    expect((await get(socketPath)).body).toBe('mine')
    await expect(claimOwnership(dataDir)).rejects.toThrow(ConflictError)
    const connection = await connectOwner(dataDir)
    expect((await get(connection!.socketPath)).body).toBe('mine')
    await connection!.close()
    await expect(openSocketDirectory(dataDir, 'darwin')).rejects.toThrow(InputError)
    await expect(openSocketDirectory(dataDir, 'darwin')).rejects.toThrow(
      /too long for a socket in it; allowed: 82 bytes/,
    )
  })

  it('prefers a path from the working directory where that is short enough', async () => {
    const deep = join(process.cwd(), 'x'.repeat(80))
    const directory = await openSocketDirectory(deep, 'darwin')
    expect(directory.path).toBe(deep)
    expect(directory.addressOf('rundesk.sock').length).toBeLessThan(103)
  })
})

interface Racer {
  process: ChildProcess
  tryOnce(): Promise<string>
}

async function startRacer(dataDir: string): Promise<Racer> {
  const script = new URL('../support/owner-process.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [script, dataDir], { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const nextLine = async () => String((await lines.next()).value)
  expect(await nextLine()).toBe('ready')
  return {
    process: child,
    tryOnce() {
      child.stdin.write('go\n')
      return nextLine()
    },
  }
}
