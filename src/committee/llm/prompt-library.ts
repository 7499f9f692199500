/**
 * The prompts: text files under `prompts/`, one for each role and some that all share. Read once, filled by name, and
 * hashed together with the shapes of the answers into the version that a decision's provenance names.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { canonicalJson, sha256 } from '../../core/json.ts'
import { MODEL_ROLES, type ModelRole } from '../assessment-input.ts'

/** Raised by hand when what surrounds the prompts (fences, tables, checks) changes what a model is told. */
const PROMPTS_GENERATION = 2

/** Shared by all roles: the rules of the house, the question, and what is said when an answer falls short. */
const SHARED_PROMPTS = ['house', 'question', 'answer', 'look', 'repair', 'correct'] as const
export type PromptName = ModelRole | (typeof SHARED_PROMPTS)[number]
export type Prompts = Readonly<Record<PromptName, string>>

const PROMPTS_DIR = join(import.meta.dirname, '../prompts')
const PLACE = /\{\{([^{}]*)\}\}/g

/** Throws where a prompt is missing, or a file is there that none asks for. */
export function readPrompts(dir = PROMPTS_DIR): Prompts {
  const wanted: readonly PromptName[] = [...SHARED_PROMPTS, ...MODEL_ROLES]
  const found = readdirSync(dir)
    .filter((file) => file.endsWith('.md'))
    .map((file) => basename(file, '.md'))
  const missing = wanted.filter((name) => !found.includes(name))
  if (missing.length > 0) throw new Error(`no prompt for ${missing.join(', ')}`)
  const strays = found.filter((name) => !(wanted as readonly string[]).includes(name))
  if (strays.length > 0) throw new Error(`prompts that nobody asks for: ${strays.join(', ')}`)
  return Object.fromEntries(
    wanted.map((name) => [name, readFileSync(join(dir, `${name}.md`), 'utf8').trim()]),
  ) as Record<PromptName, string>
}

let known: Prompts | undefined

/** Those of the program, read at the first call. */
export function loadPrompts(): Prompts {
  return (known ??= readPrompts())
}

/** Puts each value in its `{{place}}`, once: what a value holds is not filled again. Throws unless places and values match. */
export function fillPrompt(text: string, values: Readonly<Record<string, string>>): string {
  const places = new Set(Array.from(text.matchAll(PLACE), (match) => match[1]!))
  const unknown = [...places].filter((name) => !Object.hasOwn(values, name))
  if (unknown.length > 0)
    throw new Error(`a prompt has a place for ${unknown.join(', ')}, which is not given`)
  const homeless = Object.keys(values).filter((name) => !places.has(name))
  if (homeless.length > 0) throw new Error(`a prompt has no place for ${homeless.join(', ')}`)
  return text.replace(PLACE, (_place, name: string) => values[name]!)
}

/** `llm-<generation>-<first 12 hex digits of the hash over prompts and shapes>`. */
export function computePromptVersion(prompts: Prompts, shapes: Readonly<Record<string, unknown>>): string {
  const hash = sha256(canonicalJson({ prompts, shapes }))
  return `llm-${PROMPTS_GENERATION}-${hash.slice(0, 12)}`
}
