/**
 * The lines of one run's log as far as they are here, by number, and which are missing. Missing ones are asked of the
 * server: what is wanted first, a range at a time, the newest first. Tells when lines came; shows nothing itself.
 */
export const SEVERITIES = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR']
/** How many lines are asked for at once. */
const RANGE = 2500
/** More than this are not held: the newest are, and the download has all. */
export const MAX_LINES = 300_000
const RETRY_MS = 5000

/** `changed(kind)`: `added` (at the end), `filled` (what was missing), `reset`, `state` (whether it reads or failed). */
export function createLogStore(base, changed) {
  let lines = []
  /** From and to, inclusive, in order. */
  let missing = []
  let last = 0
  /** What is missing behind this number was lost on its way here. */
  let floor = Infinity
  let wanted = null
  let wantsAll = false
  let isReading = false
  let failure = ''
  let generation = 0
  let retry
  const sources = new Map()

  function put({ seq, iso, severity, source, message }) {
    if (lines[seq]) return
    if (!sources.has(source)) sources.set(source, source)
    lines[seq] = { seq, iso, severity: SEVERITIES.indexOf(severity), source: sources.get(source), message }
  }

  function cover(from, to) {
    missing = missing.flatMap(([a, b]) => {
      if (to < a || from > b) return [[a, b]]
      return [
        [a, from - 1],
        [to + 1, b],
      ].filter(([start, end]) => start <= end)
    })
  }

  function lack(from, to) {
    const start = Math.max(from, last - MAX_LINES + 1, 1)
    if (start > to) return
    missing.push([start, to])
    missing.sort((a, b) => a[0] - b[0])
  }

  /** Lines as they come with the page or the stream, in order. What they leap over was lost and is fetched. */
  function take(entries) {
    const fresh = entries.filter(({ seq }) => !lines[seq])
    if (fresh.length === 0) return
    const before = last
    for (const entry of fresh) {
      put(entry)
      const { seq } = entry
      if (seq > last + 1) {
        const from = last + 1
        last = seq
        lack(from, seq - 1)
      }
      last = Math.max(last, seq)
      cover(seq, seq)
    }
    if (before === 0) floor = fresh[0].seq
    changed(fresh[0].seq > before ? 'added' : 'filled')
    read()
  }

  /** From where to ask next and up to where something is missing there; null where nothing that is wanted is. */
  function findNext() {
    const seen = wanted && missing.findLast(([a, b]) => a <= wanted[1] && b >= wanted[0])
    const range = seen ?? (wantsAll ? missing.at(-1) : missing.findLast(([, b]) => b > floor))
    if (!range) return null
    // As much before as behind what is looked at, or the newest.
    const from = seen ? Math.floor((wanted[0] + wanted[1] - RANGE) / 2) : range[1] - RANGE + 1
    return [Math.max(range[0], from), range[1]]
  }

  async function ask(after) {
    const response = await fetch(`${base}/logs?after_seq=${after}&limit=${RANGE}`, {
      headers: { Accept: 'application/json' },
    })
    if (!response.ok) throw new Error((await response.json()).error)
    return response.json()
  }

  async function read() {
    if (isReading) return
    isReading = true
    clearTimeout(retry)
    const mine = generation
    try {
      for (let range = findNext(); range && mine === generation; range = findNext()) {
        changed('state')
        const { entries, next_after_seq: next } = await ask(range[0] - 1)
        if (mine !== generation) break
        failure = ''
        const before = last
        for (const entry of entries) put(entry)
        last = Math.max(last, next)
        cover(range[0], entries.length < RANGE ? Math.max(next, range[1]) : next)
        changed('filled')
        if (last > before) changed('added')
      }
    } catch (error) {
      failure = error.message || 'no answer'
      retry = setTimeout(read, RETRY_MS)
    } finally {
      isReading = false
      changed('state')
    }
    if (mine !== generation) read()
  }

  /** What was said since, asked for without the stream. */
  async function refresh() {
    const mine = generation
    try {
      for (;;) {
        const { entries, next_after_seq: next } = await ask(last)
        if (mine !== generation) return
        failure = ''
        const isMore = next > last
        for (const entry of entries) put(entry)
        last = Math.max(last, next)
        if (isMore) changed('added')
        if (entries.length < RANGE) break
      }
    } catch (error) {
      failure = error.message || 'no answer'
    }
    changed('state')
  }

  return {
    take,
    refresh,
    at: (seq) => lines[seq],
    isMissing: (seq) => missing.some(([from, to]) => from <= seq && seq <= to),
    get last() {
      return last
    },
    get first() {
      return Math.max(1, last - MAX_LINES + 1)
    },
    get missing() {
      return missing
    },
    get isReading() {
      return isReading
    },
    get failure() {
      return failure
    },
    get sources() {
      return [...sources.keys()]
    },
    /** These are looked at: what of them is missing comes first. */
    want(from, to) {
      wanted = [from, to]
      read()
    },
    /** Everything is looked through: all that is missing comes, until nobody wants it. */
    wantAll(isWanted) {
      wantsAll = isWanted
      if (isWanted) read()
    },
    /** Lines were taken back, or all are to be read again. */
    reset() {
      generation++
      lines = []
      missing = []
      floor = last || Infinity
      if (last > 0) lack(1, last)
      changed('reset')
    },
    close() {
      generation++
      clearTimeout(retry)
    },
  }
}
