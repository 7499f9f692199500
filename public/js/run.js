/** Starts the behaviours of a page that shows a run. */
import './tree.js'
import './tabs.js'
import './log.js'
