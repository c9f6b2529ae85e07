// The public names, all but `connect`, which each entry adds for its runtime.

export type { IndexDefinition, IndexInfo, IndexType } from "./admin/indexes.ts"
export { Job, type WaitOptions } from "./admin/job.ts"
export {
  type InfoFields,
  type InfoFieldsCommand,
  type InfoListCommand,
  type InfoParsed,
  type InfoRowsCommand,
  type InfoValue,
  parseInfo,
} from "./admin/parse-info.ts"
export { QueryJob, type QueryJobNode } from "./admin/query-job.ts"
export type {
  Admin,
  Privilege,
  PrivilegeCode,
  Role,
  RoleLimits,
  User,
  UserRates,
} from "./admin/security.ts"
export type { TruncateOptions } from "./admin/truncate.ts"
export type { UdfModule } from "./admin/udfs.ts"
export type { XdrFilter } from "./admin/xdr-filter.ts"
export { type AggregateCall, Aggregation } from "./aggregate.ts"
export { type BatchEntry, type BatchReadOptions, BatchRow, type BatchWriteRow } from "./batch.ts"
export { Client } from "./client.ts"
export type { ArrowColumn, ArrowModule } from "./columns/arrow.ts"
export type { KeyColumn, UserKeys } from "./columns/keys.ts"
export type { ColumnOf, ColumnSchema, ColumnsOf, ColumnType } from "./columns/schema.ts"
export type {
  ColumnInput,
  ColumnInputs,
  ColumnsPolicy,
  MismatchOption,
  TypedColumn,
  WritesPolicy,
} from "./columns/send.ts"
export { ColumnTable, ColumnWrites, type Mismatches } from "./columns/table.ts"
export { type UserKeyColumn, Utf8Column } from "./columns/text.ts"
export type { CoalesceOptions, Config, HostAddress, Hosts, WorkersOptions } from "./config.ts"
export type { ConnectOptions } from "./connect.ts"
export { digestOf, partitionOf } from "./digest.ts"
export type { NodeInfo } from "./driver.ts"
export {
  AdminError,
  AerospikeError,
  BackpressureError,
  BinExistsError,
  BinNameError,
  BinNotFoundError,
  BinTypeError,
  ClientError,
  ClusterError,
  ClusterNameMismatchError,
  codeName,
  type ErrorDetails,
  FilteredOutError,
  IndexError,
  IndexFoundError,
  IndexNotFoundError,
  InvalidArgumentError,
  MaxErrorRateExceededError,
  NoMoreConnectionsError,
  QueryAbortedError,
  QueryError,
  RecordError,
  RecordExistsError,
  RecordGenerationError,
  RecordNotFoundError,
  RecordTooBigError,
  ServerError,
  TimeoutError,
  TransactionError,
  UdfError,
} from "./errors.ts"
export type { ClusterEvent, ClusterEventType, ClusterListener } from "./events.ts"
export { type AnyOperand, Expression, type ExpType, type Operand } from "./exp/expression.ts"
export * as exp from "./exp/index.ts"
export { INFINITY, type Mark, WILDCARD } from "./exp/parts.ts"
export { type Collection, Filter, type Indexed, type IndexValue } from "./filter.ts"
export * as filter from "./filters.ts"
export type { InfoNodeResult } from "./info.ts"
export type { Key, KeyDigest, KeyTuple, UserKey } from "./key.ts"
export {
  droppedLogCount,
  type LogFunction,
  type Logger,
  LogLevel,
  type LogMethods,
  setLogLevel,
} from "./log.ts"
export * as bit from "./ops/bit.ts"
export { type CreateList, type CreateMap, type Ctx, type CtxStep, ctx } from "./ops/ctx.ts"
export * as hll from "./ops/hll.ts"
export * as list from "./ops/list.ts"
export type { Nested, Op, OpValue } from "./ops/make.ts"
export * as map from "./ops/map.ts"
export * as op from "./ops/op.ts"
export type { ListReturnType, MapReturnType } from "./ops/returns.ts"
export * as string from "./ops/string.ts"
export {
  type AbortPolicy,
  type AdminPolicy,
  type BackgroundPolicy,
  type BasePolicy,
  type BatchApplyPolicy,
  type BatchOperatePolicy,
  type BatchPolicy,
  type BatchReadPolicy,
  type BatchRemovePolicy,
  type BatchWritePolicy,
  type CommitPolicy,
  type InfoPolicy,
  type OperatePolicy,
  type PartitionFilter,
  type Policies,
  type QueryPolicy,
  type ReadPolicy,
  type RecordPolicy,
  type RemovePolicy,
  type TransactionRollPolicy,
  type TransactionVerifyPolicy,
  TTL,
  type WritePolicy,
} from "./policy.ts"
export { Query, type QueryColumnsOptions, type QueryPage } from "./query.ts"
export type { QueryRecord } from "./query-record.ts"
export type { Addend, AerospikeRecord, OrderedResults, RecordMeta } from "./record.ts"
export type { BoundSet } from "./set.ts"
export type { Stats } from "./stats.ts"
export type { Pem, TlsOptions } from "./tls.ts"
export {
  type AbortStatus,
  type CommitStatus,
  Transaction,
  type TransactionOptions,
  type TransactionRunOptions,
  type TransactionState,
} from "./transaction.ts"
export type { UdfCall } from "./udf.ts"
export {
  type Bins,
  type BinsOf,
  Double,
  double,
  GeoJSON,
  HLL,
  KeyOrderedMap,
  KeyValueOrderedMap,
  type MapKey,
  OrderedList,
  TypedBlob,
  type Value,
} from "./values.ts"
