import { inParallel } from "../../../runtime/parallel.js";
import { type Entity, keyOf, type Row } from "../../../schema/entity.js";
import type { Audit } from "../../ports.js";
import type { Session } from "../connection/session.js";
import { lookupName, tableName } from "../tables/names.js";
import { equal, primaryKey, tablesOf } from "../tables/tables.js";
import { encodedOrNull } from "../values/codec.js";
import { columnOf } from "../values/columns.js";
import { read } from "./rows.js";
import { selectFrom } from "./select.js";

export function auditOf(session: Session): Audit {
  return {
    async *rows(of) {
      for await (const page of everything(session, of, tableName(of))) yield page.map((row) => ({ key: keyOf(of, row), row }));
    },
    // Each is a copy of its row.
    entryFields: (of) => Object.keys(of.fields),
    entries: (of, lookup) => everything(session, of, lookupName(of, lookup)),
    async entriesAt(of, lookup, places) {
      const table = tablesOf(of).find(({ name }) => name === lookupName(of, lookup))!;
      const encoders = table.place.map((field) => columnOf(of, field).encodeKey);
      const { query, decode } = selectFrom(of, table.name);
      return inParallel(places, 256, async (place) => {
        const params = encodedOrNull(() => table.place.map((field, at) => encoders[at]!(place[field])));
        const one = `${query} WHERE ${equal(primaryKey(table))}`;
        const entry = params && (await read(session, of, () => session.execute(one, params))).first();
        return entry ? decode(entry) : null;
      });
    },
  };
}

async function* everything(session: Session, of: Entity, table: string): AsyncGenerator<readonly Row[]> {
  const { query, decode, pageSize } = selectFrom(of, table);
  const pages = session.pages(query, [], pageSize);
  for (;;) {
    const page = await read(session, of, () => pages.next());
    if (page.done) return;
    yield page.value.map(decode);
  }
}
