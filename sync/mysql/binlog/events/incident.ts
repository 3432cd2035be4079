import type { Cursor } from "../cursor.js";

/**
 * INCIDENT_EVENT: why the log has a gap. MySQL logs more bytes after the text than the event's own checksum: only the length before it says
 * where it ends.
 */
export function incidentReason(event: Cursor): string {
  event.skip(2);
  const length = event.left > 0 ? event.u8() : 0;
  return event.utf8(Math.min(length, event.left)).replace(/\.$/, "") || "no reason given";
}
