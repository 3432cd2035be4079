import { escape, escapeId, raw } from "mysql2";

/** A whole database for tests: the statements that make it, and what a test may then expect of it. */
export interface Database {
  /** Single statements, in order, for one session whose selected database is fresh and empty. */
  readonly statements: readonly string[];
  /** How many rows each base table then has. A map, because a table may be called `__proto__`. */
  readonly rows: ReadonlyMap<string, number>;
  readonly views: readonly string[];
  /** The tables that have neither a primary key nor a unique index over NOT NULL columns. */
  readonly keyless: readonly string[];
}

/** MariaDB lacks some of MySQL's types and attributes: what needs them is left out for it, or written in its own words. */
export type Server = "mysql" | "mariadb";

export interface Table {
  readonly name: string;
  /** The statements that make the table and fill it, in order. */
  readonly statements: readonly string[];
  readonly rows: number;
  readonly keyless?: boolean;
}

/** A value as `mysql2` writes it; `sql` makes one of an expression, and a long integer is given as text. */
export type Literal = string | number | null | Buffer | ReturnType<typeof raw>;
export type Line = readonly Literal[];

export const sql = (expression: string): Literal => raw(expression);

/** Quotes a name, the dots in it included: `mysql2` alone would take what stands before a dot for a database. */
export const quoted = (name: string): string => escapeId(name, true);

/**
 * Says how the session has to be, whatever the server's defaults are.
 * Foreign keys are off, because tables refer to one another in circles.
 */
export const begin =
  "SET NAMES utf8mb4, time_zone = '+00:00', sql_mode = 'TRADITIONAL', foreign_key_checks = 0, unique_checks = 1";
export const end = "SET foreign_key_checks = 1";

/** A table from its CREATE statement and its lines, whose values stand in the order of `columns`. */
export function table(name: string, create: string, columns: readonly string[] = [], lines: readonly Line[] = []): Table {
  return { name, statements: [create, ...inserts(name, columns, lines)], rows: lines.length };
}

const linesAtOnce = 500;

/** As few INSERT statements as keep each of a size that every server takes. */
export function inserts(name: string, columns: readonly string[], lines: readonly Line[]): readonly string[] {
  const into = `INSERT INTO ${quoted(name)} (${columns.map(quoted).join(", ")}) VALUES\n`;
  return Array.from({ length: Math.ceil(lines.length / linesAtOnce) }, (_, i) =>
    into + lines.slice(i * linesAtOnce, (i + 1) * linesAtOnce).map((line) => `(${line.map(literal).join(", ")})`).join(",\n"));
}

export const literal = (value: Literal): string => (value instanceof Buffer ? `X'${value.toString("hex")}'` : escape(value));

/** Puts tables together; what stands in `after` needs all of them. */
export function database(tables: readonly Table[], after: readonly string[] = [], views: readonly string[] = []): Database {
  return {
    statements: [begin, ...tables.flatMap(({ statements }) => statements), ...after, end],
    rows: new Map(tables.map(({ name, rows }) => [name, rows])),
    views,
    keyless: tables.filter(({ keyless }) => keyless).map(({ name }) => name),
  };
}
