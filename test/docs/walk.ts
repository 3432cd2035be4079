import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePorts } from "../../engines/host/ports.js";
import { projectRoot } from "../../runtime/files/project.js";
import { type Block, blocksOf, matchesData, showsLines, textOf } from "./markdown.js";

/** Long enough for a first start on a busy machine, and short enough to tell what did not come. */
const patienceMs = 240_000;

/** A reader of the documents, with a copy of the tree, a shell, and what `npm start` left running. */
export interface Walk extends AsyncDisposable {
  /** Does all that a page says, in its order. @throws at the first block that does not do what the page shows */
  follow(document: string): Promise<void>;
}

/** @param stands what a page names, such as `mysql.example`, and what stands for it here */
export async function startWalk(stands: Readonly<Record<string, string>> = {}): Promise<Walk> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-docs-"));
  await copyTree(folder);
  const [port, operationsPort, syncPort] = await freePorts(3);
  const env: NodeJS.ProcessEnv = {
    // A test that a page runs uses the engines of this one.
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^SLUICE_(?!TEST_)/.test(name))),
    SLUICE_GATEWAY_PORT: String(port), SLUICE_GATEWAY_OPERATIONS_PORT: String(operationsPort), SLUICE_SYNC_PORT: String(syncPort),
  };
  const all = { ...stands, "127.0.0.1:4000": `127.0.0.1:${port}`, "127.0.0.1:4001": `127.0.0.1:${operationsPort}` };
  const here = (text: string) => Object.entries(all).reduce((result, [named, standing]) => result.replaceAll(named, standing), text);
  const shell = openShell(folder, env);
  const background = new Map<string, Running>();

  /** Once more, where it runs already. */
  async function start(command: string, shown: string): Promise<string> {
    await background.get(command)?.stop();
    const running = startRunning(command, folder, { ...env, ...await shell.exported() });
    background.set(command, running);
    return running.until(shown);
  }

  async function ask(query: string, role: string | undefined): Promise<string> {
    const token = role === undefined ? "" : (await shell.run(`npm run -s sluice -- token --role ${role}`)).trim();
    const answer = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: "POST", body: JSON.stringify({ query }),
      headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
    });
    return answer.text();
  }

  async function run(block: Block, shown: Block | undefined): Promise<string> {
    const text = here(block.text);
    switch (block.language) {
      case "sh":
        if (block.how === "background") return start(text, here(shown?.text ?? "…\n  stop       Ctrl-C…"));
        // It is what runs right now.
        return text === "npm test\n" ? "" : shell.run(text);
      case "js":
        return shell.run(`node --input-type=module <<'END_OF_SNIPPET'\n${text}END_OF_SNIPPET`);
      case "graphql":
        return ask(text, block.how);
      case "diff":
        return shell.run(`git apply <<'END_OF_SNIPPET'\n${text}END_OF_SNIPPET`);
      default:
        throw new Error(`a block of the language "${block.language}" cannot be run`);
    }
  }

  return {
    async follow(document) {
      const blocks = blocksOf(textOf(document));
      for (const [i, block] of blocks.entries()) {
        if (isOutput(block) || ["mermaid", "ini", "sql"].includes(block.language)) continue;
        const shown = blocks[i + 1] && isOutput(blocks[i + 1]!) ? blocks[i + 1] : undefined;
        const actual = await run(block, shown).catch((error: unknown) => {
          throw new Error(`${document}:${block.line}: ${String(error)}`);
        });
        if (shown && !isAsShown(shown.language, here(shown.text), actual)) {
          throw new Error(`${document}:${shown.line}: the page shows\n${shown.text}\nand it was\n${actual}`);
        }
      }
    },
    async [Symbol.asyncDispose]() {
      shell.end();
      await Promise.all([...background.values()].map((running) => running.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const isOutput = ({ language }: Block) => language === "json" || language === "text";

function isAsShown(language: string, text: string, actual: string): boolean {
  return language === "json" ? matchesData(JSON.parse(text), JSON.parse(actual)) : showsLines(text, actual);
}

/** As a clone that has been built; the packages of npm and of the engines are shared with this one. */
async function copyTree(folder: string): Promise<void> {
  const unwanted = [".git", ".sluice", "node_modules"];
  for (const name of await readdir(projectRoot)) {
    if (!unwanted.includes(name)) await cp(join(projectRoot, name), join(folder, name), { recursive: true, preserveTimestamps: true });
  }
  await symlink(join(projectRoot, "node_modules"), join(folder, "node_modules"));
  await mkdir(join(projectRoot, ".sluice", "packages"), { recursive: true });
  await mkdir(join(folder, ".sluice"));
  await symlink(join(projectRoot, ".sluice", "packages"), join(folder, ".sluice", "packages"));
}

interface Shell {
  /** What the commands wrote to standard output. @throws with what they wrote to standard error when the last one fails */
  run(commands: string): Promise<string>;
  /** The variables that the commands so far exported. */
  exported(): Promise<NodeJS.ProcessEnv>;
  end(): void;
}

/** One shell for all blocks, so that a variable that one sets is there in the next. */
function openShell(cwd: string, env: NodeJS.ProcessEnv): Shell {
  const bash = spawn("bash", { cwd, env, stdio: ["pipe", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  bash.stdout.setEncoding("utf8").on("data", (text: string) => { out += text; });
  bash.stderr.setEncoding("utf8").on("data", (text: string) => { err += text; });
  const shell: Shell = {
    async run(commands) {
      [out, err] = ["", ""];
      bash.stdin.write(`{\n${commands}\n} </dev/null; printf '\\036%d\\036' $?\n`);
      const codeOf = () => /\x1e(\d+)\x1e$/.exec(out)?.[1];
      await until(() => codeOf() !== undefined || bash.exitCode !== null, () => `the shell does not come to an end of ${commands}`);
      const code = codeOf();
      if (code !== "0") throw new Error(`exit code ${code}: ${err}${out}`);
      return out.replace(/\x1e\d+\x1e$/, "");
    },
    async exported() {
      const variables = await shell.run("env -0");
      return Object.fromEntries(variables.split("\0").filter((line) => line.includes("=")).map((line) => {
        const at = line.indexOf("=");
        return [line.slice(0, at), line.slice(at + 1)];
      }));
    },
    end: () => bash.stdin.end("exit\n"),
  };
  return shell;
}

/** @throws when it does not come about */
async function until(isSo: () => boolean, otherwise: () => string): Promise<void> {
  for (const late = Date.now() + patienceMs; !isSo(); await sleep(20)) {
    if (Date.now() > late) throw new Error(otherwise());
  }
}

interface Running {
  /** What it wrote until these lines stood in it. @throws when it ends before */
  until(shown: string): Promise<string>;
  /** As Ctrl-C does: the signal goes to all of its processes. */
  stop(): Promise<void>;
}

function startRunning(command: string, cwd: string, env: NodeJS.ProcessEnv): Running {
  const child = spawn("bash", ["-c", command], { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const closed = once(child, "close");
  let written = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => { written += text; });
  return {
    async until(shown) {
      const isOver = () => child.exitCode !== null || child.signalCode !== null;
      const otherwise = () => `${command.trim()} did not write\n${shown}\nbut\n${written}`;
      await until(() => isOver() || showsLines(shown, written), otherwise);
      if (!showsLines(shown, written)) throw new Error(otherwise());
      return written;
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, "SIGINT");
      await closed;
    },
  };
}
