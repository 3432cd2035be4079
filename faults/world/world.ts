import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { DownloadReport } from "../../engines/engine.js";
import { defaultPackages } from "../../runtime/files/project.js";
import { type Disk, openDisk } from "./disk.js";
import type { ServerName, StoreName } from "./fault.js";
import { Link } from "./link.js";
import { Pair } from "./pair.js";
import { Server } from "./server.js";

/** Real engines, each behind a link that can be disturbed. One history after another uses them. */
export interface World extends AsyncDisposable {
  readonly folder: string;
  readonly stores: readonly StoreName[];
  readonly pair: Pair;
  readonly disk: Disk | null;
  /** The engine as it is now: after a failover, MySQL is another. */
  server(name: ServerName): Server;
  link(name: ServerName): Link;
  /** Makes the links lead to where the engines are now. */
  relink(): void;
}

/** Opens the world; its engines begin with no data. @throws PreflightFailed */
export async function openWorld(
  folder: string, stores: readonly StoreName[], progress: DownloadReport, signal: AbortSignal,
): Promise<World> {
  await mkdir(folder, { recursive: true });
  const work = { packages: defaultPackages, progress, signal };
  const closing: AsyncDisposable[] = [];
  const opened = <T extends AsyncDisposable | null>(what: T): T => {
    if (what) closing.unshift(what);
    return what;
  };
  const close = async () => {
    for (const each of closing.splice(0)) await each[Symbol.asyncDispose]();
  };
  try {
    const disk = stores.includes("embedded") ? opened(await openDisk(join(folder, "disk"), signal)) : null;
    const pair = opened(await Pair.open(join(folder, "mysql"), work));
    const servers = new Map<ServerName, Server>();
    for (const name of stores) if (name !== "embedded") servers.set(name, opened(await Server.open(name, join(folder, name), work)));
    const server = (name: ServerName) => (name === "mysql" ? pair.primary : servers.get(name)!);
    const port = (name: ServerName) => Number(server(name).url.port);
    const links = new Map<ServerName, Link>();
    for (const name of ["mysql", ...servers.keys()] as const) links.set(name, opened(await Link.open(name, port(name))));
    return {
      folder, stores, pair, disk, server,
      link: (name) => links.get(name)!,
      relink: () => links.forEach((link, name) => { link.target = port(name); }),
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
