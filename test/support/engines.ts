import type { EngineName } from "../../engines/engine.js";

/** The variable that holds each engine's URL while tests run; set one yourself and nothing is started for it. */
export const engineVariables: Readonly<Record<EngineName, string>> = {
  mysql: "SLUICE_TEST_MYSQL_URL",
  mariadb: "SLUICE_TEST_MARIADB_URL",
  cassandra: "SLUICE_TEST_CASSANDRA_URL",
  elasticsearch: "SLUICE_TEST_ELASTICSEARCH_URL",
};

/** The URLs of the engines that tests share. A test file works in a database, keyspace and indexes of its own. */
export function engineUrls(): Readonly<Record<EngineName, string>> {
  return {
    get mysql() { return urlOf("mysql"); },
    get mariadb() { return urlOf("mariadb"); },
    get cassandra() { return urlOf("cassandra"); },
    get elasticsearch() { return urlOf("elasticsearch"); },
  };
}

function urlOf(name: EngineName): string {
  const url = process.env[engineVariables[name]];
  if (!url)
    throw new Error(
      `${engineVariables[name]} is not set: run the tests by npm test, whose global set-up starts ${name}, or set it yourself`,
    );
  return url;
}
