/**
 * Dates as feeds write them: RFC 822 (RSS) and ISO 8601 (Atom, RDF, JSON Feed). Read strictly, for the platform's own
 * reader guesses: it takes a name of a zone it does not know for a month.
 */

/** Before the web; what is dated earlier has no date. */
const EARLIEST_MS = Date.parse('1990-01-01T00:00:00Z')
const MAX_LENGTH = 60
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
/** Hours east of Greenwich of the zones that RFC 822 names. */
const ZONES: Record<string, number> = {
  ...{ Z: 0, UT: 0, UTC: 0, GMT: 0 },
  ...{ EST: -5, EDT: -4, CST: -6, CDT: -5, MST: -7, MDT: -6, PST: -8, PDT: -7 },
}

/** Minutes: no place is further from Greenwich. */
const MAX_OFFSET = 14 * 60

const CLOCK = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?`
const ZONE = String.raw`(?:\s*([+-]\d{2}:?\d{2}|[A-Za-z]{1,3}))?`
const RFC = new RegExp(
  String.raw`^(?:[A-Za-z]{3,9},?\s+)?(\d{1,2})\s+([A-Za-z]{3,9})\s+(\d{4}|\d{2})(?:\s+${CLOCK}${ZONE})?$`,
)
const ISO = new RegExp(String.raw`^(\d{4})-(\d{2})-(\d{2})(?:[Tt\s]${CLOCK}${ZONE})?$`)

/** Milliseconds of a date; one that names no zone is in UTC, one without a time at its midnight. Null for what is none. */
export function readFeedDate(text: string | undefined): number | null {
  if (text === undefined || text.length > MAX_LENGTH) return null
  const written = text.trim()
  const iso = ISO.exec(written)
  if (iso !== null) return joinParts(Number(iso[1]), Number(iso[2]), Number(iso[3]), iso.slice(4))
  const rfc = RFC.exec(written)
  if (rfc === null) return null
  const month = MONTHS.indexOf(rfc[2]!.slice(0, 3).toLowerCase()) + 1
  return joinParts(completeYear(rfc[3]!), month, Number(rfc[1]), rfc.slice(4))
}

/** Two digits are of this century up to 68, as elsewhere. */
function completeYear(digits: string): number {
  const year = Number(digits)
  return digits.length === 4 ? year : year + (year <= 68 ? 2_000 : 1_900)
}

function joinParts(year: number, month: number, day: number, rest: (string | undefined)[]): number | null {
  const [hour, minute, second] = rest.slice(0, 3).map((part) => Number(part ?? 0)) as [number, number, number]
  const offset = readZone(rest[3])
  const midnight = new Date(Date.UTC(year, month - 1, day))
  const isDay = midnight.getUTCMonth() === month - 1 && midnight.getUTCDate() === day
  // A leap second is written as the sixtieth.
  if (!isDay || hour > 23 || minute > 59 || second > 60 || offset === null) return null
  const ms = midnight.getTime() + ((hour * 60 + minute - offset) * 60 + second) * 1_000
  return ms < EARLIEST_MS ? null : ms
}

/** Minutes east of Greenwich; null for a zone that is not known, or further off than any is. */
function readZone(zone: string | undefined): number | null {
  if (zone === undefined) return 0
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? []
  if (sign !== undefined) {
    const offset = Number(hours) * 60 + Number(minutes)
    return Number(minutes) > 59 || offset > MAX_OFFSET ? null : offset * (sign === '-' ? -1 : 1)
  }
  const known = ZONES[zone.toUpperCase()]
  return known === undefined ? null : known * 60
}
