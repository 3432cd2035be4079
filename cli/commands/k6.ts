import { spawn } from "node:child_process";
import { once } from "node:events";
import { z } from "zod";
import { gatewaySettings } from "../../gateway/settings.js";
import { command } from "../command.js";
import { dataDir } from "../settings.js";

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
    developmentCounterparty: gatewaySettings.developmentCounterparty,
  },
  words: { name: "script", description: "what to run", choices: script },
  async run({ target, tokens, dataDir: folder, developmentCounterparty }, { words: [name = "smoke"], signal, out }) {
    const { findOrFetchK6 } = await import("../../engines/k6.js");
    const { projectRoot } = await import("../../engines/project.js");
    const found = await findOrFetchK6(out.say, signal);
    const environment = { SLUICE_GATEWAY_URL: target, SLUICE_TOKENS: tokens ?? await ownTokens(folder, developmentCounterparty) };
    const child = spawn(found.command, [...found.args, "run", "--no-usage-report", "--quiet", `k6/${name}.js`], {
      cwd: projectRoot, env: { ...process.env, ...environment }, stdio: ["ignore", "inherit", "inherit"],
    });
    signal.addEventListener("abort", () => child.kill("SIGINT"), { once: true });
    const [code] = (await once(child, "exit")) as [number | null];
    return code ?? 1;
  },
});

async function ownTokens(folder: string, developmentCounterparty: string): Promise<string> {
  const { developmentTokens } = await import("../../gateway/auth/development.js");
  const none = { jwtKeys: undefined, jwtSecret: undefined, jwtIssuer: undefined, jwtAudience: undefined };
  const tokens = await developmentTokens({ development: true, dataDir: folder, developmentCounterparty, ...none });
  return JSON.stringify(Object.fromEntries(tokens.map(({ role, token }) => [role, token])));
}
