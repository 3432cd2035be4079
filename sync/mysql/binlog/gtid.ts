/**
 * A set of GTIDs: per source (`uuid`, or `uuid:tag`) sorted, disjoint, closed intervals.
 * Text form: `uuid:1-5:7,uuid:8:tag:1-2`. Wire form: rpl_gtid_set.cc, `Gtid_set::encode` (tagged format since MySQL 8.3).
 */
export class GtidSet {
  /** Key `uuid` or `uuid:tag` to [first, last, first, last, ...]. */
  readonly #sources = new Map<string, number[]>();
  #lastKey = "";
  #last: number[] = [];

  static parse(text: string): GtidSet {
    const set = new GtidSet();
    for (const part of text.replace(/\s+/g, "").split(",")) {
      if (part === "") continue;
      const [uuid = "", ...pieces] = part.toLowerCase().split(":");
      if (!UUID.test(uuid)) throw new Error(`Not a GTID set: "${part}" does not begin with a UUID`);
      let tag = "";
      for (const piece of pieces) {
        const interval = /^(\d+)(?:-(\d+))?$/.exec(piece);
        if (interval) set.addRange(uuid, Number(interval[1]), Number(interval[2] ?? interval[1]), tag);
        else if (TAG.test(piece)) tag = piece;
        else throw new Error(`Not a GTID set: "${piece}" in "${part}" is neither an interval nor a tag`);
      }
    }
    return set;
  }

  /** The canonical text: sources in order, tags after the untagged intervals of their source. */
  toString(): string {
    let text = "", source = "";
    for (const key of [...this.#sources.keys()].sort()) {
      const intervals = this.#sources.get(key)!;
      if (intervals.length === 0) continue;
      const uuid = key.slice(0, 36);
      text += uuid === source ? key.slice(36) : (text && ",") + key;
      source = uuid;
      for (let i = 0; i < intervals.length; i += 2) text += `:${range(intervals[i]!, intervals[i + 1]!)}`;
    }
    return text;
  }

  get isEmpty(): boolean {
    for (const _ of this.#ranges()) return false;
    return true;
  }

  has(gtid: string): boolean {
    const [source, n] = split(gtid);
    const intervals = this.#sources.get(source) ?? [];
    for (let i = 0; i < intervals.length; i += 2) if (n >= intervals[i]! && n <= intervals[i + 1]!) return true;
    return false;
  }

  /** Adds one transaction, `uuid:n` or `uuid:tag:n`. The next number of the same source needs no search. */
  addGtid(gtid: string): void {
    const [source, n] = split(gtid);
    this.#add(source, n, n);
  }

  add(uuid: string, n: number, tag = ""): void {
    this.addRange(uuid, n, n, tag);
  }

  addRange(uuid: string, first: number, last: number, tag = ""): void {
    if (!(first >= 1 && last >= first && Number.isSafeInteger(last))) throw new Error(`Not a GTID interval: ${first}-${last}`);
    const source = uuid.toLowerCase();
    this.#add(tag === "" ? source : `${source}:${tag}`, first, last);
  }

  contains(other: GtidSet): boolean {
    return other.subtract(this).isEmpty;
  }

  union(other: GtidSet): GtidSet {
    const sum = new GtidSet();
    for (const set of [this, other]) for (const [source, first, last] of set.#ranges()) sum.#add(source, first, last);
    return sum;
  }

  /** Returns what is in this set and not in the other. */
  subtract(other: GtidSet): GtidSet {
    const rest = new GtidSet();
    for (const [source, first, last] of this.#ranges()) {
      const cuts = other.#sources.get(source) ?? [];
      let from = first;
      for (let i = 0; i < cuts.length && from <= last; i += 2) {
        const cutFirst = cuts[i]!, cutLast = cuts[i + 1]!;
        if (cutLast < from) continue;
        if (cutFirst > last) break;
        if (cutFirst > from) rest.#add(source, from, cutFirst - 1);
        from = cutLast + 1;
      }
      if (from <= last) rest.#add(source, from, last);
    }
    return rest;
  }

  /** The last transaction of each source. */
  lasts(): string[] {
    return [...this.#sources].flatMap(([source, intervals]) => (intervals.length > 0 ? [`${source}:${intervals.at(-1)!}`] : []));
  }

  clone(): GtidSet {
    return this.union(new GtidSet());
  }

  /**
   * Encodes the payload of COM_BINLOG_DUMP_GTID. It uses the tagged form only when there is a
   * tag, because older servers do not know that form.
   */
  encode(): Buffer {
    const sources = [...this.#sources].filter(([, intervals]) => intervals.length > 0).sort(([a], [b]) => (a < b ? -1 : 1));
    const tagged = sources.some(([key]) => key.length > 36);
    const parts = [u64(tagged ? (1n << 56n) | (BigInt(sources.length) << 8n) | 1n : BigInt(sources.length))];
    for (const [key, intervals] of sources) {
      parts.push(Buffer.from(key.slice(0, 36).replaceAll("-", ""), "hex"));
      // A tag is at most 32 characters, so its length fits one byte of the variable-length form (value << 1).
      if (tagged) parts.push(Buffer.from([(Math.max(key.length - 37, 0)) << 1]), Buffer.from(key.slice(37), "latin1"));
      parts.push(u64(BigInt(intervals.length / 2)));
      for (let i = 0; i < intervals.length; i += 2) parts.push(u64(BigInt(intervals[i]!)), u64(BigInt(intervals[i + 1]!) + 1n));
    }
    return Buffer.concat(parts);
  }

  *#ranges(): Generator<[source: string, first: number, last: number]> {
    for (const [source, intervals] of this.#sources)
      for (let i = 0; i < intervals.length; i += 2) yield [source, intervals[i]!, intervals[i + 1]!];
  }

  #add(source: string, first: number, last: number): void {
    if (source !== this.#lastKey) {
      this.#lastKey = source;
      this.#last = this.#sources.get(source) ?? [];
      this.#sources.set(source, this.#last);
    }
    const intervals = this.#last, length = intervals.length;
    if (length > 0 && first === intervals[length - 1]! + 1) { intervals[length - 1] = last; return; }
    let from = 0;
    while (from < length && intervals[from + 1]! < first - 1) from += 2;
    let to = from;
    for (; to < length && intervals[to]! <= last + 1; to += 2) {
      first = Math.min(first, intervals[to]!);
      last = Math.max(last, intervals[to + 1]!);
    }
    intervals.splice(from, to - from, first, last);
  }
}

/** Writes sixteen bytes in hexadecimal as a UUID. */
export function uuidText(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TAG = /^[a-z_][a-z0-9_]{0,31}$/;

function split(gtid: string): [source: string, n: number] {
  const at = gtid.lastIndexOf(":");
  return [gtid.slice(0, at), Number(gtid.slice(at + 1))];
}

function range(first: number, last: number): string {
  return first === last ? String(first) : `${first}-${last}`;
}

function u64(value: bigint): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}
