/** What is said to a request that no route took: 404, or 405 where the address answers other methods. */
import { NotFoundError, quote } from './errors.ts'
import { RefusedError } from './http-error.ts'

/** What this needs of a router: all that is registered for a method and a path, each with its own method and pattern. */
export interface RouteTable {
  match(
    method: string,
    path: string,
  ): readonly [
    readonly (readonly [readonly [unknown, { method: string; path: string }], unknown])[],
    ...unknown[],
  ]
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

export function refuseUnrouted(routes: RouteTable, method: string, path: string): Error {
  const allowed = METHODS.filter((other) => other !== method && isAnswered(routes, other, path))
    .flatMap((other) => (other === 'GET' ? ['GET', 'HEAD'] : [other]))
    .join(', ')
  if (allowed === '') return new NotFoundError(`there is nothing at ${quote(path)}`)
  return new RefusedError(405, `${quote(path)} does not answer ${method}; it answers ${allowed}`, {
    Allow: allowed,
  })
}

/** By a route of its own: patterns for everything stand in front of all addresses, known or not. */
function isAnswered(routes: RouteTable, method: string, path: string): boolean {
  return routes
    .match(method, path)[0]
    .some(([[, route]]) => route.method === method && !route.path.endsWith('*'))
}
