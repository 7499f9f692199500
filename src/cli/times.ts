/** Times in the terminal are UTC, as in run ids and files, and say so. */

/** `2026-11-20 10:00:00`; the column or sentence around it says UTC. */
export function formatUtc(iso: string | null): string {
  return iso === null ? '–' : iso.slice(0, 19).replace('T', ' ')
}
