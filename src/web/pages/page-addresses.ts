/** Addresses below `/runs` that are read by more than the pages themselves: which are a page's, and which JSON has as well. */

/** `/runs/{id}/trials`, and one of them. */
export const TRIALS_ADDRESS = /^\/runs\/([^/]+)\/trials(?:\/([^/]+))?$/

const PAGES_ALONE: readonly string[] = ['/runs/compare', '/runs/cancel']

/** Whether both a page and JSON live there; what else a page answers at is a page for everybody. */
export function isSharedAddress(path: string): boolean {
  if (PAGES_ALONE.includes(path) || TRIALS_ADDRESS.test(path)) return false
  return path === '/verdicts' || path === '/runs' || path.startsWith('/runs/')
}
