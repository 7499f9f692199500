/** How long a trade of this desk is meant to last. */

/** Calendar days of the bars that the plain rule holds, for the verdict's horizon. */
export const HORIZON_DAYS = 60
