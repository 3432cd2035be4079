import type { Token } from "./lexer.js";
import { NotUnderstood, type TableName, Tokens } from "./tokens.js";

/** One of the changes of an ALTER TABLE. */
export interface Change {
  /** What the change did to rows that no row event tells; null when that is nothing. */
  readonly what: string | null;
  /** Other tables whose rows it moved; null when that is not known. */
  readonly others: readonly TableName[] | null;
}

const harmless: Change = { what: null, others: [] };
const own = (what: string): Change => ({ what, others: [] });
const byColumns = own("may have got other values by a change of its columns");
const byKey = own("got another primary key");
const byPartitions = own("lost or gained rows by an operation on partitions or files");

/** Says what a change did. Only a change that is listed here as harmless counts as harmless. `declares`: whether a column matters. */
export function changeOf(tokens: Tokens, declares: (column: string) => boolean): Change {
  try {
    return understood(tokens, declares);
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error;
    return { what: "was altered in a way that is not understood", others: null };
  }
}

function understood(tokens: Tokens, declares: (column: string) => boolean): Change {
  const first = tokens.word;
  switch (first) {
    case "ADD": tokens.take(); return added(tokens, declares);
    case "DROP": tokens.take(); return dropped(tokens, declares);
    case "RENAME": tokens.take(); return renamed(tokens, declares);
    // These may round, cut off or fill. A declared column may also be computed from one that the catalog does not declare.
    case "CHANGE": case "MODIFY": return byColumns;
    case "CONVERT": tokens.take(); return tokens.has("TO") ? byColumns : unknown();
    case "ALTER": return harmless;
    case "ANALYZE": case "CHECK": case "OPTIMIZE": case "REBUILD": case "COALESCE": case "REORGANIZE":
      tokens.take();
      return tokens.has("PARTITION") ? harmless : unknown();
    case "TRUNCATE": case "REPAIR":
      tokens.take();
      return tokens.has("PARTITION") ? byPartitions : unknown();
    case "DISCARD": case "IMPORT": return byPartitions;
    case "EXCHANGE": return exchanged(tokens);
    case "ENABLE": case "DISABLE":
      tokens.take();
      return tokens.has("KEYS") ? harmless : unknown();
    case "PARTITION": tokens.must("PARTITION", "BY"); return harmless;
    case "ORDER": tokens.must("ORDER", "BY"); return harmless;
    default: return options(tokens);
  }
}

function unknown(): never {
  throw new NotUnderstood();
}

const indexes = new Set(["INDEX", "KEY", "UNIQUE", "FULLTEXT", "SPATIAL", "CHECK", "FOREIGN"]);

function added(tokens: Tokens, declares: (column: string) => boolean): Change {
  if (tokens.has("CONSTRAINT") && !indexes.has(tokens.word) && tokens.word !== "PRIMARY") tokens.identifier();
  if (tokens.has("PRIMARY")) return byKey;
  // A column may have one of these words as its name only in quotes.
  if (indexes.has(tokens.word) || tokens.word === "PARTITION") return harmless;
  tokens.has("COLUMN");
  tokens.has("IF", "NOT", "EXISTS");
  if (!tokens.has("(")) return column([...tokens.rest()], declares);
  for (let more = true; more; ) {
    const part = tokens.part();
    more = !tokens.atEnd;
    const of = part.at(-1)?.text === ")" && !more ? part.slice(0, -1) : part;
    const change = isIndex(of) ? added(Tokens.from(of, tokens.database), declares) : column(of, declares);
    if (change.what !== null) return change;
  }
  return harmless;
}

function isIndex([first]: readonly Token[]): boolean {
  const word = first?.kind === "word" ? first.text.toUpperCase() : "";
  return indexes.has(word) || word === "PRIMARY" || word === "CONSTRAINT";
}

/** Reads `name definition`. `INT KEY` makes a primary key, as `INT PRIMARY KEY` does; `UNIQUE KEY` does not. */
function column([name, ...definition]: readonly Token[], declares: (column: string) => boolean): Change {
  if (name?.kind !== "word" && name?.kind !== "name") unknown();
  if (declares(name.text)) return own("got a column, with values in rows that were there before");
  const words = definition.map(({ kind, text }) => (kind === "word" ? text.toUpperCase() : ""));
  return words.some((word, i) => word === "KEY" && words[i - 1] !== "UNIQUE") ? byKey : harmless;
}

function dropped(tokens: Tokens, declares: (column: string) => boolean): Change {
  if (tokens.has("PRIMARY")) return byKey;
  if (tokens.has("FOREIGN")) return harmless;
  if (tokens.has("PARTITION")) return byPartitions;
  if (["INDEX", "KEY", "CHECK", "CONSTRAINT"].includes(tokens.word)) {
    tokens.take();
    tokens.has("IF", "EXISTS");
    return tokens.identifier().toUpperCase() === "PRIMARY" ? byKey : harmless;
  }
  tokens.has("COLUMN");
  tokens.has("IF", "EXISTS");
  const name = tokens.identifier();
  if (!tokens.has("RESTRICT")) tokens.has("CASCADE");
  tokens.end();
  return declares(name) ? own("lost a column") : harmless;
}

function renamed(tokens: Tokens, declares: (column: string) => boolean): Change {
  if (tokens.has("INDEX") || tokens.has("KEY")) return harmless;
  if (tokens.has("COLUMN")) {
    const before = tokens.identifier();
    tokens.must("TO");
    return declares(before) || declares(tokens.identifier()) ? own("had columns renamed") : harmless;
  }
  if (!tokens.has("TO") && !tokens.has("AS")) tokens.has("=");
  return { what: "was renamed, or another table took its name", others: [tokens.table()] };
}

function exchanged(tokens: Tokens): Change {
  tokens.must("EXCHANGE", "PARTITION");
  tokens.identifier();
  tokens.must("WITH", "TABLE");
  return { ...byPartitions, others: [tokens.table()] };
}

/** Reads table options and the like, one after another, then perhaps a new partitioning. None of it changes what a row holds. */
function options(tokens: Tokens): Change {
  while (!tokens.atEnd) {
    if (tokens.has("REMOVE", "PARTITIONING") || tokens.has("PARTITION", "BY")) return harmless;
    if (tokens.has("FORCE") || tokens.has("WITH", "VALIDATION") || tokens.has("WITHOUT", "VALIDATION")) continue;
    if (tokens.has("ENGINE")) {
      tokens.has("=");
      if (tokens.identifier().toUpperCase() !== "INNODB") return own("got another storage engine");
      continue;
    }
    tokens.has("DEFAULT");
    if (tokens.has("CHARACTER", "SET")) tokens.has("=");
    else if (!tokens.hasAny(valued)) unknown();
    tokens.has("=");
    tokens.take();
  }
  return harmless;
}

const valued = new Set(`ALGORITHM LOCK COMMENT AUTO_INCREMENT ROW_FORMAT CHARSET COLLATE KEY_BLOCK_SIZE STATS_PERSISTENT STATS_AUTO_RECALC
STATS_SAMPLE_PAGES AVG_ROW_LENGTH MAX_ROWS MIN_ROWS CHECKSUM DELAY_KEY_WRITE PACK_KEYS COMPRESSION ENCRYPTION TABLESPACE AUTOEXTEND_SIZE
ENGINE_ATTRIBUTE SECONDARY_ENGINE_ATTRIBUTE SECONDARY_ENGINE`.split(/\s+/));
