/** Starts the behaviours of a page that shows a run. */
import './hold.js'
import './tree.js'
import './tabs.js'
import './log.js'
