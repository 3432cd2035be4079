import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { gatewaySettings } from "../../../gateway/settings.js";
import { PreflightFailed } from "../../../runtime/findings.js";
import { makeFolder } from "../../../runtime/files/folder.js";
import { command } from "../../command.js";
import { dataDir } from "../../settings.js";

const script = ["smoke", "read"] as const;

export const k6 = command({
  name: "k6",
  description: "Put load on a running gateway with k6; the thresholds decide the exit code.",
  settings: {
    dataDir,
    target: {
      env: "SLUICE_GATEWAY_URL", placeholder: "url", description: "the gateway (default: http://127.0.0.1:4000/graphql)",
      schema: z.url("a URL is wanted").default("http://127.0.0.1:4000/graphql"),
    },
    tokens: {
      env: "SLUICE_TOKENS", placeholder: "json", description: "a token for each role, as JSON (default: this machine's development tokens)",
      schema: z.string().optional(), secret: true,
    },
    developmentKey: gatewaySettings.developmentKey,
    catalog: gatewaySettings.catalog,
  },
  words: { name: "script", description: "what to run", choices: script },
  exitCodes: {
    0: "Every threshold was met.",
    1: "A threshold was not met, or k6 ended otherwise.",
  },
  async run({ target, tokens, ...config }, { words: [name = "smoke"], signal, out }) {
    const { findOrFetchK6 } = await import("../../../engines/k6.js");
    const { projectRoot } = await import("../../../runtime/files/project.js");
    await mustServe(target);
    const found = await findOrFetchK6(out.say, signal);
    // Below the checkout, which a k6 in a container sees too.
    const summary = join(projectRoot, ".sluice", `k6-${process.pid}.json`);
    makeFolder(join(projectRoot, ".sluice"));
    const environment = { SLUICE_GATEWAY_URL: target, SLUICE_TOKENS: tokens ?? await ownTokens(config) };
    const child = spawn(found.command, [
      ...found.args, "run", "--no-usage-report", "--quiet", "--summary-export", summary, `k6/${name}.js`,
    ], {
      // What is for people goes where --json leaves room for the result.
      cwd: projectRoot, env: { ...process.env, ...environment }, stdio: ["ignore", out.json ? 2 : "inherit", "inherit"],
    });
    signal.addEventListener("abort", () => child.kill("SIGINT"), { once: true });
    try {
      const [code, killedBy] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
      // k6 has a number for each way to fail, such as 99 for a threshold; ours are 0, 1 and 2.
      if (out.json) out.result({ ok: code === 0, ended: killedBy ?? code, ...resultsIn(summary) }, "");
      return code === 0 ? 0 : 1;
    } finally {
      rmSync(summary, { force: true });
    }
  },
});

/** Asks the gateway once before k6 does: else every request would fail, which says little. @throws PreflightFailed */
async function mustServe(target: string): Promise<void> {
  await fetch(target, { signal: AbortSignal.timeout(5_000) }).catch((error: Error & { readonly cause?: Error }) => {
    throw new PreflightFailed([{
      where: `--target ${target}`, problem: `no gateway answers there: ${error.cause?.message ?? error.message}`,
      remedy: "start it with `sluice gateway` or `sluice start`, or name its address",
    }]);
  });
}

/** Null where k6 ended before it could write them. */
function resultsIn(file: string): object {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as object;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return { metrics: null };
  }
}

async function ownTokens({ catalog, ...config }: Readonly<Record<"catalog" | "dataDir" | "developmentKey", string>>): Promise<string> {
  const { developmentTokens } = await import("../../../gateway/auth/development.js");
  const [{ policyOf }, { readMeaning }] = await Promise.all([
    import("../../../schema/meaning/compile.js"), import("../../../schema/meaning/read.js"),
  ]);
  const none = { jwtKeys: undefined, jwtSecret: undefined, jwtIssuer: undefined, jwtAudience: undefined };
  const policy = policyOf(await readMeaning(catalog));
  const tokens = await developmentTokens({ development: true, ...config, ...none }, policy);
  return JSON.stringify(Object.fromEntries(tokens.map(({ role, token }) => [role, token])));
}
