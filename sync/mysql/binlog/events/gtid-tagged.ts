import type { Cursor } from "../cursor.js";
import { MalformedEvent } from "../errors.js";
import type { GtidEvent } from "../event.js";
import { uuidText } from "../gtid.js";

type Tagged = Pick<GtidEvent, "gtid" | "originalCommitTimestamp" | "immediateCommitTimestamp" | "transactionLength">;

/**
 * GTID_TAGGED_LOG_EVENT (8.3+), written with mysql::serialization: version, size, last field that must be understood, then
 * numbered fields, each an integer of variable length, an array of such, or a length and text. Fields of Gtid_event:
 * 0 flags, 1 uuid, 2 number, 3 tag, 4 last committed, 5 sequence, 6 immediate and 7 original commit time, 8 transaction length.
 */
export function readTaggedGtid(event: Cursor): Tagged {
  const version = variable(event);
  if (version !== 1n) throw new MalformedEvent(`a tagged GTID in the unknown serialization ${version}`);
  variable(event);
  const lastKnown = variable(event);
  if (lastKnown > 11n) throw new MalformedEvent(`a tagged GTID whose field ${lastKnown} must be understood`);
  let uuid = "", tag = "", number = 0, immediate = 0, original: number | undefined, transactionLength = 0;
  while (event.left > 0) {
    const field = Number(variable(event));
    switch (field) {
      case 1: uuid = uuidText(Buffer.from(Array.from({ length: 16 }, () => Number(variable(event)))).toString("hex")); break;
      case 2: number = Number(signed(variable(event))); break;
      case 3: tag = event.utf8(Number(variable(event))); break;
      case 6: immediate = Number(variable(event)); break;
      case 7: original = Number(variable(event)); break;
      case 8: transactionLength = Number(variable(event)); break;
      case 0: case 4: case 5: case 9: case 10: case 11: variable(event); break;
      default: throw new MalformedEvent(`the unknown field ${field} in a tagged GTID`);
    }
  }
  if (uuid === "" || number < 1) throw new MalformedEvent("a tagged GTID without source or number");
  return {
    gtid: tag === "" ? `${uuid}:${number}` : `${uuid}:${tag}:${number}`,
    immediateCommitTimestamp: immediate, originalCommitTimestamp: original ?? immediate, transactionLength,
  };
}

/** Unsigned integer of variable length: as many low bits set in the first byte as bytes follow, the value above them. */
function variable(event: Cursor): bigint {
  const first = event.u8();
  let more = 0;
  while (more < 8 && (first & (1 << more)) !== 0) more++;
  let value = 0n;
  const at = event.skip(more);
  for (let n = more - 1; n >= 0; n--) value = (value << 8n) | BigInt(event.bytes[at + n]!);
  return more >= 7 ? value : (value << BigInt(7 - more)) | BigInt(first >> (more + 1));
}

/** Signed integers fold the sign into the lowest bit. */
function signed(value: bigint): bigint {
  return (value & 1n) === 0n ? value >> 1n : -(value >> 1n) - 1n;
}
