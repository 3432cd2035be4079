import { accessSync, constants } from "node:fs";
import { rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { unavailable, type DownloadReport } from "./engine.js";
import { CommandFailed, run } from "./host/command.js";
import { hasImage, podmanWorks } from "./host/podman.js";
import { cached } from "./packages/cache.js";
import { defaultPackages, projectRoot } from "../runtime/files/project.js";

/** A program to run, and the arguments that come before the caller's own. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

/** Finds k6 on PATH, else in podman, else builds it by `go install` once (about two minutes) and keeps it among the packages. */
export async function findOrFetchK6(progress: DownloadReport, signal: AbortSignal): Promise<Command> {
  const installed = onPath("k6");
  if (installed !== null) return { command: installed, args: [] };
  const image = "grafana/k6";
  if ((await podmanWorks(signal)) && (await hasImage(image, signal))) {
    return {
      command: "podman", args: ["run", "--rm", "-i", "--network=host", "-v", `${projectRoot}:${projectRoot}`, "-w", projectRoot, image],
    };
  }
  const folder = await cached("k6", { packages: defaultPackages, progress, signal }, (partial) => build(partial, progress, signal));
  return { command: join(folder, "k6"), args: [] };
}

async function build(folder: string, progress: DownloadReport, signal: AbortSignal): Promise<void> {
  progress("k6: building it with go install, once; this takes about two minutes");
  const env = { GOBIN: folder, GOPATH: join(folder, "go"), GOFLAGS: "-modcacherw" };
  try {
    await run("go", ["install", "go.k6.io/k6@latest"], { env, signal, patienceMs: 1_800_000 });
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    throw unavailable("k6", error.missing ? "neither k6, podman nor Go is on this machine" : `cannot be built: ${error.message}`,
      "install k6 so that it is on PATH, or Go 1.24 or newer");
  }
  await rm(env.GOPATH, { recursive: true, force: true });
}

function onPath(program: string): string | null {
  for (const folder of (process.env.PATH ?? "").split(delimiter).filter(Boolean)) {
    try {
      const file = join(folder, program);
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      continue;
    }
  }
  return null;
}
