/** How often a request has a header. Node keeps only the first `Authorization`, so `headers` does not show that there were two. */
export function timesSent(rawHeaders: readonly string[], name: string): number {
  return rawHeaders.filter((text, i) => i % 2 === 0 && text.toLowerCase() === name).length;
}
