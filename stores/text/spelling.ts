/** Whether one letter is missing, added or wrong, or two neighbours are swapped. Equal words are not one error apart. */
export function isOneErrorApart(a: string, b: string): boolean {
  const [x, y] = [[...a], [...b]];
  if (Math.abs(x.length - y.length) > 1 || a === b) return false;
  let start = 0;
  while (start < x.length && x[start] === y[start]) start++;
  const tail = (of: readonly string[], from: number) => of.slice(from).join("");
  return tail(x, start + 1) === tail(y, start + 1)
    || tail(x, start + 1) === tail(y, start)
    || tail(x, start) === tail(y, start + 1)
    || (x[start] === y[start + 1] && x[start + 1] === y[start] && tail(x, start + 2) === tail(y, start + 2));
}
