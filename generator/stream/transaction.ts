import type { Micros } from "../clock.js";
import type { Desk, Done } from "./desk.js";
import { type Business, businessBy, transact } from "./mix.js";

/** What a desk is made of, but for the time: it is asked for when the work begins, so that nobody is met in the future. */
export interface Opening extends Omit<Desk, "now"> {
  readonly clock: () => Micros;
}

/** What the server ends by itself when two transactions wait for each other; doing ours again is all it takes. */
const endedByServer = ["ER_LOCK_DEADLOCK", "ER_LOCK_WAIT_TIMEOUT"];
const mostTries = 10;

export interface Committed extends Done {
  readonly business: Business;
  readonly retries: number;
}

/** Does one business transaction and commits it: the one its numbers choose, or a sale when that one has nothing to be done to. */
export async function committed({ clock, ...opening }: Opening): Promise<Committed> {
  const { connection } = opening;
  for (let retries = 0; ; retries++) {
    await connection.beginTransaction();
    try {
      const chosen = businessBy(opening.draw("business"));
      const done = await transact(chosen, { ...opening, now: clock() });
      const result = done ? { ...done, business: chosen } : { ...(await transact("sale", { ...opening, now: clock() }))!, business: "sale" as const };
      await connection.commit();
      return { ...result, retries };
    } catch (error) {
      if (!endedByServer.includes((error as { readonly code?: string }).code ?? "") || retries + 1 >= mostTries) throw error;
      await connection.rollback();
    }
  }
}
