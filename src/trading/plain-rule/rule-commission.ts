/** What the plain rule is measured with, wherever it is: commission and the rest of what a fill costs. */

/** Of the traded value on each side. */
export const RULE_COMMISSION = 0.001
