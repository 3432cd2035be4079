import { createHash } from "node:crypto";
import type { Change, Rejection } from "../../schema/change.js";
import { type Key, keyText } from "../../schema/entity.js";
import type { Version } from "../../schema/position.js";
import type { DeadLetter, DeadLetters, LetterHead } from "../ports.js";
import { sendBulk } from "./bulk.js";
import type { Cluster } from "./cluster.js";
import { failed, failureOf } from "./errors.js";
import { aliasOf, lettersName } from "./indices/indices.js";
import { pointInTime } from "./read/scan.js";

interface Letter {
  readonly entity: string;
  readonly version: Version;
  readonly parked_at: number;
  readonly key: Key;
  readonly reason: string;
  readonly change: Change | null;
}

/** A letter's version, and what makes an action happen only while the letter is still that one. */
interface Parked {
  readonly version: Version;
  readonly if_seq_no: number;
  readonly if_primary_term: number;
}

/** One document a key. There are few, so each call refreshes what the next one searches. */
export function deadLettersIn(cluster: Cluster): DeadLetters {
  const { client, prefix } = cluster;
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
      const letters: DeadLetter[] = [];
      const size = Math.max(1, Math.min(limit, 1_000));
      for await (const hits of pointInTime<Letter>(cluster, lettersName, { size, sort: [{ parked_at: "asc" }, { version: "asc" }] })) {
        letters.push(...hits.slice(0, limit - letters.length).map(({ _source }) => deadLetterOf(_source!)));
        if (letters.length === limit) break;
      }
      return letters;
    },
    async *all() {
      for await (const hits of pointInTime<Letter>(cluster, lettersName, { size: 1_000, _source: { excludes: ["change"] } })) {
        yield hits.map(({ _source }) => headOf(_source!));
      }
    },
    async of(entity, keys) {
      if (keys.length === 0) return [];
      const ids = keys.map((key) => letterId({ entity, key }));
      const { docs } = await client.mget<Letter>({ index, ids: [...new Set(ids)] }).catch(failed("reading dead letters"));
      const letters = new Map(docs.flatMap((doc) => ("found" in doc && doc.found ? [[doc._id, deadLetterOf(doc._source!)] as const] : [])));
      return ids.map((id) => letters.get(id) ?? null);
    },
    async count() {
      await refresh();
      return (await client.count({ index }).catch(failed("counting dead letters"))).count;
    },
    async settle(letters) {
      if (letters.length === 0) return 0;
      const parked = await parkedOf([...new Set(letters.map(letterId))]);
      const operations = letters.flatMap((letter) => {
        const { version, ...unchanged } = parked.get(letterId(letter)) ?? { version: Infinity };
        return version <= letter.version ? [
          { lines: `${JSON.stringify({ delete: { _index: index, _id: letterId(letter), ...unchanged } })}\n`, from: letter },
        ] : [];
      });
      const refused = await sendBulk(client, operations);
      if (refused[0]) throw failureOf("settling dead letters", refused[0].reason);
      if (operations.length > 0) await refresh();
      return operations.length;
    },
  };
}

/** The id is a hash, because a key that is too long for an id is one of the reasons to park it. */
function letterId({ entity, key }: Pick<DeadLetter, "entity" | "key">): string {
  return createHash("sha256").update(`${entity}/${keyText(key)}`).digest("base64url");
}

function letterOf({ entity, version, key, reason, change }: Rejection): Letter {
  return { entity, version, parked_at: Date.now(), key, reason, change };
}

function headOf({ entity, version, parked_at, key, reason }: Letter): LetterHead {
  return { entity, key, version, reason, parkedAt: parked_at };
}

function deadLetterOf(letter: Letter): DeadLetter {
  return { ...headOf(letter), change: letter.change };
}
