/** Every refusal of the reader, with the place in the log and the remedy in its text. */
export abstract class BinlogError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Bytes that are not what the format says: a bad checksum, a length that leads outside the event. */
export class MalformedEvent extends BinlogError {
  constructor(readonly reason: string, readonly file = "", readonly offset = 0) {
    super(`Malformed binlog event in ${file || "the stream"} ending at ${offset}: ${reason}. `
      + "Check the log with mysqlbinlog --verify-binlog-checksum; a damaged log needs a new snapshot from after the damage.");
  }
}

/** An event whose meaning the reader does not know and which may carry data. */
export class UnsupportedEvent extends BinlogError {
  constructor(readonly what: string, readonly file: string, readonly offset: number) {
    super(`Unsupported binlog event ${what} in ${file} ending at ${offset}: it may change data, so it is not skipped. `
      + "Start after it and take a new snapshot, or use a reader that knows this server version.");
  }
}

/** A column whose values the reader cannot give exactly. */
export class UnsupportedColumn extends BinlogError {
  constructor(readonly column: string, readonly why: string) {
    super(`Unsupported column ${column}: ${why}. Leave the table out, or change the column's type.`);
  }
}

/** A table map without column names: the server logs MINIMAL metadata. */
export class MissingMetadata extends BinlogError {
  constructor(readonly database: string, readonly table: string, readonly file: string, readonly offset: number) {
    super(
      `The binary log names no columns for ${database}.${table} (${file}, ${offset}): run SET PERSIST binlog_row_metadata = FULL ` +
        "(MariaDB: SET GLOBAL binlog_row_metadata = FULL, and in the configuration file) and take a new snapshot, from a position after "
          + "that.",
    );
  }
}

/** A table map without column names, where nothing proves that its rows were written with the table's definition of today. */
export class UncertainDefinition extends BinlogError {
  constructor(readonly database: string, readonly table: string, readonly reason: string, readonly file = "", readonly offset = 0) {
    super(
      `The binary log names no columns for ${database}.${table}${file && ` (${file}, ${offset})`}, and it cannot be known which they `
        + `are: ${reason}. ` +
        "Take a new snapshot, from now on; SET PERSIST binlog_row_metadata = FULL keeps it from happening again.",
    );
  }
}

/** The source no longer has the transactions that come next. */
export class PurgedPosition extends BinlogError {
  constructor(readonly requested: string, readonly missing: string, cause?: unknown) {
    super(
      `The source has purged binary logs the reader still needs. Requested after: ${requested || "(empty)"}; ` +
        `missing: ${missing || "unknown"}. ` +
        "Restore those logs on the source, or take a new snapshot; raise binlog_expire_logs_seconds so that it does not happen again.",
      { cause },
    );
  }
}

/** The reader has transactions that the source has lost, or never had. */
export class ReaderAhead extends BinlogError {
  constructor(readonly missing: string, cause?: unknown) {
    super(
      `The source does not have transactions that were read before: ${missing || "it does not say which"}. It was restored to an earlier `
        + "state, or another " +
        "server took over without them. Take a new snapshot.",
      { cause },
    );
  }
}

/** The source's log has the same numbers as the one that was read before, or the same names of files, and is another. */
export class OtherHistory extends BinlogError {
  constructor(readonly difference: string, cause?: unknown) {
    super(
      `The source's binary log is not the one that was read before: ${difference}. It was reset, or restored to an earlier state. Take a `
        + "new snapshot.",
      { cause },
    );
  }
}

/** Another reader connected with the same server id and took this one's place. */
export class Superseded extends BinlogError {
  constructor(readonly serverId: number, cause?: unknown) {
    super(
      `Another replica with server id ${serverId} took over this stream. Stop one of the two, or give each its own server id.`, { cause },
    );
  }
}

/** The source no longer lets this reader in, or took a privilege from it. A person took that away, and can give it back. */
export class AccessDenied extends BinlogError {
  constructor(reason: string, remedy: string, cause?: unknown) {
    super(`The source refuses to send its binary log: ${reason}. Remedy: ${remedy}`, { cause });
  }
}

/** The source will not send its log, and trying again does not change that. */
export class SourceRefused extends BinlogError {
  constructor(readonly code: string, reason: string, cause?: unknown) {
    super(`The source refuses to send its binary log (${code}): ${reason}`, { cause });
  }
}

/** The source itself lost events (INCIDENT_EVENT), so what follows is not the whole truth. */
export class SourceIncident extends BinlogError {
  constructor(readonly reason: string, readonly file: string, readonly offset: number) {
    super(
      `The source reports an incident in ${file} ending at ${offset}: ${reason}. Events were lost there: take a new snapshot from after `
        + "it.",
    );
  }
}
