/** Labels that would touch, pushed apart. */

/** Positions in rising order moved as little as need be to stand `gap` apart within the bounds. */
export function spread(positions: readonly number[], gap: number, min: number, max: number): number[] {
  const placed = positions.map((position) => Math.max(position, min))
  for (let i = 1; i < placed.length; i++) placed[i] = Math.max(placed[i]!, placed[i - 1]! + gap)
  for (let i = placed.length - 1; i >= 0; i--) {
    placed[i] = Math.min(placed[i]!, i === placed.length - 1 ? max : placed[i + 1]! - gap)
  }
  return placed
}
