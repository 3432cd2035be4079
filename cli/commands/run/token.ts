import { z } from "zod";
import { gatewaySettings } from "../../../gateway/settings.js";
import { PreflightFailed } from "../../../runtime/findings.js";
import { roleNames } from "../../../schema/policy.js";
import { command } from "../../command.js";
import { dataDir } from "../../settings.js";

const { developmentCounterparty, jwtKeys, jwtSecret, jwtIssuer, jwtAudience } = gatewaySettings;

export const token = command({
  name: "token",
  description: "Print a development token of one role, for the gateway of this data folder, whether it runs or is started later.",
  settings: {
    role: {
      env: "SLUICE_ROLE", placeholder: "name", description: `one of ${roleNames.join(", ")}`,
      schema: z.enum(roleNames, "there is no such role"),
    },
    developmentCounterparty, jwtKeys, jwtSecret, jwtIssuer, jwtAudience, dataDir,
  },
  exitCodes: {
    0: "The token is printed.",
    2: "`--role` names no role, or the gateway takes only tokens that are signed with a key of your own.",
  },
  async run(config, { out }) {
    const { developmentTokens } = await import("../../../gateway/auth/development.js");
    const found = (await developmentTokens({ ...config, development: true })).find(({ role }) => role === config.role);
    if (!found) {
      throw new PreflightFailed([{
        where: config.jwtKeys ? "SLUICE_JWT_KEYS" : "SLUICE_JWT_SECRET",
        problem: "it is set, so the gateway takes only tokens signed with that key",
        remedy: "sign a token with that key, or unset it for development tokens",
      }]);
    }
    const { role, counterpartyId, token: text } = found;
    out.result({ role, counterpartyId, token: text }, text);
  },
});
