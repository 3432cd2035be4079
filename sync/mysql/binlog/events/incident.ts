import type { Cursor } from "../cursor.js";

/**
 * Reads INCIDENT_EVENT: why the log has a gap. MySQL logs more bytes after the text than the event's own checksum, so only the length
 * before the text says where it ends.
 */
export function incidentReason(event: Cursor): string {
  event.skip(2);
  const length = event.left > 0 ? event.u8() : 0;
  return event.utf8(Math.min(length, event.left)).replace(/\.$/, "") || "no reason given";
}
