import { z } from "zod";
import { gatewaySettings } from "../../../gateway/settings.js";
import { PreflightFailed } from "../../../runtime/findings.js";
import { command } from "../../command.js";
import { dataDir } from "../../settings.js";

const { catalog, developmentKey, jwtKeys, jwtSecret, jwtIssuer, jwtAudience } = gatewaySettings;

export const token = command({
  name: "token",
  description: "Print a development token of one role, for the gateway of this data folder, whether it runs or is started later.",
  settings: {
    role: { env: "SLUICE_ROLE", placeholder: "name", description: "one of the catalog's roles", schema: z.string().min(1) },
    catalog, developmentKey, jwtKeys, jwtSecret, jwtIssuer, jwtAudience, dataDir,
  },
  exitCodes: {
    0: "The token is printed.",
    2: "`--role` names no role, or the gateway takes only tokens that are signed with a key of your own.",
  },
  async run(config, { out }) {
    const [{ developmentTokens }, { policyOf }, { readMeaning }] = await Promise.all([
      import("../../../gateway/auth/development.js"), import("../../../schema/meaning/compile.js"),
      import("../../../schema/meaning/read.js"),
    ]);
    const policy = policyOf(await readMeaning(config.catalog));
    const roles = Object.keys(policy.roles);
    if (!roles.includes(config.role)) throw new PreflightFailed([{
      where: "--role", problem: `"${config.role}" is not usable: there is no such role`, remedy: `name one of ${roles.join(", ")}`,
    }]);
    const found = (await developmentTokens({ ...config, development: true }, policy)).find(({ role }) => role === config.role);
    if (!found) {
      throw new PreflightFailed([{
        where: config.jwtKeys ? "SLUICE_JWT_KEYS" : "SLUICE_JWT_SECRET",
        problem: "it is set, so the gateway takes only tokens signed with that key",
        remedy: "sign a token with that key, or unset it for development tokens",
      }]);
    }
    const { role, owns, token: text } = found;
    out.result({ role, ...(owns && { [owns.claim]: owns.key }), token: text }, text);
  },
});
