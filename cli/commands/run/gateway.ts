import { gatewaySettings } from "../../../gateway/settings.js";
import { tellStarter } from "../../../runtime/starter.js";
import { command } from "../../command.js";
import { dataDir } from "../../settings.js";
import { tokensText } from "../../text/tokens-text.js";

export const gateway = command({
  name: "gateway",
  description: "Serve the stores as one GraphQL API with field-level authorization.",
  settings: { ...gatewaySettings, dataDir },
  exitCodes: { 0: "A signal stopped it." },
  async run(config, { signal, out }) {
    const [{ runGateway }, { openLog }, { logLibraryOutput }] = await Promise.all([
      import("../../../gateway/main.js"), import("../../../runtime/log.js"), import("../../../runtime/library-output.js"),
    ]);
    logLibraryOutput(openLog("gateway"));
    const [{ developmentTokens }, { policyOf }, { readMeaning }] = await Promise.all([
      import("../../../gateway/auth/development.js"), import("../../../schema/meaning/compile.js"),
      import("../../../schema/meaning/read.js"),
    ]);
    const text = await tokensText(await developmentTokens(config, policyOf(await readMeaning(config.catalog))), config.dataDir);
    await runGateway(config, signal, (addresses) => {
      tellStarter(addresses);
      out.result({ ...addresses, ...text.data }, [`GraphQL at ${addresses.url}`, ...text.lines].join("\n"));
    });
  },
});
