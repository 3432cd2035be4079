import type { QueryEvent } from "../binlog/event.js";
import { folded } from "./effect.js";
import { NotUnderstood, Tokens } from "./tokens.js";

/** More are not remembered: then no name is taken for that of a temporary table, nor for that of a table, without a doubt. */
const most = 10_000;

/**
 * The temporary tables that sessions have made, as the log tells where statements are logged as text. A TRUNCATE of one says nothing that
 * tells it from a TRUNCATE of the table whose name it bears.
 */
export class TemporaryTables {
  readonly #names = new Set<string>();
  #isWhole = true;

  /** Takes notice of a statement that makes or drops temporary tables. */
  read(event: QueryEvent): void {
    if (!/TEMPORARY|DROP/i.test(event.statement)) return;
    try {
      const tokens = Tokens.of(event);
      if (tokens.has("CREATE")) this.#made(event, tokens);
      else if (tokens.has("DROP")) this.#dropped(event, tokens);
    } catch (error) {
      if (!(error instanceof NotUnderstood)) throw error;
      // What cannot be read may have made one.
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
