import { errors } from "@elastic/elasticsearch";
import type { Client } from "@elastic/elasticsearch";
import { Retriable } from "../ports.js";
import { type Cause, describe, failureOf, statusFailure } from "./errors.js";

/** One line pair of a bulk (`action\ndocument\n`, or `action\n`), and what it was made of. */
export interface Operation<T> {
  readonly lines: string;
  readonly from: T;
}

/** A document that Elasticsearch will never take as it is. */
export interface Refused<T> {
  readonly from: T;
  readonly reason: string;
}

interface Answer {
  readonly errors: boolean;
  readonly items: readonly Readonly<Record<string, { readonly status: number; readonly error?: Cause }>>[];
}

/** A body is larger only for a document that is larger itself; the server's limit is 100 MB. */
const maxBytes = 8_000_000;

/** Writes the action that precedes a document. The version decides, not the order of arrival (invariant 4). */
export function indexAction(alias: string, versionType: "external" | "external_gte"): (id: string, version: number) => string {
  const head = `{"index":{"_index":${JSON.stringify(alias)},"version_type":"${versionType}","_id":`;
  return (id, version) => `${head}${JSON.stringify(id)},"version":${version}}}\n`;
}

/**
 * Sends operations in as many requests as their size needs, and returns once all are durable: on disk
 * at every copy (translog durability `request`).
 * If a newer version is there already, that is success.
 * @throws Retriable if an item met overload, after the others were stored: the same call may be repeated
 */
export async function sendBulk<T>(
  client: Client, operations: Iterable<Operation<T>>, signal?: AbortSignal,
): Promise<readonly Refused<T>[]> {
  const refused: Refused<T>[] = [];
  let later: Error | undefined;
  for (const body of bodiesOf(operations)) {
    const { errors: partial, items } = await request(client, body, signal);
    if (!partial) continue;
    items.forEach((item, i) => {
      const { status, error } = Object.values(item)[0]!;
      if (!error || status === 409) return;
      const failure = statusFailure("writing", status, error);
      if (failure instanceof Retriable) later ??= failure;
      else if (failure) throw failure;
      else if (status >= 500) throw new Error(`elasticsearch: writing: ${describe(error)}`);
      else refused.push({ from: body.from[i]!, reason: describe(error) });
    });
  }
  if (later) throw later;
  return refused;
}

interface Body<T> {
  readonly bytes: Buffer;
  /** What each operation in the body was made of, in order. */
  readonly from: readonly T[];
}

async function request<T>(client: Client, { bytes, from }: Body<T>, signal?: AbortSignal): Promise<Answer> {
  try {
    return await client.transport.request<Answer>(
      {
        method: "POST", path: "/_bulk", bulkBody: bytes,
        querystring: { require_alias: true, filter_path: "errors,items.*.status,items.*.error" },
      },
      { ...(signal && { signal }) },
    );
  } catch (error) {
    signal?.throwIfAborted();
    // The server takes no body of this size, and a document cannot be divided.
    if (error instanceof errors.ResponseError && error.statusCode === 413 && from.length === 1) {
      return {
        errors: true,
        items: [{ index: { status: 413, error: { reason: `a document of ${bytes.length} bytes is too large for the server` } } }],
      };
    }
    throw failureOf("writing", error);
  }
}

/** Each operation becomes bytes as soon as it is made: thousands of strings kept for one join cost more than all else. */
function* bodiesOf<T>(operations: Iterable<Operation<T>>): Generator<Body<T>> {
  let buffer = Buffer.allocUnsafe(1 << 18);
  let length = 0;
  let from: T[] = [];
  for (const operation of operations) {
    const most = operation.lines.length < 100_000 ? operation.lines.length * 3 : Buffer.byteLength(operation.lines);
    if (length + most > maxBytes && from.length > 0) {
      yield { bytes: buffer.subarray(0, length), from };
      [buffer, length, from] = [Buffer.allocUnsafe(buffer.length), 0, []];
    }
    if (length + most > buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(2 * buffer.length, length + most));
      buffer.copy(larger, 0, 0, length);
      buffer = larger;
    }
    length += buffer.write(operation.lines, length);
    from.push(operation.from);
  }
  if (from.length > 0) yield { bytes: buffer.subarray(0, length), from };
}
