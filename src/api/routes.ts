/** An empty set of JSON routes that refuses bad input in our own words: field, value, reason. */
import { OpenAPIHono } from '@hono/zod-openapi'
import type { z } from 'zod'
import { InputError, quote } from '../core/errors.ts'
import { suggestName } from '../core/nearest.ts'
import type { ApiEnv } from './api-env.ts'

export type ApiRoutes = OpenAPIHono<ApiEnv>

export function createRoutes(): ApiRoutes {
  return new OpenAPIHono<ApiEnv>({
    defaultHook: (result, c) => {
      if (result.success) return
      const received = result.target === 'param' ? c.req.param() : c.req.query()
      throw describeIssue(result.error.issues[0]!, received)
    },
  })
}

function describeIssue(issue: z.core.$ZodIssue, received: Record<string, unknown>): InputError {
  if (issue.code === 'unrecognized_keys') return new InputError(issue.keys[0] ?? 'query', issue.message)
  const field = String(issue.path[0] ?? 'input')
  return new InputError(field, `${field} is ${quote(received[field] ?? '')}; ${issue.message}`)
}

/** The message of a strict object for names it does not know. */
export function refuseUnknown(known: readonly string[]) {
  return (issue: { code?: string; keys?: unknown }): string | undefined =>
    issue.code === 'unrecognized_keys' && Array.isArray(issue.keys)
      ? issue.keys
          .map((key) => `unknown parameter ${quote(key)}; ${suggestName(String(key), known)}`)
          .join('; ')
      : undefined
}
