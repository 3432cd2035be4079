import type { Container } from "../recipe.js";
import { CommandFailed, run } from "./command.js";

const unhurried = new AbortController().signal;

/** Whether containers can be run here. */
export function podmanWorks(signal: AbortSignal): Promise<boolean> {
  return succeeds(["info"], signal);
}

/** Whether the image is here or could be fetched. */
export async function hasImage(image: string, signal: AbortSignal): Promise<boolean> {
  return (await succeeds(["image", "exists", image], signal)) || succeeds(["pull", "-q", image], signal);
}

/** Runs a container whose port is reached on loopback only, with its data in a volume of its own name that outlives it. */
export async function runContainer(
  name: string, { image, port, volume, env, args }: Container, hostPort: number, signal: AbortSignal,
): Promise<void> {
  // Passed by name, because every user of the machine sees the arguments of a command, and so a password among them.
  const variables = Object.keys(env).flatMap((name) => ["-e", name]);
  await run("podman", [
    "run", "-d", "--name", name, "-p", `127.0.0.1:${hostPort}:${port}`, "-v", `${name}:${volume}`, ...variables, image, ...args,
  ], { env, signal });
}

export async function containerIsRunning(name: string): Promise<boolean> {
  const state = await run("podman", ["container", "inspect", "-f", "{{.State.Running}}", name], { signal: unhurried }).catch(() => "");
  return state.trim() === "true";
}

/** What the container wrote last. It is for a message, so it never fails. */
export function containerLog(name: string): Promise<string> {
  return run("podman", ["logs", "--tail", "15", name], { signal: unhurried }).catch(String);
}

export async function removeContainer(name: string): Promise<void> {
  await run("podman", ["rm", "-f", "-i", "-t", "30", name], { signal: unhurried });
}

export async function removeVolume(name: string): Promise<void> {
  await run("podman", ["volume", "rm", "-f", name], { signal: unhurried });
}

async function succeeds(args: readonly string[], signal: AbortSignal): Promise<boolean> {
  try {
    await run("podman", args, { signal });
    return true;
  } catch (error) {
    if (error instanceof CommandFailed) return false;
    throw error;
  }
}
