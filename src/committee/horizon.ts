/** How long a trade of this desk is meant to last: the same for the rules, for what is simulated and for what is settled. */

/** Bars after which a trade that went nowhere is closed: two months. */
export const HOLDING_BARS = 42
/** The same in calendar days, for the verdict's horizon. */
export const HORIZON_DAYS = 60
