/** mysqld's options without their dashes; an empty value makes a bare option: `{ "skip-log-bin": "" }`. */
export type Flags = Readonly<Record<string, string>>;

/** How the development server differs from MySQL's defaults. */
export const developmentFlags: Flags = {
  "bind-address": "127.0.0.1",
  "mysqlx": "OFF",
  "server-id": "1",
  "default-time-zone": "+00:00",
  "log-bin": "binlog",
  "binlog-row-metadata": "FULL",
  "gtid-mode": "ON",
  "enforce-gtid-consistency": "ON",
  "max-connections": "500",
  "max-allowed-packet": "256M",
  "innodb-buffer-pool-size": "256M",
  "innodb-redo-log-capacity": "256M",
  // A commit survives the end of mysqld, but not the loss of power. That is much faster, and this data can be made again.
  "innodb-flush-log-at-trx-commit": "2",
  "sync-binlog": "0",
};

export function argumentsOf(flags: Flags): string[] {
  return Object.entries(flags).map(([name, value]) => (value === "" ? `--${name}` : `--${name}=${value}`));
}
