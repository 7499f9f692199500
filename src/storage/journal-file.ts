/**
 * The journal of one run, open for writing. Promises that events stand in the file in the order of their numbers
 * without a gap, that a write which failed half-way leaves nothing behind, and that callers who ask for durability at
 * the same time share one write and one sync. Leaves to the engine what to do when the disk refuses.
 */
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunEvent } from '../runs/event.ts'
import type { Journal } from '../runs/ports.ts'
import { READ_WRITE, toIoError, writeFully, type OpenFile } from './durable-files.ts'
import { planRotation } from './journal-rotation.ts'
import { encodeEvent } from './journal-scan.ts'
import { JOURNAL_FILE } from './journal-segments.ts'

export interface JournalFileOptions {
  runId: string
  folder: string
  handle: FileHandle
  /** Bytes of the file that are good; anything behind them is cut off before the next write. */
  length: number
  /** Number of the last event in the journal; 0 when it is empty. */
  lastSeq: number
  openFile: OpenFile
  onClose(): void
}

interface Entry {
  firstSeq: number
  lastSeq: number
  bytes: Buffer
  sync: boolean
  resolve(): void
  reject(error: unknown): void
}

export function createJournalFile(options: JournalFileOptions): Journal {
  const { runId, folder, openFile, onClose } = options
  let { handle, length, lastSeq } = options
  let failure: Error | null = null
  let isClosed = false
  let queue: Promise<void> = Promise.resolve()
  /** Entries that the next write will take, all at once. */
  let waiting: Entry[] | null = null

  function append(events: readonly RunEvent[], { sync }: { sync: boolean }): Promise<void> {
    if (isClosed) return Promise.reject(new Error(`the journal of run ${runId} is closed`))
    if (events.length === 0 && !sync) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const firstSeq = events[0]?.seq ?? 0
      const bytes = Buffer.from(events.map(encodeEvent).join(''))
      const isSteady = events.every((event, i) => event.seq === firstSeq + i)
      if (!isSteady)
        return reject(new Error(`the events for the journal of run ${runId} are not numbered in order`))
      const entry = { firstSeq, lastSeq: firstSeq + events.length - 1, bytes, sync, resolve, reject }
      if (waiting) return void waiting.push(entry)
      const entries = (waiting = [entry])
      void enqueue(() => {
        if (waiting === entries) waiting = null
        return writeEntries(entries)
      })
    })
  }

  function rotate(checkpoint: RunEvent): Promise<void> {
    if (isClosed) return Promise.reject(new Error(`the journal of run ${runId} is closed`))
    waiting = null
    return enqueue(async () => {
      refuseAfterFailure()
      refuseGap(checkpoint.seq)
      await switchSegment(encodeEvent(checkpoint))
      lastSeq = checkpoint.seq
    })
  }

  function close(): Promise<void> {
    if (isClosed) return queue
    isClosed = true
    waiting = null
    return enqueue(async () => {
      await handle.close()
      onClose()
    })
  }

  /** One thing at a time, in the order asked. A failure is its caller's alone. */
  function enqueue(job: () => Promise<void>): Promise<void> {
    const done = queue.then(job)
    queue = done.catch(() => undefined)
    return done
  }

  async function writeEntries(entries: Entry[]): Promise<void> {
    const accepted: Entry[] = []
    let nextSeq = lastSeq + 1
    for (const entry of entries) {
      try {
        refuseAfterFailure()
        if (entry.bytes.length > 0) refuseGap(entry.firstSeq, nextSeq)
        if (entry.bytes.length > 0) nextSeq = entry.lastSeq + 1
        accepted.push(entry)
      } catch (error) {
        entry.reject(error)
      }
    }
    if (accepted.length === 0) return
    const bytes = Buffer.concat(accepted.map((entry) => entry.bytes))
    try {
      await writeFully(handle, bytes, length)
    } catch (error) {
      await cutBack()
      for (const entry of accepted) entry.reject(cannotWrite(error))
      return
    }
    // Those in front of the first that asks for a sync need not wait for it; those behind it must not overtake it.
    const firstSync = accepted.findIndex((entry) => entry.sync)
    const unsynced = firstSync === -1 ? accepted : accepted.slice(0, firstSync)
    const synced = firstSync === -1 ? [] : accepted.slice(firstSync)
    const take = (taken: Entry[]) => {
      for (const entry of taken) {
        length += entry.bytes.length
        if (entry.bytes.length > 0) lastSeq = entry.lastSeq
      }
    }
    take(unsynced)
    for (const entry of unsynced) entry.resolve()
    if (synced.length === 0) return
    try {
      await handle.datasync()
    } catch (error) {
      // After a failed sync nobody can say which earlier bytes reached the disk: only reading them again can.
      await cutBack()
      failure ??= cannotWrite(error)
      for (const entry of synced) entry.reject(cannotWrite(error))
      return
    }
    take(synced)
    for (const entry of synced) entry.resolve()
  }

  /** Removes what a failed write left. Where even that fails, the journal takes nothing more until it is opened again. */
  async function cutBack(): Promise<void> {
    try {
      await handle.truncate(length)
    } catch (error) {
      failure = cannotWrite(error)
    }
  }

  async function switchSegment(firstLine: string): Promise<void> {
    const rotation = await planRotation(folder, firstLine, openFile)
    const last = rotation.steps.at(-1)!
    for (const step of rotation.steps) {
      try {
        await step.run()
      } catch (error) {
        // Once the names may have been exchanged, only a fresh look at the folder tells which segment is the present one.
        if (step === last) failure = cannotWrite(error)
        else await rotation.undo().catch(() => undefined)
        throw cannotWrite(error)
      }
    }
    const previous = handle
    try {
      handle = await openFile(join(folder, JOURNAL_FILE), READ_WRITE)
    } catch (error) {
      failure = cannotWrite(error)
      throw failure
    }
    length = Buffer.byteLength(firstLine)
    await previous.close()
  }

  function refuseAfterFailure(): void {
    if (failure)
      throw new Error(`${failure.message}; it takes nothing more until it is opened again`, {
        cause: failure,
      })
  }

  function refuseGap(seq: number, expected = lastSeq + 1): void {
    if (seq !== expected) {
      throw new Error(`the journal of run ${runId} expects event ${expected} and was given event ${seq}`)
    }
  }

  function cannotWrite(error: unknown): Error {
    return toIoError(`the journal of run ${runId} could not be written`, error)
  }

  return { append, rotate, close }
}
