/**
 * Reading one journal segment: splits bytes into lines, checks each and its number, and says where the segment stops
 * being readable and why. Tells a torn end (the write a crash cut short: harmless) from damage (a line that was whole
 * once and is not now). Changes nothing; what to do about either is left to `journal-file.ts`.
 */
import { decodeLine, encodeLine } from '../core/ndjson.ts'
import type { RunEvent } from '../runs/event.ts'

/** What a scan found. Complete once the scan has ended. */
export interface SegmentReport {
  firstSeq: number | null
  lastSeq: number | null
  /** Length of the good prefix. What stands after it is a torn end, or begins with the damage. */
  goodBytes: number
  /** The last good line is complete but for its newline. */
  needsNewline: boolean
  /** Something stands after the good prefix and may be cut off: the remains of an unfinished write. */
  torn: boolean
  damage: { line: number; reason: string } | null
}

export function createReport(): SegmentReport {
  return { firstSeq: null, lastSeq: null, goodBytes: 0, needsNewline: false, torn: false, damage: null }
}

interface Line {
  bytes: Buffer
  terminated: boolean
}

const MISSING_END = 'the end of the line is missing'
const NEWLINE = 0x0a
const CRC_END = /"crc":"[0-9a-f]{8}"\}/g

/**
 * The events of a segment, a batch for each chunk read, up to its end or to the first line that cannot be trusted;
 * `report` is filled on the way. A segment begins with event 1 or with a checkpoint.
 */
export async function* scanSegment(
  chunks: AsyncIterable<Buffer>,
  report: SegmentReport,
): AsyncGenerator<RunEvent[]> {
  let lineNumber = 0
  let suspect: { line: Line; reason: string } | null = null

  for await (const lines of splitLines(chunks)) {
    const events: RunEvent[] = []
    for (const line of lines) {
      // A bad line with anything after it is no torn end.
      if (suspect) {
        const whole = acceptWholePart(suspect.line)
        if (whole) events.push(whole)
        report.damage = { line: lineNumber, reason: whole ? MISSING_END : suspect.reason }
        break
      }
      lineNumber += 1
      const read = readEvent(line.bytes)
      if ('reason' in read) {
        suspect = { line, reason: read.reason }
        continue
      }
      const wrong = findWrongSeq(read.event, report.lastSeq)
      if (wrong) {
        report.damage = { line: lineNumber, reason: wrong }
        break
      }
      accept(read.event, line.bytes.length, line.terminated)
      events.push(read.event)
    }
    if (events.length > 0) yield events
    if (report.damage) return
  }
  if (!suspect) return

  const before = report.goodBytes
  const whole = acceptWholePart(suspect.line)
  if (whole) yield [whole]
  // One byte behind a whole line holds nothing of another: it stands where the newline belongs.
  if (whole && suspect.line.bytes.length - (report.goodBytes - before) > 1) {
    report.damage = { line: lineNumber, reason: MISSING_END }
  }
  report.torn = report.damage === null

  /**
   * A crash leaves the beginning of a line, never a whole line with more behind it: there its newline was overwritten,
   * and the event in front of that place is still good.
   */
  function acceptWholePart(line: Line): RunEvent | null {
    const found = findWholeRecord(line.bytes, report.lastSeq)
    if (found) accept(found.event, found.length, false)
    return found?.event ?? null
  }

  function accept(event: RunEvent, length: number, terminated: boolean): void {
    report.firstSeq ??= event.seq
    report.lastSeq = event.seq
    report.goodBytes += length + (terminated ? 1 : 0)
    report.needsNewline = !terminated
  }
}

/** The line of an event: number, time and type first, so that a segment's first bytes tell where it begins. */
export function encodeEvent(event: RunEvent): string {
  const { seq, at, type } = event
  return encodeLine(Object.assign({ seq, at, type }, event))
}

function readEvent(bytes: Buffer): { event: RunEvent } | { reason: string } {
  const decoded = decodeLine(bytes.toString('utf8'))
  if (!decoded.ok) return { reason: decoded.reason }
  const { seq, at, type } = decoded.value
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || seq < 1)
    return { reason: 'no number of an event' }
  if (typeof at !== 'string' || typeof type !== 'string') return { reason: 'not an event' }
  return { event: decoded.value as unknown as RunEvent }
}

function findWrongSeq(event: RunEvent, lastSeq: number | null): string | null {
  if (lastSeq !== null)
    return event.seq === lastSeq + 1 ? null : `event ${event.seq} follows event ${lastSeq}`
  if (event.seq === 1 || event.type === 'checkpoint') return null
  return `begins with event ${event.seq}, which is no checkpoint`
}

function findWholeRecord(bytes: Buffer, lastSeq: number | null): { event: RunEvent; length: number } | null {
  const text = bytes.toString('latin1')
  for (const match of text.matchAll(CRC_END)) {
    const length = match.index + match[0].length
    const read = readEvent(bytes.subarray(0, length))
    if ('event' in read && findWrongSeq(read.event, lastSeq) === null) return { event: read.event, length }
  }
  return null
}

/** Lines without their newline, a batch for each chunk; the last may lack its newline. */
async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line[]> {
  let pending: Buffer[] = []
  for await (const chunk of chunks) {
    const lines: Line[] = []
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const part = chunk.subarray(start, end)
      lines.push({ bytes: pending.length > 0 ? Buffer.concat([...pending, part]) : part, terminated: true })
      pending = []
      start = end + 1
    }
    if (start < chunk.length) pending.push(chunk.subarray(start))
    if (lines.length > 0) yield lines
  }
  if (pending.length > 0) yield [{ bytes: Buffer.concat(pending), terminated: false }]
}
