/** The points that the lines of an SVG path go through, from its moves and its steps: M, L, l, H, h, V and v. */
export function pathPoints(path: string): [x: number, y: number][] {
  const points: [number, number][] = []
  let [x, y] = [0, 0]
  for (const [, command, text] of path.matchAll(/([MLlHhVv])([^A-Za-z]*)/g)) {
    const numbers = text!.match(/-?(?:\d+\.?\d*|\.\d+)/g)!.map(Number)
    const [first, second] = numbers as [number, number]
    if (command === 'M' || command === 'L') [x, y] = [first, second]
    else if (command === 'l') [x, y] = [x + first, y + second]
    else if (command === 'H') x = first
    else if (command === 'h') x += first
    else if (command === 'V') y = first
    else y += first
    points.push([x, y].map((value) => Math.round(value * 10) / 10) as [number, number])
  }
  return points
}
