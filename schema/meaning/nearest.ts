/** `; did you mean sales_order?` for the known name that is nearest to a misspelt one; empty when none is near. */
export function nearest(name: string, known: readonly string[]): string {
  const [best] = known.map((each) => ({ each, steps: distance(name.toLowerCase(), each.toLowerCase()) }))
    .filter(({ steps, each }) => steps <= Math.max(1, Math.floor(Math.min(name.length, each.length) / 3)))
    .sort((a, b) => a.steps - b.steps);
  return best ? `; did you mean ${best.each}?` : "";
}

/** How many letters must change, or change places with the next, to make one text of the other (Damerau and Levenshtein). */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, i) => i)];
  for (let i = 1; i <= a.length; i++) {
    const [row, next] = [rows[i - 1]!, [i]];
    for (let j = 1; j <= b.length; j++) {
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next.push(Math.min(
        next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1), isSwapped ? rows[i - 2]![j - 2]! + 1 : Infinity,
      ));
    }
    rows.push(next);
  }
  return rows[a.length]![b.length]!;
}
