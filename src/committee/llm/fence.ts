/**
 * Fences around everything a model is only to read: evidence, quoted texts, what other roles wrote. The marks at both
 * ends carry a hash of what stands between them, so that no text can hold its own closing mark, and the same content has
 * the same fence in every execution. What looks like a fence or a chat marker inside is defused.
 */
import { sha256 } from '../../core/json.ts'

const TOKEN_LENGTH = 16
/** Brackets that a mark could be imitated with, full-width forms included, and the pipes of chat markers. */
const LOOK_ALIKES = /[<＜﹤⋘≪]{2,}|[>＞﹥⋙≫]{2,}|<\||\|>/gu
/** Invisible characters by which text can say to a model what a person does not see; line ends and tabs stay. */
const INVISIBLE = /[\p{Cf}\p{Co}\p{Cs}]|(?![\n\t])\p{Cc}/gu

/** `kind` says to the model what it reads: `evidence`, `report of the news analyst`. Ours, never from outside. */
export function fence(kind: string, content: string): string {
  const inside = defuse(content)
  const token = sha256(`${kind}\n${inside}`).slice(0, TOKEN_LENGTH)
  return `<<<DATA ${token} ${kind}>>>\n${inside}\n<<<END ${token}>>>`
}

/** Text without anything that could be taken for a fence or a chat marker, and without invisible characters. */
export function defuse(text: string): string {
  return text
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(INVISIBLE, '')
    .replace(LOOK_ALIKES, (found) => Array.from(found, softOf).join(''))
}

function softOf(character: string): string {
  if (character === '|') return '¦'
  return '<＜﹤⋘≪'.includes(character) ? '‹' : '›'
}
