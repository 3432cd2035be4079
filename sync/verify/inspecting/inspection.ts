import { sleep } from "../../../runtime/wait.js";
import type { Entity } from "../../../schema/entity.js";
import type { Side } from "../comparing/side.js";
import type { Deviation } from "../report/report.js";

/** What one look at a suspect says; `again`: what it found may be a change under way. */
export type Verdict<Suspect> = "right" | Deviation | { readonly again: Suspect };

/** A row can be visible a moment before its transaction's GTID is, so a second look must find what the first one found. */
const wantedLooks = 2;
const mostLooks = 10;
const betweenLooksMs = 100;

/** Looks at the suspects until each is right or different. A suspect that changed at every look counts as undecided. */
export async function inspected<Suspect>(
  { store, tally, signal }: Side,
  entity: Entity,
  suspects: readonly Suspect[],
  look: (suspects: readonly Suspect[]) => Promise<readonly Verdict<Suspect>[]>,
): Promise<readonly Deviation[]> {
  const found: Deviation[] = [];
  let open = suspects.map((suspect) => ({ suspect, seen: 0 }));
  for (let looks = 1; looks <= mostLooks && open.length > 0; looks++) {
    if (looks > 1) await sleep(betweenLooksMs, signal);
    const verdicts = await look(open.map(({ suspect }) => suspect));
    open = verdicts.flatMap((verdict, i) => {
      if (verdict === "right") return [];
      if ("again" in verdict) return [{ suspect: verdict.again, seen: 0 }];
      if (open[i]!.seen + 1 < wantedLooks) return [{ suspect: open[i]!.suspect, seen: open[i]!.seen + 1 }];
      found.push(verdict);
      return [];
    });
  }
  tally.counted(store, entity, "undecided", open.length);
  return found;
}
