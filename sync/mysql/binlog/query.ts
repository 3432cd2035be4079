import { charsetOf, decoderOf } from "./charset.js";
import type { Cursor } from "./cursor.js";
import type { QueryEvent } from "./event.js";

export interface Statement { readonly database: string; readonly text: string }

/** QUERY_EVENT: the statement in the character set its client spoke; MariaDB may have compressed it. */
export function readQuery(event: Cursor, expand?: (event: Cursor) => Buffer): Statement {
  event.skip(8);
  const databaseLength = event.u8();
  event.skip(2);
  const status = event.part(event.u16());
  const database = event.utf8(databaseLength);
  event.skip(1);
  const charset = charsetOf(clientCollation(status));
  const text = expand ? expand(event) : event.view(event.left);
  const decode = decoderOf(charset === "binary" || charset === "" ? "utf8mb4" : charset);
  return { database, text: decode!(text, 0, text.length) };
}

/** Whether the body of a QUERY_EVENT says BEGIN, as it does in nearly every transaction: no need to read the rest of it. */
export function isBegin(bytes: Buffer, body: number, end: number): boolean {
  const text = body + 13 + (bytes[body + 11]! | (bytes[body + 12]! << 8)) + bytes[body + 8]! + 1;
  return end - text === 5 && bytes[text] === 0x42 && bytes[text + 1] === 0x45 && bytes[text + 2] === 0x47 && bytes[text + 3] === 0x49 && bytes[text + 4] === 0x4e;
}

/** Q_CHARSET_CODE among the status variables, which come in a fixed order; 0 when absent. */
function clientCollation(status: Cursor): number {
  while (status.left > 0) {
    switch (status.u8()) {
      case 0: status.skip(4); break;
      case 1: status.skip(8); break;
      case 2: status.skip(status.u8() + 1); break;
      case 3: status.skip(4); break;
      case 4: return status.u16();
      case 6: status.skip(status.u8()); break;
      default: return 0;
    }
  }
  return 0;
}

/** What a statement means to one who follows rows. Only its first words are looked at: DDL text is for the log. */
export function classify({ database, text }: Statement): Pick<QueryEvent, "kind" | "truncated"> {
  const bare = text.replace(/^(?:\s+|\/\*(?!!)[\s\S]*?\*\/|(?:--\s|#)[^\n]*(?:\n|$))+/, "");
  const truncate = /^truncate\s+(?:table\s+)?(?:(`(?:[^`]|``)+`|[^\s`.;]+)\s*\.\s*)?(`(?:[^`]|``)+`|[^\s`.;/]+)/i.exec(bare);
  if (truncate) return { kind: "truncate", truncated: { database: truncate[1] === undefined ? database : name(truncate[1]), table: name(truncate[2]!) } };
  if (/^(?:create|alter|drop|rename|analyze|optimize|repair)\b/i.test(bare)) return { kind: "ddl" };
  if (/^(?:insert|update|delete|replace|load|call|with|import)\b/i.test(bare)) return { kind: "dml" };
  return { kind: "other" };
}

function name(quoted: string): string {
  return quoted.startsWith("`") ? quoted.slice(1, -1).replaceAll("``", "`") : quoted;
}
