import { WriteTimeouts } from "../../faults/world/write-timeouts.js";

const request = (stream: number, opcode: number, body: number) => {
  const frame = Buffer.alloc(9 + body, 0x0a);
  frame.set([4, 0, 0, stream, opcode]);
  frame.writeUInt32BE(body, 5);
  return frame;
};

test("each request is answered once with a write timeout of its own stream, however the bytes are cut; other bytes are not", () => {
  const sent = Buffer.concat([request(1, 0x0a, 40), request(2, 0x05, 0), request(3, 0x0d, 0), request(4, 0x07, 7)]);
  for (const size of [1, 2, 5, 9, 10, 31, sent.length]) {
    const timeouts = new WriteTimeouts();
    const answers = Array.from(
      { length: Math.ceil(sent.length / size) }, (_, i) => timeouts.of(sent.subarray(i * size, (i + 1) * size)),
    ).flat();
    expect(answers.map((answer) => [
      answer[0], answer.readInt16BE(2), answer[4], answer.readUInt32BE(5) === answer.length - 9, answer.readInt32BE(9),
    ]))
      .toEqual([1, 3, 4].map((stream) => [0x84, stream, 0, true, 0x1100]));
  }
});
