import { mkdir, readdir, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { join } from "node:path";
import { keptPorts } from "../host/kept-ports.js";
import { cached } from "../packages/cache.js";
import { findJava, type JavaWanted } from "../packages/java.js";
import { copyJars } from "../packages/maven.js";
import type { Recipe } from "../recipe.js";
import { configuration, javaFlags, logging } from "./configuration.js";

const version = "5.0.9";
const java: JavaWanted = {
  for: `Cassandra ${version}`, accepts: (major) => major === 11 || major === 17,
  install: "Java 17 (apt-get install openjdk-17-jdk-headless)",
};

/** Cassandra 5.0 from the jars of Maven's `cassandra-all`, started by the distribution's own main class. */
export const cassandraRecipe: Recipe = {
  name: "cassandra",
  patienceMs: 150_000,
  fetch: (work) => cached(`cassandra-${version}`, work, async (folder) => {
    work.progress("cassandra: fetching packages");
    await copyJars([`org.apache.cassandra:cassandra-all:${version}`], folder, work);
  }),
  prepare: async (home, installed, work) => {
    const jdk = await findJava(java, work);
    const [native = 0, storage = 0] = await keptPorts("cassandra", home, 2);
    const data = join(home, "data");
    await mkdir(data, { recursive: true });
    await writeFile(join(home, "cassandra.yaml"), configuration(data, { native, storage }));
    await writeFile(join(home, "logback.xml"), logging);
    const agent = (await readdir(installed)).find((jar) => jar.startsWith("jamm-"));
    if (agent === undefined) throw new Error(`${installed} holds no jamm: remove that folder to fetch it again`);
    return {
      url: `cassandra://127.0.0.1:${native}`,
      command: join(jdk, "bin", "java"),
      args: [...javaFlags(home, join(installed, agent)), "-cp", join(installed, "*"), "org.apache.cassandra.service.CassandraDaemon"],
    };
  },
  answers,
  container: (_home, port) => ({
    url: `cassandra://127.0.0.1:${port}`, image: "cassandra:5.0", port: 9042, volume: "/var/lib/cassandra",
    env: { MAX_HEAP_SIZE: "768M", HEAP_NEWSIZE: "200M" }, args: [],
  }),
};

/** Asks for the server's options, the one request of CQL's binary protocol (version 4, section 4.1.3) that needs no log-in. */
function answers(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  const [request, options, supported] = [0x04, 0x05, 0x06];
  return new Promise((resolve) => {
    const socket = createConnection({ host: hostname, port: Number(port), timeout: 2_000 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => socket.write(Buffer.from([request, 0, 0, 0, options, 0, 0, 0, 0])));
    socket.once("data", (frame) => end(frame[4] === supported));
    for (const failure of ["error", "timeout", "close"]) socket.once(failure, () => end(false));
  });
}
