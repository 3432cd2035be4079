import { inParallel } from "../../../runtime/parallel.js";
import { type Entity, keyOf, lookupTable, type Row } from "../../../schema/entity.js";
import type { Audit } from "../../ports.js";
import type { Session } from "../connection/session.js";
import { equal, primaryKey, tablesOf } from "../tables/tables.js";
import { encodedOrNull, encoderOf, keyEncoder } from "../values/codec.js";
import { read } from "./rows.js";
import { selectFrom } from "./select.js";

export function auditOf(session: Session): Audit {
  return {
    async *rows(of) {
      for await (const page of everything(session, of, of.table)) yield page.map((row) => ({ key: keyOf(of, row), row }));
    },
    // Each is a copy of its row.
    entryFields: (of) => Object.keys(of.fields),
    entries: (of, lookup) => everything(session, of, lookupTable(of, lookup)),
    async entriesAt(of, lookup, places) {
      const table = tablesOf(of).find(({ name }) => name === lookupTable(of, lookup))!;
      const columns = primaryKey(table);
      const encoders = columns.map((column) => keyEncoder(encoderOf(of.fields[column]!.type)));
      const { query, decode } = selectFrom(of, table.name);
      return inParallel(places, 256, async (place) => {
        const params = encodedOrNull(() => columns.map((column, at) => encoders[at]!(place[column])));
        const entry = params && (await read(session, of, () => session.execute(`${query} WHERE ${equal(columns)}`, params))).first();
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
