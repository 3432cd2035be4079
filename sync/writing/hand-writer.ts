import { PreflightFailed } from "../../runtime/findings.js";
import type { Catalog } from "../../schema/catalog.js";
import type { TableSink, Writer } from "../../stores/ports.js";

/**
 * What an act by hand writes with, into a store that sync has prepared.
 * It makes no table: sync must first store that such a table has to be copied, and would not notice that it was gone.
 * @throws PreflightFailed when a table is absent
 */
export async function handWriter(sink: TableSink, catalog: Catalog): Promise<Writer> {
  const absent = await sink.absent(catalog.entities);
  if (absent.length === 0) return sink.prepare(catalog);
  throw new PreflightFailed([{
    where: sink.name, problem: `it has no table ${absent.map(({ table }) => table).join(", ")}`,
    remedy: "start sync, or resume its pipeline: it makes the table and copies it",
  }]);
}
