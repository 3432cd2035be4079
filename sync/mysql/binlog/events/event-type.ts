/** Log_event_type of MySQL; MariaDB's own types begin at 160. */
export const enum EventType {
  Query = 2, Stop = 3, Rotate = 4, IntVar = 5, AppendBlock = 9, DeleteFile = 11, Rand = 13, UserVar = 14, Format = 15, Xid = 16,
  BeginLoadQuery = 17, ExecuteLoadQuery = 18, TableMap = 19,
  WriteRowsV1 = 23, UpdateRowsV1 = 24, DeleteRowsV1 = 25, Incident = 26, Heartbeat = 27, Ignorable = 28, RowsQuery = 29,
  WriteRows = 30, UpdateRows = 31, DeleteRows = 32, Gtid = 33, Anonymous = 34, PreviousGtids = 35, TransactionContext = 36, ViewChange = 37,
  XaPrepare = 38, PartialUpdateRows = 39, TransactionPayload = 40, HeartbeatV2 = 41, TaggedGtid = 42,
}
