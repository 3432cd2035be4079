import type { Entity } from "../../../schema/entity.js";
import type { Value } from "../../../schema/fields.js";
import type { Versioned } from "../../ports.js";
import type { Cluster } from "../cluster.js";
import { decode } from "../codec.js";
import { exactField } from "../indices/mapping.js";
import { living, scan } from "./scan.js";

/** A query takes 65,536 terms at most. */
const atOnce = 1_000;
const page = 1_000;

/** The rows whose fields hold one of these combinations, after a refresh: what was written before is among them. */
export async function rowsHolding(
  cluster: Cluster, of: Entity, fields: readonly string[], values: readonly (readonly Value[])[], most: number,
): Promise<readonly Versioned[] | null> {
  const rows: Versioned[] = [];
  for (let i = 0; i < values.length; i += atOnce) {
    const some = values.slice(i, i + atOnce), wanted = new Set(some.map((each) => JSON.stringify(each)));
    const filter = fields.map((name, at) => ({
      terms: { [exactField(of, name)]: [...new Set(some.map((each) => each[at]!))] as (string | number)[] },
    }));
    for await (const hits of scan(cluster, of, living({ filter }), page)) {
      const found = hits.map(({ _source }) => ({ row: decode(of, _source!), version: _source!.sluice_version }));
      rows.push(...found.filter(({ row }) => wanted.has(JSON.stringify(fields.map((name) => row[name])))));
      if (rows.length > most) return null;
    }
  }
  return rows;
}
