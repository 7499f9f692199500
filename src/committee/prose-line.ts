/**
 * A sentence or two of somebody's prose as it stands in Markdown that the code composes: on one line, with citations and
 * plain emphasis, and nothing else. It begins no heading, list or other block, and makes no link, image, code or HTML, so
 * that it can neither imitate the page around it nor send its reader away.
 */

/**
 * Kept as they are: characters escaped already, and citations. Escaped: brackets, code, HTML, backslashes that escape
 * nothing yet, and where a link or a bare address would begin.
 */
const PIECES =
  /\\[!-/:-@[-`{-~]|\[E\d+(?:\s*[,;]\s*E\d+)*\]|(?<=\])\(|[[\]<`\\]|:(?=\/\/)|(?<=www)\.|(?<=\S)@(?=\w)/gi
/** A single character that begins a block at the start of a line, or what stands before it. */
const BLOCK_SIGN = /^(?:[#>]|~(?=~~)|[-+*](?=\s|$)|([-*_])(?=(?:\s*\1)+\s*$))/
const BEFORE_BLOCK_SIGN = /^(?:\d{1,9}(?=[.)](?:\s|$))|\[E[^\]]*\](?=:))/

export function toProseLine(text: string): string {
  return oneLine(text)
    .replace(PIECES, (piece) => (piece.length > 1 ? piece : `\\${piece}`))
    .replace(BLOCK_SIGN, '\\$&')
    .replace(BEFORE_BLOCK_SIGN, '$&\\')
}

export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
