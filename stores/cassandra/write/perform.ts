import { inParallel } from "../../../runtime/parallel.js";
import type { Change } from "../../../schema/change.js";
import type { Session } from "../connection/session.js";
import { Invalid } from "../errors.js";
import type { Write } from "./plan.js";

/**
 * Does all writes, in any order, because their stamps decide. Returns the changes whose statements the server will never take, and why.
 * @throws Retriable, StoreRefusal
 */
export async function perform(session: Session, writes: readonly Write[], signal?: AbortSignal): Promise<Map<Change, string>> {
  const partitions = byPartition(writes);
  return send(session, session.everyNodeHoldsAll ? packed(partitions) : partitions, signal);
}

async function send(session: Session, requests: readonly Write[][], signal?: AbortSignal): Promise<Map<Change, string>> {
  const refused = new Map<Change, string>();
  await inParallel(requests, mostRequests, async (request) => {
    try {
      await session.batch(request);
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      if (request.length === 1) refused.set(request[0]!.change, error.message);
      // One statement spoils its whole batch; alone, each answers for itself.
      else for (const [change, reason] of await send(session, request.map((write) => [write]), signal)) refused.set(change, reason);
    }
  }, signal);
  return refused;
}

const mostRequests = 512;
const mostInBatch = 50;
const mostBatchBytes = 128 * 1024;

/** Groups writes: those to one partition share a request, which a replica applies as one mutation; all others go alone. */
function byPartition(writes: readonly Write[]): Write[][] {
  const requests: Write[][] = [];
  const open = new Map<string, { readonly writes: Write[]; bytes: number }>();
  for (const write of writes) {
    if (write.partition === null) {
      requests.push([write]);
      continue;
    }
    const bytes = bytesOf(write);
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

/**
 * Puts several partitions into a request, if any node that is asked holds them all. Otherwise dividing them
 * among other nodes would cost more than it saves.
 * It stays below what makes a server warn: `unlogged_batch_across_partitions_warn_threshold` (10) and `batch_size_warn_threshold` (5 KiB).
 */
function packed(partitions: readonly Write[][]): Write[][] {
  const requests: Write[][] = [];
  let held = 0, bytes = 0;
  for (const writes of partitions) {
    const more = writes.reduce((sum, write) => sum + bytesOf(write), 0);
    if (held === 0 || held === mostPacked || bytes + more > mostPackedBytes) {
      requests.push([]);
      [held, bytes] = [0, 0];
    }
    requests.at(-1)!.push(...writes);
    held++;
    bytes += more;
  }
  return requests;
}

const mostPacked = 10;
const mostPackedBytes = 4_500;

/** About the size of the mutation: each cell has a timestamp and a header besides its value. */
function bytesOf({ params }: Write): number {
  let bytes = 0;
  for (const param of params) bytes += 10 + (param?.length ?? 0);
  return bytes;
}
