import type { Cursor } from "../cursor.js";

/** What a QUERY_EVENT's status variables say of the session, as far as a reader of the statement needs it. */
export interface StatusVariables {
  /** Bits of `sql_mode`, the lowest 32; 0 when the event does not say. */
  readonly sqlMode: number;
  /** The client's collation by number (Q_CHARSET_CODE); 0 when the event does not say. */
  readonly collation: number;
  /** Databases of the tables that the statement locked or changed; `any`: they are not named; null when the event does not say. */
  readonly updatedDatabases: readonly string[] | "any" | null;
}

/** Q_UPDATED_DB_NAMES has this in place of the count if there are more than 16, or if they are not known, as for a foreign key's parent. */
const TOO_MANY = 254;

/**
 * Reads the variables. Each is a code and a value, and only the code tells the value's length.
 * So an unknown code ends the reading, as if the event said nothing of what stands behind it. Query_event in libbinlogevents (MySQL),
 * Query_log_event in log_event.h (MariaDB, from 128 on).
 */
export function readStatusVariables(status: Cursor): StatusVariables {
  let [sqlMode, collation, updatedDatabases]: [number, number, string[] | "any" | null] = [0, 0, null];
  while (status.left > 0) {
    switch (status.u8()) {
      case 0: case 3: case 10: status.skip(4); break;
      case 1: sqlMode = status.u32(); status.skip(4); break;
      case 2: status.skip(status.u8() + 1); break;
      case 4: collation = status.u16(); status.skip(4); break;
      case 5: case 6: status.skip(status.u8()); break;
      case 7: case 8: case 18: status.skip(2); break;
      case 9: case 17: status.skip(8); break;
      case 11: status.skip(status.u8()); status.skip(status.u8()); break;
      case 12: updatedDatabases = readNames(status); break;
      case 13: case 128: status.skip(3); break;
      case 16: case 19: case 20: status.skip(1); break;
      case 129: status.skip(8); break;
      // The second part of an ALTER logged in two parts names the first by its sequence number.
      case 130: if ((status.u16() & ALTER_ENDS) !== 0) status.skip(8); break;
      case 131: status.skip(4 * status.u8()); break;
      default: return { sqlMode, collation, updatedDatabases };
    }
  }
  return { sqlMode, collation, updatedDatabases };
}

const ALTER_ENDS = 0x6;

function readNames(status: Cursor): string[] | "any" {
  const count = status.u8();
  if (count === TOO_MANY) return "any";
  return Array.from({ length: count }, () => {
    const from = status.at;
    while (status.u8() !== 0);
    return status.bytes.toString("utf8", from, status.at - 1);
  });
}
