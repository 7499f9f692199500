/** Finds what a few typed letters mean: all of them, in their order, and better where they begin words or stand together. */

/** 0 where the letters are not in the text; the higher the nearer. */
export function scoreMatch(text, typed) {
  const hay = text.toLowerCase()
  let score = 0
  for (const word of typed.toLowerCase().split(/\s+/)) {
    const found = scoreWord(hay, word)
    if (found === 0) return 0
    score += found
  }
  return score / (1 + hay.length / 200)
}

function scoreWord(hay, word) {
  const whole = hay.indexOf(word)
  if (whole >= 0) return word.length * (isStart(hay, whole) ? 4 : 2) + (whole === 0 ? 2 : 0)
  let score = 0
  let at = -1
  for (const letter of word) {
    const next = hay.indexOf(letter, at + 1)
    if (next < 0) return 0
    score += isStart(hay, next) ? 1 : next === at + 1 ? 0.8 : 0.2
    at = next
  }
  // Letters strewn over a text are chance.
  return score >= word.length * 0.5 ? score : 0
}

const isStart = (hay, at) => at === 0 || !/[\p{L}\p{N}]/u.test(hay[at - 1])

/** Commands that match, groups by their best, in each the best first; without anything typed as they are. */
export function rank(commands, typed) {
  if (typed === '') return commands.filter(({ isHidden }) => !isHidden)
  const scored = commands
    .map((command) => {
      const { label, about = '', words = '' } = command
      const nearest = Math.max(
        scoreMatch(label, typed) * 1.5,
        scoreMatch(`${label} ${about} ${words}`, typed),
      )
      const score = nearest * (command.weight ?? 1)
      return { command, score: command.isFound ? Math.max(score, 0.1) : score }
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
  return scored.map(({ command }) => command)
}
