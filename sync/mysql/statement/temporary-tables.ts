import type { QueryEvent } from "../binlog/event.js";
import { folded } from "./effect.js";
import { NotUnderstood, Tokens } from "./tokens.js";

/** Above this number no more are remembered. Then a name that is not remembered may be that of a temporary table or of a lasting one. */
const most = 10_000;

/**
 * Remembers the temporary tables that sessions have made, where the log has statements as text.
 * The text of a TRUNCATE is the same for a temporary table and for the table whose name it bears.
 */
export class TemporaryTables {
  readonly #names = new Set<string>();
  #isWhole = true;

  /** Reads a statement that may make or drop temporary tables. */
  read(event: QueryEvent): void {
    if (!/TEMPORARY|DROP/i.test(event.statement)) return;
    try {
      const tokens = Tokens.of(event);
      if (tokens.has("CREATE")) this.#made(event, tokens);
      else if (tokens.has("DROP")) this.#dropped(event, tokens);
    } catch (error) {
      if (!(error instanceof NotUnderstood)) throw error;
      // A statement that cannot be read may have made one.
      this.#isWhole = false;
    }
  }

  /** Whether the table that the statement names is a temporary one of its session; null when that is not certain. */
  has({ threadId }: QueryEvent, database: string, table: string): boolean | null {
    if (this.#names.has(keyOf(threadId, database, table))) return true;
    return this.#isWhole ? false : null;
  }

  #made({ threadId }: QueryEvent, tokens: Tokens): void {
    tokens.has("OR", "REPLACE");
    if (!tokens.has("TEMPORARY") || !tokens.has("TABLE")) return;
    tokens.has("IF", "NOT", "EXISTS");
    const { database, table } = tokens.table();
    if (this.#names.size >= most) this.#isWhole = false;
    else this.#names.add(keyOf(threadId, database, table));
  }

  #dropped({ threadId }: QueryEvent, tokens: Tokens): void {
    tokens.has("TEMPORARY");
    if (!tokens.has("TABLE") && !tokens.has("TABLES")) return;
    tokens.has("IF", "EXISTS");
    do {
      const { database, table } = tokens.table();
      this.#names.delete(keyOf(threadId, database, table));
    } while (tokens.has(","));
  }
}

function keyOf(threadId: number, database: string, table: string): string {
  return JSON.stringify([threadId, folded(database), folded(table)]);
}
