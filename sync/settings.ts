import { z } from "zod";
import type { Config, Setting } from "../runtime/settings.js";
import { flag, port, url, wholeNumber } from "../runtime/values.js";
import { type NamedStore, storeList } from "../stores/named.js";
import { catalogFolder } from "../schema/meaning/setting.js";
import { storeSchemes } from "../stores/open.js";

const mysql: Setting<URL> = {
  env: "SLUICE_MYSQL_URL",
  placeholder: "url",
  description: "the operational database: mysql://user:password@host:3306/totesys",
  schema: url("mysql"),
  remedy: "set --mysql or SLUICE_MYSQL_URL: mysql://user:password@host:3306/totesys; or have `sluice up` start one, which is then found",
};

const storeUrls = storeSchemes.map((scheme) => `${scheme}://…`).join(", ");

const stores: Setting<NamedStore[]> = {
  env: "SLUICE_STORES",
  placeholder: "urls",
  description: `the stores that sync keeps equal to MySQL, separated by commas: ${storeUrls}; each pipeline has the name of its engine, or `
    + "the one before it: orders=cassandra://…",
  schema: storeList,
  remedy: `set --stores or SLUICE_STORES: ${storeUrls}, or with a name: orders=cassandra://…; or have \`sluice up\` name them`,
};

const syncHost: Setting<string> = {
  env: "SLUICE_SYNC_HOST",
  placeholder: "address",
  description: "address on which sync serves /metrics and /health (default: 127.0.0.1)",
  schema: z.string().min(1).default("127.0.0.1"),
};

const syncPort: Setting<number> = {
  env: "SLUICE_SYNC_PORT",
  placeholder: "port",
  description: "port on which sync serves /metrics and /health; 0 takes a free one (default: 9401)",
  schema: port.default(9401),
};

const maxRejections: Setting<number> = {
  env: "SLUICE_MAX_REJECTIONS",
  placeholder: "rows",
  description: "rows a store may refuse within a minute before its pipeline stops (default: 1000)",
  schema: wholeNumber(0, 1_000_000).default(1_000),
};

const allowMinimalMetadata: Setting<boolean> = {
  env: "SLUICE_ALLOW_MINIMAL_METADATA",
  description:
    "follow a binary log that does not name columns (binlog_row_metadata = MINIMAL), as long as the live tables prove what its rows mean",
  schema: flag.default(false),
};

const allowFilePositions: Setting<boolean> = {
  env: "SLUICE_ALLOW_FILE_POSITIONS",
  description:
    "follow a server without GTIDs, by file and offset of its binary log: such a position is lost with the server, and every table is "
      + "copied again after a failover",
  schema: flag.default(false),
};

const onPurged: Setting<"resnapshot" | "stop"> = {
  env: "SLUICE_ON_PURGED",
  placeholder: "act",
  description:
    "when MySQL has purged changes that a store still needs, or after a failover lacks some that it holds: resnapshot copies every table "
      + "again while readers keep what is there, stop ends sync (default: resnapshot)",
  schema: z.enum(["resnapshot", "stop"], "is resnapshot or stop").default("resnapshot"),
};

const unknownStatements: Setting<"copy" | "stop"> = {
  env: "SLUICE_UNKNOWN_STATEMENTS",
  placeholder: "act",
  description:
    "when the binary log has a statement that does not say which rows it changed: copy copies the tables it may have changed again while "
      + "readers keep what is there, stop ends their pipelines (default: copy)",
  schema: z.enum(["copy", "stop"], "is copy or stop").default("copy"),
};

const cascades: Setting<"follow" | "refuse"> = {
  env: "SLUICE_CASCADES",
  placeholder: "act",
  description:
    "when foreign keys change rows by themselves (CASCADE, SET NULL) and MySQL does not log it, as before 9.6: follow derives the changes, "
      + "refuse does not start (default: follow)",
  schema: z.enum(["follow", "refuse"], "is follow or refuse").default("follow"),
};

export const syncSettings = {
  mysql, stores, catalog: catalogFolder, syncHost, syncPort, maxRejections, allowMinimalMetadata, allowFilePositions, onPurged,
  unknownStatements, cascades,
};
type Known = Config<typeof syncSettings>;
type Switch = "catalog" | "allowMinimalMetadata" | "allowFilePositions" | "onPurged" | "unknownStatements" | "cascades";
/** A switch may be left out. */
export type SyncConfig = Omit<Known, Switch> & Partial<Pick<Known, Switch>>;
