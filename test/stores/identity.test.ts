import { hostname } from "node:os";
import { storeIdentity } from "../../stores/open.js";

const identity = (url: string) => storeIdentity(new URL(url));

test("a store on another machine is the same store for all: the name of a machine is no part of it, nor is the login", () => {
  for (const host of ["cassandra.example", "localhost-db.example", "127.example", "10.0.0.1,127.0.0.1"]) {
    expect(identity(`cassandra://user:password@${host}:9042/totesys`)).toBe(`cassandra  ${host}:9042/totesys`);
  }
});

test("what loopback leads to, and a file, is each machine's own", () => {
  for (const host of ["localhost", "127.0.0.1", "127.0.0.1,127.0.0.2", "[::1]"]) {
    expect(identity(`cassandra://${host}:9042/totesys`)).toBe(`cassandra ${hostname()} ${host}:9042/totesys`);
  }
  expect(identity("sqlite:///var/lib/a%20b.db")).toBe(`embedded ${hostname()} /var/lib/a b.db`);
});
