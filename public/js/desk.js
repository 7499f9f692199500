/** Starts the behaviours of every page; `run.js` and `launch.js` bring those of theirs. */
import './morph.js'
import './times.js'
import './actions.js'
import './stream.js'
import './tray.js'
import './on-demand.js'

document.documentElement.classList.add('js')
