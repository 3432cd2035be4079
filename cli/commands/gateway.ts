import { gatewaySettings } from "../../gateway/settings.js";
import { command } from "../command.js";
import { dataDir } from "../settings.js";

export const gateway = command({
  name: "gateway",
  description: "Serve the stores as one GraphQL API with field-level authorization.",
  settings: { ...gatewaySettings, dataDir },
  async run(config, { signal, out }) {
    const { runGateway } = await import("../../gateway/main.js");
    const { developmentTokens } = await import("../../gateway/auth/development.js");
    const tokens = await developmentTokens(config);
    await runGateway(config, signal, (addresses) => {
      const lines = tokens.map(({ role, token }) => `  ${role.padEnd(13)} ${token}`);
      out.result({ ...addresses, tokens }, [`GraphQL at ${addresses.url}`, ...(lines.length > 0 ? ["development tokens:", ...lines] : [])].join("\n"));
    });
  },
});
