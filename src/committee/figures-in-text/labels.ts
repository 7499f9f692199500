/**
 * Which evidence some words name. Labels are compared word by word, in any order; a name said in part stands for all
 * labels that it fits: `hit rate` for `Rule hit rate`, `RSI` for `RSI 14`.
 */
import type { Evidence } from '../decision.ts'
import { COMMON, wordsOfLabel } from './label-words.ts'

/** Evidence that is named. */
export interface Mention {
  /** In the list of evidence. */
  index: number
  /** Bits of the words by which it is named, as `Found.bitOf` gives them. */
  words: number
  /** All words of its label are there. */
  isWhole: boolean
}

export interface Found {
  mentions: readonly Mention[]
  /** 0 for a word that no label has. */
  bitOf(word: string): number
}

export interface LabelIndex {
  /** What of the evidence the words name; loosely, all that shares a word with them. */
  find(words: Iterable<string>, isLoose?: boolean): Found
}

/** Of the words of a text so many are told apart; a sentence that names more evidence than that is a list. */
const MOST_WORDS = 31
const TELLING = 1
const NUMBER = 2

export function createLabelIndex(evidence: readonly Evidence[]): LabelIndex {
  const lengths: number[] = []
  const byWord = new Map<string, number[]>()
  evidence.forEach((item, index) => {
    const words = wordsOfLabel(item.label)
    lengths.push(words.length)
    for (const word of words) {
      const list = byWord.get(word)
      if (list) list.push(index)
      else byWord.set(word, [index])
    }
  })
  const masks = new Int32Array(evidence.length)
  const counts = new Uint8Array(evidence.length)
  const kinds = new Uint8Array(evidence.length)
  return {
    find(words, isLoose = false) {
      const bits = new Map<string, number>()
      const touched: number[] = []
      for (const word of words) {
        const list = byWord.get(word)
        if (!list || bits.size === MOST_WORDS) continue
        const bit = 1 << bits.size
        bits.set(word, bit)
        const kind = /^\d/.test(word) ? NUMBER : COMMON.has(word) ? 0 : TELLING
        for (const index of list) {
          if (masks[index] === 0) touched.push(index)
          masks[index]! |= bit
          kinds[index]! |= kind
          counts[index]!++
        }
      }
      const mentions: Mention[] = []
      for (const index of touched) {
        const isWhole = counts[index] === lengths[index]
        if (isLoose || isWhole || isNamed(kinds[index]!, counts[index]!, lengths[index]!))
          mentions.push({ index, words: masks[index]!, isWhole })
        masks[index] = counts[index] = kinds[index] = 0
      }
      return { mentions, bitOf: (word) => bits.get(word) ?? 0 }
    },
  }
}

/** A telling word names by itself; common ones with a number (`its 52-week high`), or as most of the label. */
function isNamed(kinds: number, count: number, length: number): boolean {
  if (kinds & TELLING) return true
  return count > 1 && ((kinds & NUMBER) !== 0 || 3 * count >= 2 * length)
}

/**
 * The best named of one `Found`: without those that others name with all the same words and more, and where a whole label
 * was said, without those said in part by the same words (`resistance` is not `Second resistance`).
 */
export function keepMostNamed(mentions: readonly Mention[]): Mention[] {
  const isWholeBy = new Map<number, boolean>()
  for (const { words, isWhole } of mentions) isWholeBy.set(words, isWhole || isWholeBy.get(words) === true)
  const topped = new Set<number>()
  for (const words of isWholeBy.keys())
    for (const other of isWholeBy.keys())
      if (other !== words && (words & other) === words) {
        topped.add(words)
        break
      }
  return mentions.filter(({ words, isWhole }) => !topped.has(words) && (isWhole || !isWholeBy.get(words)))
}
