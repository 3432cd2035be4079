import { uint32 } from "./cursor.js";
import type { CommitEvent, FileOffset, RollbackEvent } from "./event.js";
import { readXaStatement } from "./events/xa.js";

/** What a statement means for the transaction around it; `other`: nothing special. */
type Effect =
  | { readonly kind: "begins" | "goes on" | "rolls back" | "other" }
  | { readonly kind: "commits"; readonly xa?: CommitEvent["xa"] };

/** The transaction that the log is in, if it is in one. */
export class OpenTransaction {
  gtid = "";
  #hasBegun = false;

  /** A GTID announces a transaction. With MySQL a statement begins it; MariaDB's GTID may do so itself. */
  announce(gtid: string, begins: boolean): void {
    this.gtid = gtid;
    this.#hasBegun = begins;
  }

  begin(): void {
    this.#hasBegun = true;
  }

  /** A file begins outside any transaction. */
  forget(): void {
    this.#hasBegun = false;
  }

  /** A statement outside BEGIN is a transaction of its own. */
  get isOneStatement(): boolean {
    return !this.#hasBegun;
  }

  /** Ends the transaction with the event whose header is in bytes[start, …). */
  commit(bytes: Buffer, start: number, { file, offset }: FileOffset, xa?: CommitEvent["xa"]): CommitEvent {
    const [gtid, timestamp] = [this.#end(), uint32(bytes, start)];
    return xa ? { type: "commit", gtid, timestamp, file, offset, xa } : { type: "commit", gtid, timestamp, file, offset };
  }

  rollback(bytes: Buffer, start: number, { file, offset }: FileOffset): RollbackEvent {
    return { type: "rollback", gtid: this.#end(), timestamp: uint32(bytes, start), file, offset };
  }

  #end(): string {
    const gtid = this.gtid;
    this.#hasBegun = false;
    this.gtid = "";
    return gtid;
  }
}

/** Which statements begin and end transactions, as the server logs them. */
export function effectOf(statement: string): Effect {
  switch (statement) {
    case "BEGIN": return { kind: "begins" };
    case "COMMIT": return { kind: "commits" };
    case "ROLLBACK": return { kind: "rolls back" };
  }
  const xa = statement.startsWith("XA ") ? readXaStatement(statement) : undefined;
  if (xa === undefined) return { kind: "other" };
  if (xa === "start") return { kind: "begins" };
  return xa === "end" ? { kind: "goes on" } : { kind: "commits", xa };
}
