import type { TableSink } from "../../stores/ports.js";
import type { PipelineParts } from "../writing/parts.js";
import type { Writing } from "../writing/writing.js";
import type { CopyTarget } from "./copy-table.js";

/** The end of a copy into a table sink: rows that the source no longer has are removed, and so are their letters. */
export function sweeping({ sink, state }: PipelineParts<TableSink>, writing: Writing): CopyTarget {
  return {
    failed: writing.failed,
    async copied(entity, olderThan, within) {
      await sink.sweep(entity, olderThan, within);
      // Nothing else settles the letter of a row that was refused, and then deleted in a part of the log that is gone.
      await writing.write([], [], async () => {
        await writing.letters.swept(entity.table, olderThan, within);
        state.apply({ kind: "settled", rows: 0, deadLetters: writing.letters.count });
      });
      await writing.passed();
    },
  };
}
