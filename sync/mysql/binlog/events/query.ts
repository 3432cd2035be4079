import type { Cursor } from "../cursor.js";
import type { QueryEvent } from "../event.js";
import { charsetOf, decoderOf } from "../values/charset.js";
import { readStatusVariables } from "./status-variables.js";

/** A statement as the log carries it, with those facts of its session that decide what the text means. */
export type Statement = Pick<QueryEvent, "database" | "statement" | "charset" | "sqlMode" | "updatedDatabases" | "threadId">;

/** Reads QUERY_EVENT: the statement is in its client's character set, and MariaDB may have compressed it. */
export function readQuery(event: Cursor, expand?: (event: Cursor) => Buffer): Statement {
  return read(event, 0, expand);
}

/** Reads EXECUTE_LOAD_QUERY_EVENT: a LOAD DATA whose file came in the events before it. Three numbers and a byte stand before the rest. */
export function readLoadQuery(event: Cursor): Statement {
  return read(event, 13);
}

function read(event: Cursor, ofLoad: number, expand?: (event: Cursor) => Buffer): Statement {
  const threadId = event.u32();
  event.skip(4);
  const databaseLength = event.u8();
  event.skip(2);
  const statusLength = event.u16();
  event.skip(ofLoad);
  const { collation, ...session } = readStatusVariables(event.part(statusLength));
  const database = event.utf8(databaseLength);
  event.skip(1);
  const text = expand ? expand(event) : event.view(event.left);
  const known = textCharset(charsetOf(collation));
  return { database, ...session, threadId, charset: known, statement: decoderOf(known)!(text, 0, text.length) };
}

/**
 * The character set to read a statement's text with. MySQL takes quotes and other marks for ASCII in every set, and swe7 has letters there.
 */
function textCharset(charset: string): string {
  switch (charset) {
    case "": case "binary": return "utf8mb4";
    case "swe7": return "latin1";
    default: return charset;
  }
}

/** Whether the body of a QUERY_EVENT says BEGIN, as in nearly every transaction: then the rest of it is not read. */
export function isBegin(bytes: Buffer, body: number, end: number): boolean {
  const text = body + 13 + (bytes[body + 11]! | (bytes[body + 12]! << 8)) + bytes[body + 8]! + 1;
  return end - text === 5 && bytes[text] === 0x42 && bytes[text + 1] === 0x45 && bytes[text + 2] === 0x47 && bytes[text + 3] === 0x49
    && bytes[text + 4] === 0x4e;
}
