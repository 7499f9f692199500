/** Reads a structured answer: JSON, then the shape. What is wrong is said so that the model can be told. */
import type { z } from 'zod'
import { quote } from '../core/errors.ts'

export type ReadAnswer<T> = { isRead: true; value: T } | { isRead: false; problem: string }

const MAX_ISSUES = 6
const MAX_PROBLEM_LENGTH = 900

export function readAnswer<T>(text: string, schema: z.ZodType<T>): ReadAnswer<T> {
  const bare = stripFence(text.trim())
  if (bare === '') return failed('the answer is empty')
  let value: unknown
  try {
    value = JSON.parse(bare) as unknown
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/,? *"?\.\.\..*$/s, '') : String(error)
    return failed(`the answer is not JSON (${reason.slice(0, 160)}); it ends with ${quote(bare.slice(-60))}`)
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return { isRead: true, value: parsed.data }
  const issues = parsed.error.issues
  const shown = issues.slice(0, MAX_ISSUES).map((issue) => describeIssue(issue, value))
  const rest = issues.length > MAX_ISSUES ? [`and ${issues.length - MAX_ISSUES} more`] : []
  return failed(`the answer has the wrong shape: ${[...shown, ...rest].join('; ')}`)
}

function failed(problem: string): { isRead: false; problem: string } {
  return {
    isRead: false,
    problem: problem.length > MAX_PROBLEM_LENGTH ? `${problem.slice(0, MAX_PROBLEM_LENGTH)}…` : problem,
  }
}

/** Servers that do not hold their model to the shape often send it as a Markdown block. */
function stripFence(text: string): string {
  return /^```[a-z]*\s*\n([\s\S]*?)\n?```$/i.exec(text)?.[1]?.trim() ?? text
}

function describeIssue(issue: z.core.$ZodIssue, answer: unknown): string {
  const where = issue.path.length === 0 ? 'the whole' : issue.path.map(String).join('.')
  const received = issue.path.reduce<unknown>(
    (at, key) =>
      at !== null && typeof at === 'object' ? (at as Record<PropertyKey, unknown>)[key] : undefined,
    answer,
  )
  return `${where}: ${describeExpected(issue)}, received ${received === undefined ? 'nothing' : quote(received)}`
}

function describeExpected(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${issue.expected}`
    case 'invalid_value':
      return `expected one of ${issue.values.map((value) => quote(String(value))).join(', ')}`
    case 'unrecognized_keys':
      return `does not belong here: ${issue.keys.map((key) => quote(key)).join(', ')}`
    default:
      return issue.message.charAt(0).toLowerCase() + issue.message.slice(1)
  }
}
