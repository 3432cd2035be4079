import { once } from "node:events";
import { createServer, type Server } from "node:net";
import type { Finding } from "../findings.js";

/** An address where a service will listen, and the setting that chooses its port. */
export interface Listening {
  readonly service: string;
  readonly setting: string;
  readonly host: string;
  readonly port: number;
}

/** Listens on all these addresses for a moment: returns a finding for each that is taken, or wanted twice. */
export async function listeningFindings(wanted: readonly Listening[]): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const servers: Server[] = [];
  for (const each of wanted) {
    const server = createServer().listen(each.port, each.host);
    await once(server, "listening").then(() => servers.push(server), (error: unknown) => findings.push(cannotListen(each, error)));
  }
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return findings;
}

export function cannotListen({ service, setting, port }: Listening, error: unknown): Finding {
  return {
    where: `${setting} ${port}`,
    problem: `${service} cannot listen there: ${(error as Error).message}`,
    remedy: "end the process that holds the port, or choose another (0 takes a free one)",
  };
}

/** The same address as programs on this machine reach it: a server that listens on every address is reached by loopback. */
export function onThisMachine(url: string): string {
  return url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:");
}
