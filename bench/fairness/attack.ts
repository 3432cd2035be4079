import { type Client, send } from "./queries.js";

/**
 * Sends these queries as one viewer, `atOnce` at a time, the next as soon as one is answered. When asked to stop, it reports the answers.
 */
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
