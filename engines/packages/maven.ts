import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { unavailable, type Work } from "../engine.js";
import { CommandFailed, run } from "../host/command.js";
import { withLock } from "./lock.js";

/** `group:artifact:version` */
export type Coordinates = `${string}:${string}:${string}`;

/** A silent repository is given up after 7 s. Without these, Maven waits for half an hour, three times over. */
const timeLimits = [
  "-Daether.connector.connectTimeout=7000", "-Daether.connector.requestTimeout=7000", "-Dmaven.wagon.rto=7000",
  "-Dmaven.wagon.http.retryHandler.count=0",
];
/** The whole name, because Maven would ask the repository twice more to resolve the short one. */
const copy = "org.apache.maven.plugins:maven-dependency-plugin:copy-dependencies";

/** Copies the jars of these artifacts, and of all they need to run, into `folder`. */
export async function copyJars(artifacts: readonly Coordinates[], folder: string, { packages, signal }: Work): Promise<void> {
  await mkdir(folder, { recursive: true });
  const pom = join(folder, "pom.xml");
  await writeFile(pom, pomOf(artifacts));
  try {
    // Maven 3's local repository is not made for two writers at once.
    await withLock(join(packages, "maven"), () => run("mvn", [
      "-q", "-B", ...timeLimits, "-Dstyle.color=never", "-Dmaven.artifact.threads=20", "-f", pom,
      copy, `-DoutputDirectory=${folder}`, "-DincludeScope=runtime",
    ], { signal }), signal);
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    throw error.missing
      ? unavailable("mvn", "Maven is not on this machine", "apt-get install maven; or give the URLs of servers of your own")
      : unavailable(artifacts.join(", "), `cannot be fetched by Maven: ${error.message}`, "check the network and try again");
  }
  await rm(pom);
}

function pomOf(artifacts: readonly Coordinates[]): string {
  const dependencies = artifacts.map((artifact) => {
    const [group, name, version] = artifact.split(":");
    return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`;
  });
  return `<project><modelVersion>4.0.0</modelVersion><groupId>sluice</groupId><artifactId>engine</artifactId><version>1</version>
<dependencies>${dependencies.join("\n")}</dependencies></project>\n`;
}
