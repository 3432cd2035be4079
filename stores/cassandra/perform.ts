import type { Change } from "../../schema/change.js";
import type { Bytes } from "./codec.js";
import { Invalid } from "./errors.js";
import { inParallel } from "./gate.js";
import type { Write } from "./plan.js";
import type { Session } from "./session.js";

/**
 * Does all writes, in any order: their stamps decide, not the order they arrive in. Answers the changes whose statements
 * the server will never take, and why. @throws Retriable, StoreRefusal
 */
export async function perform(session: Session, writes: readonly Write[], signal?: AbortSignal): Promise<Map<Change, string>> {
  const refused = new Map<Change, string>();
  await inParallel(requestsOf(writes), mostRequests, async (request) => {
    try {
      await session.batch(request);
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      if (request.length === 1) refused.set(request[0]!.change, error.message);
      // One statement spoils its whole batch: alone, each answers for itself.
      else for (const [change, reason] of await perform(session, request.map((write) => ({ ...write, partition: null })), signal)) refused.set(change, reason);
    }
  }, signal);
  return refused;
}

const mostRequests = 512;
const mostInBatch = 50;
const mostBatchBytes = 128 * 1024;

/** Writes to one partition share a request, which a replica applies as one mutation; all others go alone. */
function requestsOf(writes: readonly Write[]): Write[][] {
  const requests: Write[][] = [];
  const open = new Map<string, { readonly writes: Write[]; bytes: number }>();
  for (const write of writes) {
    if (write.partition === null) {
      requests.push([write]);
      continue;
    }
    const bytes = bytesOf(write.params);
    let batch = open.get(write.partition);
    if (!batch || batch.writes.length === mostInBatch || batch.bytes + bytes > mostBatchBytes) {
      batch = { writes: [], bytes: 0 };
      open.set(write.partition, batch);
      requests.push(batch.writes);
    }
    batch.writes.push(write);
    batch.bytes += bytes;
  }
  return requests;
}

function bytesOf(params: readonly Bytes[]): number {
  let bytes = 0;
  for (const param of params) if (param) bytes += param.length;
  return bytes;
}
