import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Work } from "../engine.js";
import { run } from "../host/command.js";
import { keptPorts } from "../host/kept-ports.js";
import { cached } from "../packages/cache.js";
import { findJava, type JavaWanted } from "../packages/java.js";
import { copyJars } from "../packages/maven.js";
import { projectRoot } from "../../runtime/files/project.js";
import type { Recipe } from "../recipe.js";

const version = "9.5.3";
const netty = "transport-netty4";
const java: JavaWanted = {
  for: `Elasticsearch ${version}`, accepts: (major) => major >= 21, install: "a JDK 21 or newer (Temurin 25 does)",
};

/**
 * Elasticsearch 9 from its server's jars and the one module that speaks HTTP, both on Maven. The other modules are absent: there are no
 * scripts, reindex, update-by-query, or analyzers beyond Lucene's core.
 * SearchNode.java starts it.
 */
export const elasticsearchRecipe: Recipe = {
  name: "elasticsearch",
  patienceMs: 150_000,
  fetch: (work) => cached(`elasticsearch-${version}`, work, async (folder) => {
    work.progress("elasticsearch: fetching packages");
    const jars = join(folder, "lib");
    await copyJars([`org.elasticsearch:elasticsearch:${version}`, `org.elasticsearch.plugin:${netty}:${version}`], jars, work);
    await arrangeModule(jars, join(folder, "modules", netty), work);
    await mkdir(join(folder, "config"));
  }),
  prepare: async (home, installed, work) => {
    const jdk = await findJava(java, work);
    const [http, transport] = await keptPorts("elasticsearch", home, 2);
    const logging = join(home, "log4j2.properties");
    await writeFile(logging, loggingProperties);
    const settings = {
      "path.home": installed, "path.data": join(home, "data"), "path.logs": join(home, "logs"),
      "cluster.name": "sluice", "node.name": "sluice", "discovery.type": "single-node",
      "network.host": "127.0.0.1", "http.port": http, "transport.port": transport, "http.type": "netty4", "transport.type": "netty4",
      // A development disk that is 90 % full is no reason to refuse writes.
      "cluster.routing.allocation.disk.threshold_enabled": false,
    };
    return {
      url: `http://127.0.0.1:${http}`,
      command: join(jdk, "bin", "java"),
      args: [
        "-Xms256m", "-Xmx768m", "-XX:+ExitOnOutOfMemoryError", "--enable-native-access=ALL-UNNAMED", "--add-modules=jdk.incubator.vector",
        `-Des.path.home=${installed}`, `-Dlog4j.configurationFile=${logging}`, "-Dlog4j2.disable.jmx=true",
        "-cp", join(installed, "lib", "*"), join(projectRoot, "engines", "elasticsearch", "SearchNode.java"),
        ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
      ],
    };
  },
  answers,
  container: (_home, port) => ({
    url: `http://127.0.0.1:${port}`, image: `elasticsearch:${version}`, port: 9200, volume: "/usr/share/elasticsearch/data",
    env: { "discovery.type": "single-node", "xpack.security.enabled": "false", "ES_JAVA_OPTS": "-Xms512m -Xmx768m" }, args: [],
  }),
};

async function answers(url: string): Promise<boolean> {
  const health = new URL("/_cluster/health?wait_for_status=yellow&timeout=1s", url);
  try {
    const response = await fetch(health, { signal: AbortSignal.timeout(3_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/**
 * Lays a module out as the distribution has it: its jars and its descriptor in a folder of their own.
 * The descriptor's Java module name is left out, because the server's jars are on the class path here and not on the module path.
 */
async function arrangeModule(jars: string, folder: string, work: Work): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const jar of await readdir(jars)) {
    if (jar.startsWith("netty-") || jar.startsWith(`${netty}-`)) await rename(join(jars, jar), join(folder, jar));
  }
  const jdk = await findJava(java, work);
  const described = `META-INF/es-plugins/${netty}`;
  await run(join(jdk, "bin", "jar"), ["xf", join(folder, `${netty}-${version}.jar`), described], { cwd: folder, signal: work.signal });
  const descriptor = await readFile(join(folder, described, "plugin-descriptor.properties"), "utf8");
  await writeFile(join(folder, "plugin-descriptor.properties"), descriptor.replace(/^modulename=.*$/m, ""));
  await rm(join(folder, "META-INF"), { recursive: true });
}

const loggingProperties = `appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %-5p %d{ISO8601} %c{1.} - %m%n
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
`;
