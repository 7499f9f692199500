/** Finding the next signal in a column that is nearly all nothing: eight bars at a time. */

export interface SignalColumn {
  /** One for each bar, `SIGNAL` values. */
  signals: Int8Array
  /** The same memory, eight signals to a number: 0 where all of them are nothing. */
  words: Float64Array
}

const SIGNALS_PER_WORD = 8

export function createSignalColumn(bars: number): SignalColumn {
  const words = new Float64Array(Math.ceil(bars / SIGNALS_PER_WORD))
  return { signals: new Int8Array(words.buffer, 0, bars), words }
}

/** The first bar from `at` to `last` with a signal, `last + 1` where there is none. */
export function findSignal(signals: Int8Array, words: Float64Array, at: number, last: number): number {
  let bar = at
  while (bar <= last && (bar & (SIGNALS_PER_WORD - 1)) !== 0) {
    if (signals[bar] !== 0) return bar
    bar++
  }
  if (bar > last) return last + 1
  // No signal is −128, the one byte whose word would be a negative zero.
  let word = bar >> 3
  const lastWord = last >> 3
  while (word <= lastWord && words[word] === 0) word++
  bar = word << 3
  while (bar <= last && signals[bar] === 0) bar++
  return bar <= last ? bar : last + 1
}

/** The first one that is not `side`: what ends a position of that side. */
export function findEnd(
  signals: Int8Array,
  words: Float64Array,
  side: number,
  at: number,
  last: number,
): number {
  let bar = findSignal(signals, words, at, last)
  while (bar <= last && signals[bar] === side) bar = findSignal(signals, words, bar + 1, last)
  return bar
}
