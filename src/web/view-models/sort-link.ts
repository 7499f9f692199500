/** Headings that sort: where each leads, and which one holds now. */
import { naturalDirection, type RunSort, type RunSortKey } from '../../runs/run-order.ts'

export interface SortLink {
  href: string
  /** For `aria-sort`; empty where it is sorted by something else. */
  sorted: 'ascending' | 'descending' | ''
}

/**
 * A heading sorts the way that is natural for it, and the other way when it is pressed again. What goes without saying,
 * the order `usual` and a natural direction, is null and stays out of the address.
 */
export function linkSort<Key extends RunSortKey>(
  present: RunSort,
  by: Key,
  usual: Key,
  hrefOf: (asked: { sort: Key | null; dir: string | null }) => string,
): SortLink {
  const isPresent = present.by === by
  const natural = naturalDirection(by)
  const next = isPresent ? (present.direction === 'asc' ? 'desc' : 'asc') : natural
  return {
    href: hrefOf({ sort: by === usual ? null : by, dir: next === natural ? null : next }),
    sorted: !isPresent ? '' : present.direction === 'asc' ? 'ascending' : 'descending',
  }
}
