import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** `cassandra.yaml` of one node on loopback, everything under `data`. JSON is YAML, so no path needs care. */
export function configuration(data: string, ports: { readonly native: number; readonly storage: number }): string {
  return JSON.stringify({
    cluster_name: "sluice",
    num_tokens: 1,
    partitioner: "org.apache.cassandra.dht.Murmur3Partitioner",
    endpoint_snitch: "SimpleSnitch",
    seed_provider: [
      { class_name: "org.apache.cassandra.locator.SimpleSeedProvider", parameters: [{ seeds: `127.0.0.1:${ports.storage}` }] },
    ],
    listen_address: "127.0.0.1",
    rpc_address: "127.0.0.1",
    storage_port: ports.storage,
    native_transport_port: ports.native,
    commitlog_sync: "periodic",
    commitlog_sync_period: "10000ms",
    auto_snapshot: false,
    data_file_directories: [join(data, "data")],
    commitlog_directory: join(data, "commitlog"),
    saved_caches_directory: join(data, "saved_caches"),
    hints_directory: join(data, "hints"),
    cdc_raw_directory: join(data, "cdc_raw"),
  }, null, 2);
}

/** Logs warnings and worse on standard output. */
export const logging = `<configuration>
  <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%-5level %date{ISO8601} %logger{20} - %msg%n</pattern></encoder>
  </appender>
  <root level="WARN"><appender-ref ref="out"/></root>
</configuration>
`;

const opened = [
  "java.base/java.io", "java.base/java.lang", "java.base/java.lang.module", "java.base/java.lang.reflect", "java.base/java.nio",
  "java.base/java.util", "java.base/java.util.concurrent", "java.base/java.util.concurrent.atomic",
  "java.base/jdk.internal.loader", "java.base/jdk.internal.math", "java.base/jdk.internal.module", "java.base/jdk.internal.ref",
  "java.base/jdk.internal.reflect", "java.base/jdk.internal.util.jar", "java.base/sun.nio.ch",
  "jdk.compiler/com.sun.tools.javac", "jdk.management/com.sun.management.internal",
];
const exported = [
  "java.base/java.lang.ref", "java.base/jdk.internal.misc", "java.base/jdk.internal.ref", "java.base/sun.nio.ch",
  "java.management.rmi/com.sun.jmx.remote.internal.rmi", "java.rmi/sun.rmi.registry", "java.rmi/sun.rmi.server", "java.sql/java.sql",
  "jdk.attach/sun.tools.attach", "jdk.compiler/com.sun.tools.javac.file", "jdk.unsupported/sun.misc",
];

/** What Cassandra wants of Java 17, as its distribution's `jvm17-server.options` has it, and what makes a single node start at once. */
export function javaFlags(home: string, agent: string): string[] {
  return [
    "-Xms256m", "-Xmx768m", "-XX:+UseG1GC", "-XX:+ExitOnOutOfMemoryError", `-javaagent:${agent}`,
    ...opened.map((module) => `--add-opens=${module}=ALL-UNNAMED`),
    ...exported.map((module) => `--add-exports=${module}=ALL-UNNAMED`),
    "-Djdk.attach.allowAttachSelf=true",
    "-Dio.netty.tryReflectionSetAccessible=true",
    `-Dcassandra.config=${pathToFileURL(join(home, "cassandra.yaml")).href}`,
    `-Dlogback.configurationFile=${join(home, "logback.xml")}`,
    `-Dcassandra.storagedir=${join(home, "data")}`,
    `-Dcassandra.logdir=${home}`,
    "-Dcassandra.ring_delay_ms=100",
    "-Dcassandra.skip_wait_for_gossip_to_settle=0",
  ];
}
