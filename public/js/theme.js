/** Runs before anything is drawn: a theme that was chosen holds from the first paint on; without one the system's does. */
try {
  const { theme } = JSON.parse(localStorage.getItem('rundesk.v1')) ?? {}
  if (theme) document.documentElement.dataset.theme = theme
} catch {
  // Without storage the system's theme holds.
}
