import { type Client, send } from "./queries.js";

/** One viewer sends these queries, so many at once, the next as soon as one is answered. Told to stop, it says what it was answered. */
export async function attack(client: Client, queries: readonly string[], atOnce: number): Promise<void> {
  const answers: Record<string, number> = {};
  let stop = false;
  process.once("message", () => { stop = true; });
  await Promise.all(Array.from({ length: atOnce }, async (_, i) => {
    for (let n = i; !stop; n++) {
      const status = String(await send(client, queries[n % queries.length]!, 120_000) || "none");
      answers[status] = (answers[status] ?? 0) + 1;
    }
  }));
  process.send!(answers);
}
