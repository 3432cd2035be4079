import type { BinlogEvent, Row, TableMap, Value } from "./event.js";

/** Prints an event as `mysqlbinlog -v` does, with the decoded values, the last line without a line end. */
export function printEvent(event: BinlogEvent): string {
  const at = `# at ${event.file}:${event.offset}`;
  switch (event.type) {
    case "gtid": return `${at}\n# GTID ${event.gtid || "ANONYMOUS"}${committed(event.originalCommitTimestamp)}`;
    case "rows": return [
      `${at} ${time(event.timestamp)}`, ...event.rows.map((row) => printRow(event.table, row.before, row.after)),
    ].join("\n");
    case "commit": return `${at} ${time(event.timestamp)}\nCOMMIT;${event.xa ? ` # XA ${event.xa.phase} ${event.xa.xid}` : ""}`;
    case "rollback": return `${at} ${time(event.timestamp)}\nROLLBACK;`;
    case "query": return `${at} ${time(event.timestamp)}\n`
      + `${event.database === "" ? "" : `use ${quoteName(event.database)};\n`}${event.statement};`;
    case "rows-query": return `${at}\n# ${event.statement.replaceAll("\n", "\n# ")}`;
    case "heartbeat": return `${at}\n# Heartbeat`;
    case "rotate": return `# Rotate to ${event.file}:${event.offset}`;
    case "format": return `${at}\n# Server ${event.serverVersion}, ${event.checksum ? "CRC32" : "no checksum"}`;
    case "resume": return `${at}\n# Resumed after ${event.attempts} attempts: ${event.reason}`;
  }
  return event satisfies never;
}

/**
 * Writes an event as one line of JSON. Integers beyond 2^53 are strings, bytes are base64, and columns absent from the image are left out.
 */
export function eventJson(event: BinlogEvent): string {
  if (event.type !== "rows") return JSON.stringify(event);
  const { database, table, columns, primaryKey } = event.table;
  return JSON.stringify({
    ...event, table: { database, table, primaryKey: primaryKey.map((index) => columns[index]!.name) }, rows: event.rows,
  }, (_, value: unknown) => {
    if (typeof value === "bigint") return value.toString();
    return isBufferJson(value) ? Buffer.from(value.data).toString("base64") : value;
  });
}

/** Recognises the value that JSON.stringify hands to the replacer, after it has called a Buffer's toJSON. */
function isBufferJson(value: unknown): value is { readonly type: "Buffer"; readonly data: number[] } {
  return typeof value === "object" && value !== null && (value as { type?: unknown }).type === "Buffer" && Array.isArray(
    (value as { data?: unknown }).data,
  );
}

function printRow(table: TableMap, before: Row | null, after: Row | null): string {
  const name = `${quoteName(table.database)}.${quoteName(table.table)}`;
  const list = (word: string, row: Row): string[] => [`### ${word}`, ...table.columns.flatMap((column) =>
    (row[column.name] === undefined ? [] : [
      `###   ${quoteName(column.name)}=${printValue(row[column.name])} /* ${column.type}${column.unsigned ? " unsigned" : ""} */`,
    ]))];
  if (before === null) return [`### INSERT INTO ${name}`, ...list("SET", after!)].join("\n");
  if (after === null) return [`### DELETE FROM ${name}`, ...list("WHERE", before)].join("\n");
  return [`### UPDATE ${name}`, ...list("WHERE", before), ...list("SET", after)].join("\n");
}

function printValue(value: Value): string {
  if (value === null) return "NULL";
  if (typeof value === "string") return `'${value.replace(/['\\]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\0", "\\0")}'`;
  return Buffer.isBuffer(value) ? (value.length === 0 ? "''" : `0x${value.toString("hex")}`) : String(value);
}

function quoteName(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

function time(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ");
}

function committed(micros: number): string {
  return micros === 0
    ? ""
    : " committed "
      + `${new Date(Math.floor(micros / 1000)).toISOString().slice(0, 19).replace("T", " ")}`
      + `.${String(micros % 1_000_000).padStart(6, "0")}`;
}
