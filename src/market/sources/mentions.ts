/** Whether a text is about a ticker, told from the text alone. */

/** Below this a ticker is also a word or a letter: `A`, `T`, `IT`. */
const PLAIN_LENGTH = 3

/**
 * True where `ticker` stands in the text as a word of its own in capitals: `AAPL`, `$AAPL`, `(AAPL)`, `NASDAQ:AAPL`. One
 * of one or two characters must be marked as a ticker: `$T`, `(T)`, `(NYSE: T)`. A ticker that is an English word (`ALL`)
 * also matches that word written in capitals.
 */
export function mentionsTicker(text: string, ticker: string): boolean {
  const word = ticker.replace(/[.^$*+?()[\]{}|\\/-]/g, '\\$&')
  const before = ticker.length < PLAIN_LENGTH ? '(?:\\$|\\(|[A-Z]:\\s?)' : '(?<![\\p{L}\\p{N}&.])'
  return new RegExp(`${before}${word}(?![\\p{L}\\p{N}&])`, 'u').test(text)
}
