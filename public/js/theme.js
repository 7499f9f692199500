/**
 * Runs before anything is drawn: a theme that was chosen holds from the first paint on; without one the system's does.
 * What only works with script has its room from then on too (`scripted`), and is shown once it works (`js`).
 */
if ('noModule' in window.HTMLScriptElement.prototype) document.documentElement.classList.add('scripted')
try {
  const { theme } = JSON.parse(localStorage.getItem('rundesk.v1')) ?? {}
  if (theme) document.documentElement.dataset.theme = theme
} catch {
  // Without storage the system's theme holds.
}
