import { keyText } from "../../schema/entity.js";
import type { Store } from "../../stores/ports.js";
import type { Deviation, Difference } from "./report.js";

const mostLetters = 100_000;

/**
 * Says of what is missing why the store is without it, if it is in its dead letters. To be asked after the store was looked at: a
 * letter is parked before its row is taken out.
 */
export async function explain(store: Store, deviations: readonly Deviation[]): Promise<readonly Deviation[]> {
  if (deviations.every(({ held }) => held)) return deviations;
  const letters = await store.deadLetters.list(mostLetters);
  const reasons = new Map(letters.map(({ entity, key, reason }) => [`${entity}\0${keyText(key)}`, reason]));
  const explained = (difference: Difference): Difference => {
    const reason = difference.kind === "missing" ? reasons.get(`${difference.table}\0${keyText(difference.key)}`) : undefined;
    return reason === undefined ? difference : { ...difference, deadLetter: reason };
  };
  return deviations.map((deviation) => ({ ...deviation, differences: deviation.differences.map(explained) }));
}
