import { type Entity, keyOf, lookupTable, type Row } from "../../schema/entity.js";
import type { Audit } from "../ports.js";
import { read } from "./rows.js";
import { selectFrom } from "./select.js";
import type { Session } from "./session.js";

export function auditOf(session: Session): Audit {
  return {
    async *rows(of) {
      for await (const page of everything(session, of, of.table)) yield page.map((row) => ({ key: keyOf(of, row), row }));
    },
    // Each is a copy of its row.
    entryFields: (of) => Object.keys(of.fields),
    entries: (of, lookup) => everything(session, of, lookupTable(of, lookup)),
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
