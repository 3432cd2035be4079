const headerBytes = 9;
/** CQL's QUERY, EXECUTE and BATCH. */
const opcodes: readonly number[] = [0x07, 0x0a, 0x0d];

/**
 * Answers each request as a Cassandra does whose replicas did not say in time whether they wrote: "Native protocol
 * v4", sections 2 (frames) and 9 (ERROR 0x1100).
 */
export class WriteTimeouts {
  /** How many bytes of the current request are still to come. */
  #left = 0;
  #header = Buffer.alloc(0);

  /** The answers to the requests that begin in the piece. */
  of(piece: Buffer): readonly Buffer[] {
    const answers: Buffer[] = [];
    for (let at = 0; at < piece.length;) {
      const skipped = Math.min(this.#left, piece.length - at);
      this.#left -= skipped;
      at += skipped;
      const taken = piece.subarray(at, at + headerBytes - this.#header.length);
      this.#header = Buffer.concat([this.#header, taken]);
      at += taken.length;
      if (this.#header.length < headerBytes) break;
      this.#left = this.#header.readUInt32BE(5);
      if (opcodes.includes(this.#header[4]!)) answers.push(answerTo(this.#header));
      this.#header = Buffer.alloc(0);
    }
    return answers;
  }
}

function answerTo(header: Buffer): Buffer {
  const message = "Operation timed out - received only 0 responses.", writeType = "SIMPLE";
  const body = Buffer.alloc(4 + 2 + message.length + 2 + 4 + 4 + 2 + writeType.length);
  let at = body.writeInt32BE(0x1100, 0);
  at = body.writeUInt16BE(message.length, at);
  at += body.write(message, at, "latin1");
  // Consistency ONE, and no replica answered.
  at = body.writeUInt16BE(1, at);
  at = body.writeInt32BE(0, at);
  at = body.writeInt32BE(1, at);
  at = body.writeUInt16BE(writeType.length, at);
  body.write(writeType, at, "latin1");
  const answer = Buffer.alloc(headerBytes);
  answer[0] = header[0]! | 0x80;
  header.copy(answer, 2, 2, 4);
  answer.writeUInt32BE(body.length, 5);
  return Buffer.concat([answer, body]);
}
