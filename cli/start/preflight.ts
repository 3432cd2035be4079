import { keySource } from "../../gateway/auth/keys.js";
import { checkSettings, gatewayListening, gatewaySettings } from "../../gateway/settings.js";
import { type Finding, PreflightFailed } from "../../runtime/findings.js";
import { type Listening, listeningFindings } from "../../runtime/http/listening.js";
import { readSettings } from "../../runtime/settings.js";
import { folderFindings } from "../../sync/control/running-process.js";
import { mustAnswer } from "../../sync/mysql/preflight/preflight.js";
import { syncSettings } from "../../sync/settings.js";
import { servicesEnvironment, type SystemOptions } from "./system.js";

/**
 * Everything that would keep sync or the gateway from starting once engines run and tables are filled. It is found before any of
 * that has begun, and all at once.
 */
export async function startFindings(options: SystemOptions & { readonly mysql?: URL | undefined }): Promise<readonly Finding[]> {
  const { dataDir } = options;
  const env = { ...process.env, ...servicesEnvironment(options) };
  const findings = [...await folderFindings(dataDir)];
  const wanted: Listening[] = [];
  const look = async (work: () => void | Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof PreflightFailed)) throw error;
      findings.push(...error.findings);
    }
  };
  if (options.mysql) await look(() => mustAnswer(options.mysql!));
  await look(() => {
    const { mysql: _, stores: _fed, ...settings } = syncSettings;
    const { syncHost: host, syncPort: port } = readSettings(settings, {}, env);
    wanted.push({ service: "sync", setting: "SLUICE_SYNC_PORT", host, port });
  });
  await look(async () => {
    const { stores: _, ...settings } = gatewaySettings;
    const config = readSettings(settings, {}, env);
    wanted.push(...gatewayListening(config));
    await look(() => checkSettings(config));
    await look(async () => void (await keySource({ ...config, dataDir })));
  });
  return [...findings, ...await listeningFindings(wanted)];
}
