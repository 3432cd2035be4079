import { isLoopback } from "../../../runtime/http/loopback.js";

test.each([
  "localhost", "127.0.0.1", "127.255.255.254", "::1", "[::1]", "::ffff:127.0.0.1", "[::ffff:127.1.2.3]", "LOCALHOST",
  "[::ffff:7f00:1]", "0:0:0:0:0:0:0:1", "::FFFF:127.0.0.1",
])("%s is loopback", (host) => {
  expect(isLoopback(host)).toBe(true);
});

test.each([
  "", "0.0.0.0", "::", "[::]", "126.0.0.1", "128.0.0.1", "10.0.0.1", "::2", "::ffff:10.0.0.1", "fe80::1", "127.0.0.1.example", "127.0.0",
  "127.example", "127.0.0.256", "localhost.example", "[localhost]", "::ffff:localhost", "my-localhost", "127.0.0.1:80", " 127.0.0.1",
  "[[::1]]", "[127.0.0.1", "::1%lo", "::ffff:8000:1", "::7f00:1", "127.1", "2130706433", "0x7f000001", "localhost.", "127.0.0.1.",
])("%s is not", (host) => {
  expect(isLoopback(host)).toBe(false);
});
