import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { unavailable, type Work } from "../engine.js";
import { CommandFailed, run } from "../host/command.js";
import { type AptSource, parseDeb822, parseOneLine } from "./apt-sources.js";

/** How many seconds a mirror may be silent. apt-get asks twice before it gives up, so it reports that in less than 20 s. */
const silentSeconds = 8;
const debianKeyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/**
 * Unpacks the newest `names` of a Debian suite, and all they depend on, into `folder`, without touching the system.
 * apt-get works with lists, a cache and an (empty) package status of its own, on the mirror that the machine itself uses.
 */
export async function unpackDebian(
  suite: string, names: readonly string[], folder: string, { signal }: Work, sources?: readonly AptSource[],
): Promise<void> {
  const mirror = debianMirror(sources ?? await systemSources());
  if (mirror === null) {
    throw unavailable(names.join(", "), "this machine has no Debian package sources in /etc/apt",
      "run it on Debian, start podman, or give the URL of a server of your own");
  }
  const apt = join(folder, "apt");
  for (const part of ["state/lists/partial", "cache/archives/partial", "parts"]) await mkdir(join(apt, part), { recursive: true });
  await writeFile(join(apt, "status"), "");
  await writeFile(join(apt, "suite.sources"),
    `Types: deb\nURIs: ${mirror.uris[0]}\nSuites: ${suite}\nComponents: main\nSigned-By: ${mirror.signedBy ?? debianKeyring}\n`);
  const options = Object.entries({
    "Dir::State": join(apt, "state"),
    "Dir::State::status": join(apt, "status"),
    "Dir::Cache": join(apt, "cache"),
    "Dir::Etc::sourcelist": join(apt, "suite.sources"),
    "Dir::Etc::sourceparts": join(apt, "parts"),
    "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
    "Acquire::Languages": "none",
    "APT::Sandbox::User": "",
    "Acquire::http::Timeout": silentSeconds,
    "Acquire::https::Timeout": silentSeconds,
  }).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  try {
    // Without these two, apt-get asks a silent mirror again and again, and then calls the update done.
    const once = ["-o", "Acquire::Retries=0", "-o", "APT::Update::Error-Mode=any"];
    await run("apt-get", [...options, ...once, "-q", "update"], { signal });
    await run("apt-get", [...options, "-q", "-y", "--no-install-recommends", "--download-only", "install", ...names], { signal });
    const archives = join(apt, "cache", "archives");
    for (const file of await readdir(archives)) {
      if (file.endsWith(".deb")) await run("dpkg-deb", ["-x", join(archives, file), folder], { signal });
    }
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    throw unavailable(names.join(", "), `cannot be fetched from Debian ${suite}: ${error.message}`,
      "check the network and try again, start podman, or give the URL of a server of your own");
  }
  await rm(apt, { recursive: true });
}

/** The first archive that is Debian's own and not its security updates. */
export function debianMirror(sources: readonly AptSource[]): AptSource | null {
  const known = /^(bookworm|trixie|forky|sid|stable|testing|unstable)(-updates)?$/;
  return sources.find(({ uris, suites }) => uris.length > 0 && suites.some((suite) => known.test(suite))) ?? null;
}

async function systemSources(): Promise<AptSource[]> {
  const parts = "/etc/apt/sources.list.d";
  const files = ["/etc/apt/sources.list", ...(await readdir(parts).catch(() => [])).sort().map((file) => join(parts, file))];
  const read = await Promise.all(files.map(async (file) => {
    if (file.endsWith(".sources")) return parseDeb822(await readFile(file, "utf8"));
    return file.endsWith(".list") ? parseOneLine(await readFile(file, "utf8").catch(() => "")) : [];
  }));
  return read.flat();
}
