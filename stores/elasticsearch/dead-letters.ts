import { createHash } from "node:crypto";
import type { Change, Rejection } from "../../schema/change.js";
import { type Key, keyText } from "../../schema/entity.js";
import type { Version } from "../../schema/position.js";
import type { DeadLetter, DeadLetters } from "../ports.js";
import { sendBulk } from "./bulk.js";
import type { Cluster } from "./cluster.js";
import { failed, failureOf } from "./errors.js";
import { aliasOf, lettersName } from "./indices.js";

interface Letter {
  readonly entity: string;
  readonly version: Version;
  readonly parked_at: number;
  readonly key: Key;
  readonly reason: string;
  readonly change: Change | null;
}

/** A letter's version, and what an action names to be done only while the letter is still that one. */
interface Parked {
  readonly version: Version;
  readonly if_seq_no: number;
  readonly if_primary_term: number;
}

/** One document a key. There are few, so each call refreshes what the next one searches. */
export function deadLettersIn({ client, prefix }: Cluster): DeadLetters {
  const index = aliasOf(prefix, lettersName);
  const refresh = () => client.indices.refresh({ index }).catch(failed("refreshing dead letters"));

  async function parkedOf(ids: readonly string[]): Promise<ReadonlyMap<string, Parked>> {
    const { docs } = await client.mget<Letter>({ index, ids: [...ids], _source: ["version"] }).catch(failed("reading dead letters"));
    return new Map(docs.flatMap((doc) => ("found" in doc && doc.found
      ? [[doc._id, { version: doc._source!.version, if_seq_no: doc._seq_no!, if_primary_term: doc._primary_term! }] as const] : [])));
  }

  return {
    async park(rejections) {
      const newest = new Map<string, Rejection>();
      for (const rejection of rejections) {
        const id = letterId(rejection);
        if ((newest.get(id)?.version ?? -1) < rejection.version) newest.set(id, rejection);
      }
      if (newest.size === 0) return;
      const parked = await parkedOf([...newest.keys()]);
      const operations = [...newest].filter(([id, { version }]) => (parked.get(id)?.version ?? -1) < version).map(([id, rejection]) => ({
        lines: `${JSON.stringify({ index: { _index: index, _id: id } })}\n${JSON.stringify(letterOf(rejection))}\n`, from: rejection,
      }));
      const refused = await sendBulk(client, operations);
      if (refused[0]) throw new Error(`elasticsearch: parking a dead letter of ${refused[0].from.entity}: ${refused[0].reason}`);
      await refresh();
    },
    async list(limit) {
      await refresh();
      const { hits } = await client.search<Letter>({
        index, size: Math.min(limit, 10_000), sort: [{ parked_at: "asc" }, { version: "asc" }], allow_partial_search_results: false,
      }).catch(failed("listing dead letters"));
      return hits.hits.map(({ _source }) => deadLetterOf(_source!));
    },
    async count() {
      await refresh();
      return (await client.count({ index }).catch(failed("counting dead letters"))).count;
    },
    async settle(letters) {
      if (letters.length === 0) return;
      const parked = await parkedOf([...new Set(letters.map(letterId))]);
      const operations = letters.flatMap((letter) => {
        const { version, ...unchanged } = parked.get(letterId(letter)) ?? { version: Infinity };
        return version <= letter.version ? [{ lines: `${JSON.stringify({ delete: { _index: index, _id: letterId(letter), ...unchanged } })}\n`, from: letter }] : [];
      });
      const refused = await sendBulk(client, operations);
      if (refused[0]) throw failureOf("settling dead letters", refused[0].reason);
      await refresh();
    },
  };
}

/** Hashed, since a key that is too long for an id is one of the reasons to park it. */
function letterId({ entity, key }: Pick<DeadLetter, "entity" | "key">): string {
  return createHash("sha256").update(`${entity}/${keyText(key)}`).digest("base64url");
}

function letterOf({ entity, version, key, reason, change }: Rejection): Letter {
  return { entity, version, parked_at: Date.now(), key, reason, change };
}

function deadLetterOf({ entity, version, parked_at, key, reason, change }: Letter): DeadLetter {
  return { entity, key, version, reason, change, parkedAt: parked_at };
}
