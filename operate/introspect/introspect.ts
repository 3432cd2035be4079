import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Finding, PreflightFailed } from "../../runtime/findings.js";
import { makeFolder } from "../../runtime/files/folder.js";
import { compile } from "../../schema/meaning/compile.js";
import { type Meaning, readMeaning } from "../../schema/meaning/read.js";
import type { Shape, TableShape } from "../../schema/shape.js";
import { newEntityFile, widenedEntityFile } from "./entity-file.js";
import type { Guess } from "./guesses.js";

export interface IntrospectOptions {
  readonly mysql: URL;
  /** The folder of the catalog; it is made if it is missing. */
  readonly out: string;
}

export interface Introspected {
  readonly folder: string;
  readonly made: readonly string[];
  /** Files that got columns; everything in them is as it was. */
  readonly widened: readonly string[];
  readonly unchanged: number;
  readonly guesses: readonly Guess[];
  /** Tables and views that cannot be followed, and what would help. */
  readonly refused: readonly Finding[];
  /** What the files say that the server no longer has. */
  readonly problems: readonly Finding[];
}

/**
 * Writes the catalog of a live database: who has no rule reads nothing. Run again, it adds what is new, and keeps every edit and comment.
 * @throws PreflightFailed when the server does not answer, or a file cannot be read
 */
export async function introspect({ mysql, out }: IntrospectOptions): Promise<Introspected> {
  const { shapeOfServer } = await import("../../sync/mysql/catalog.js");
  const known = existsSync(join(out, "catalog.yaml")) ? await readMeaning(out) : null;
  const shape = await shapeOfServer(mysql);
  makeFolder(out);
  const [made, widened, guesses]: [string[], string[], Guess[]] = [[], [], []];
  if (!known) made.push(await write(out, "catalog.yaml", newCatalogFile));
  const refused = refusedIn(shape);
  let unchanged = 0;
  const taken = new Set(known?.entities.map(({ file }) => file.toLowerCase()));
  for (const table of shape.tables) {
    const source = known?.entities.find((each) => each.table === table.name);
    if (source) {
      const text = widenedEntityFile(await readFile(source.file, "utf8"), table, guesses);
      if (text === null) unchanged++;
      else {
        await writeFile(source.file, text);
        widened.push(source.file);
      }
    } else if (!table.isView && table.key.length > 0) {
      const name = fileNameOf(table, out, taken);
      made.push(await write(out, `${name}.yaml`, newEntityFile(table, name, shape, guesses)));
    }
  }
  return { folder: out, made, widened, unchanged, guesses, refused, problems: problemsIn(await readMeaning(out), shape) };
}

function problemsIn(meaning: Meaning, shape: Shape): readonly Finding[] {
  try {
    compile(meaning, shape);
    return [];
  } catch (error) {
    if (error instanceof PreflightFailed) return error.findings;
    throw error;
  }
}

function refusedIn({ tables }: Shape): readonly Finding[] {
  return tables.flatMap((table): Finding[] => {
    const where = `table ${table.name}`;
    if (table.isView) return [{ where, problem: "it is a view, which has no log of its own", remedy: "follow the tables that it reads" }];
    return table.key.length > 0 ? [] : [{
      where, problem: "it has no primary key, and no unique index of columns that cannot be null",
      remedy: `ALTER TABLE ${table.name} ADD PRIMARY KEY (...), then introspect again`,
    }];
  });
}

/** A name for the table's file: its own where a file can be called so, and no other file is. */
function fileNameOf(table: TableShape, folder: string, taken: Set<string>): string {
  const name = table.name;
  const plain = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name) && name.toLowerCase() !== "catalog" ? name
    : `table-${name.normalize("NFKD").replace(/[^A-Za-z0-9]+/g, "-").replace(/^-+|-+$/g, "").toLowerCase() || "x"}`;
  for (let i = 1; ; i++) {
    const tried = i === 1 ? plain : `${plain}-${i}`, file = join(folder, `${tried}.yaml`).toLowerCase();
    if (taken.has(file)) continue;
    taken.add(file);
    return tried;
  }
}

async function write(folder: string, name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

const newCatalogFile = `# yaml-language-server: $schema=../catalog.schema.json
# The class of a field alone decides which roles may read it. A field that no file names is for roles that read all.
classes:
  public: Anyone with a token may know it.
  internal: For people of the company.
  personal: About a person.
# Nobody reads anything but by a role. Add yours, such as:
#   partner:
#     description: A partner sees the public fields of its own rows.
#     reads: [public]
#     rows: { claim: customer_id, of: customer }
roles:
  administrator:
    description: Reads every field of every row.
    reads: all
    rows: all
# The zone of the clock that fills DATETIME columns; without it they are shown without a zone.
# datetime-zone: UTC
`;
