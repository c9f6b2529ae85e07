// A namespace and a set, bound to a client.

import type { BatchReadOptions, BatchRow, BatchWriteRow } from "./batch.ts"
import type { Client } from "./client.ts"
import type { KeyColumn, UserKeys } from "./columns/keys.ts"
import type { ColumnSchema, ColumnType } from "./columns/schema.ts"
import type { ColumnInput, ColumnInputs, ColumnsPolicy, WritesPolicy } from "./columns/send.ts"
import type { ColumnTable, ColumnWrites } from "./columns/table.ts"
import { isPlainObject } from "./core/check.ts"
import type { Key, UserKey } from "./key.ts"
import type { Op } from "./ops/make.ts"
import type { BatchPolicy, OperatePolicy, ReadPolicy, RemovePolicy, WritePolicy } from "./policy.ts"
import type { Query } from "./query.ts"
import type { Addend, AerospikeRecord, OrderedResults, RecordMeta } from "./record.ts"
import type { UdfCall } from "./udf.ts"
import type { Bins, Value } from "./values.ts"

/**
 * A namespace and a set, bound to a client: its operations take the user key alone. See the methods of {@link Client}
 * of the same names.
 */
export class BoundSet<T = Bins> {
  readonly #client: Client
  /** The namespace. */
  readonly ns: string
  /** The set, or null for none. */
  readonly name: string | null

  /** @internal Use `client.set`. */
  constructor(client: Client, ns: string, name: string | null) {
    this.#client = client
    this.ns = ns
    this.name = name
  }

  /** The whole key of a record of this set. */
  key(user: UserKey): Key {
    return [this.ns, this.name, user]
  }

  /** See {@link Client.get}. */
  get(user: UserKey, policy?: ReadPolicy): Promise<AerospikeRecord<T>> {
    return this.#client.get<T>(this.key(user), policy)
  }

  /** See {@link Client.find}. */
  find(user: UserKey, policy?: ReadPolicy): Promise<AerospikeRecord<T> | undefined> {
    return this.#client.find<T>(this.key(user), policy)
  }

  /** See {@link Client.select}. */
  select<K extends keyof T & string>(
    user: UserKey,
    bins: readonly K[],
    policy?: ReadPolicy,
  ): Promise<AerospikeRecord<Partial<Pick<T, K>>>> {
    return this.#client.select<Pick<T, K>>(this.key(user), bins, policy)
  }

  /** See {@link Client.exists}. */
  exists(user: UserKey, policy?: ReadPolicy): Promise<RecordMeta | undefined> {
    return this.#client.exists(this.key(user), policy)
  }

  /** Writes some bins or all; null removes one. */
  put(user: UserKey, bins: { readonly [K in keyof T]?: T[K] | null }, policy?: WritePolicy): Promise<void> {
    return this.#client.put(this.key(user), bins as { [bin: string]: Value }, policy)
  }

  /** See {@link Client.increment}. */
  increment(user: UserKey, bins: { readonly [K in keyof T]?: Addend }, policy?: WritePolicy): Promise<void>
  increment(user: UserKey, bin: keyof T & string, by: Addend, policy?: WritePolicy): Promise<void>
  increment(user: UserKey, ...rest: [never, never]): Promise<void> {
    return this.#client.increment(this.key(user), ...rest)
  }

  /** The same as {@link BoundSet.increment}. */
  add(user: UserKey, bins: { readonly [K in keyof T]?: Addend }, policy?: WritePolicy): Promise<void>
  add(user: UserKey, bin: keyof T & string, by: Addend, policy?: WritePolicy): Promise<void>
  add(user: UserKey, ...rest: [never, never]): Promise<void> {
    return this.#client.increment(this.key(user), ...rest)
  }

  /** See {@link Client.append}. */
  append(user: UserKey, bins: { readonly [K in keyof T]?: string | Uint8Array }, policy?: WritePolicy): Promise<void>
  append(user: UserKey, bin: keyof T & string, text: string | Uint8Array, policy?: WritePolicy): Promise<void>
  append(user: UserKey, ...rest: [never, never]): Promise<void> {
    return this.#client.append(this.key(user), ...rest)
  }

  /** See {@link Client.prepend}. */
  prepend(user: UserKey, bins: { readonly [K in keyof T]?: string | Uint8Array }, policy?: WritePolicy): Promise<void>
  prepend(user: UserKey, bin: keyof T & string, text: string | Uint8Array, policy?: WritePolicy): Promise<void>
  prepend(user: UserKey, ...rest: [never, never]): Promise<void> {
    return this.#client.prepend(this.key(user), ...rest)
  }

  /** See {@link Client.touch}. */
  touch(user: UserKey, policy?: WritePolicy): Promise<void> {
    return this.#client.touch(this.key(user), policy)
  }

  /** See {@link Client.remove}. */
  remove(user: UserKey, policy?: RemovePolicy): Promise<boolean> {
    return this.#client.remove(this.key(user), policy)
  }

  /** See {@link Client.removeBin}. */
  removeBin(
    user: UserKey,
    bins: (keyof T & string) | readonly (keyof T & string)[],
    policy?: WritePolicy,
  ): Promise<void> {
    return this.#client.removeBin(this.key(user), bins, policy)
  }

  /** See {@link Client.batchRead}. */
  batchRead<K extends keyof T & string>(
    users: readonly UserKey[],
    what: { readonly bins: readonly K[] },
    policy?: BatchPolicy,
  ): Promise<BatchRow<Partial<Pick<T, K>>>[]>
  batchRead(
    users: readonly UserKey[],
    what?: { readonly bins?: undefined },
    policy?: BatchPolicy,
  ): Promise<BatchRow<T>[]>
  batchRead(users: readonly UserKey[], what?: BatchReadOptions, policy?: BatchPolicy): Promise<BatchRow<never>[]> {
    return this.#client.batchRead<never>(this.#keys(users), what as BatchReadOptions<never>, policy)
  }

  /** See {@link Client.batchWrite}; a row's `key` is the user key. */
  batchWrite(
    rows: readonly BatchWriteRow<{ readonly [K in keyof T]?: T[K] | null }, UserKey>[],
    policy?: BatchPolicy,
  ): Promise<BatchRow[]> {
    const whole = (row: unknown) => (isPlainObject(row) ? { ...row, key: this.key(row.key as UserKey) } : row)
    return this.#client.batchWrite((Array.isArray(rows) ? rows.map(whole) : rows) as BatchWriteRow[], policy)
  }

  /** See {@link Client.batchOperate}. */
  batchOperate(users: readonly UserKey[], ops: readonly Op[], policy?: BatchPolicy): Promise<BatchRow<Partial<T>>[]> {
    return this.#client.batchOperate<Partial<T>>(this.#keys(users), ops, policy)
  }

  /** See {@link Client.batchApply}. */
  // biome-ignore lint/suspicious/noExplicitAny: what a function gives is known to the caller alone.
  batchApply<V = any>(users: readonly UserKey[], call: UdfCall, policy?: BatchPolicy): Promise<BatchRow<never, V>[]> {
    return this.#client.batchApply<V>(this.#keys(users), call, policy)
  }

  /** See {@link Client.batchRemove}. */
  batchRemove(users: readonly UserKey[], policy?: BatchPolicy): Promise<BatchRow[]> {
    return this.#client.batchRemove(this.#keys(users), policy)
  }

  /** See {@link Client.batchReadColumns}; the keys are user keys. */
  batchReadColumns<const S extends { readonly [K in keyof T & string]?: ColumnType }>(
    users: UserKeys,
    schema: S,
    policy?: ColumnsPolicy,
  ): Promise<ColumnTable<S extends ColumnSchema ? S : never>> {
    return this.#client.batchReadColumns(this.#column(users), schema as never, policy)
  }

  /** See {@link Client.batchWriteColumns}; the keys are user keys. */
  batchWriteColumns(
    users: UserKeys,
    columns: { readonly [K in keyof T & string]?: ColumnInput } | ColumnTable,
    policy?: WritesPolicy,
  ): Promise<ColumnWrites> {
    return this.#client.batchWriteColumns(this.#column(users), columns as ColumnInputs, policy)
  }

  #column(ids: UserKeys): KeyColumn {
    return { ns: this.ns, set: this.name, ids }
  }

  /** See {@link Client.query}. */
  query(): Query<T> {
    return this.#client.query<T>(this.ns, this.name)
  }

  #keys(users: readonly UserKey[]): readonly Key[] {
    // What is no array is refused by name where keys are.
    return Array.isArray(users) ? users.map((user) => this.key(user)) : (users as never)
  }

  /** See {@link Client.operate}. */
  operate(user: UserKey, ops: readonly Op[], policy?: OperatePolicy): Promise<AerospikeRecord<Partial<T>>> {
    return this.#client.operate<Partial<T>>(this.key(user), ops, policy)
  }

  /** See {@link Client.apply}. */
  apply<R = Value>(
    user: UserKey,
    module: string,
    name: string,
    args?: readonly Value[],
    policy?: WritePolicy,
  ): Promise<R> {
    return this.#client.apply<R>(this.key(user), module, name, args, policy)
  }

  /** See {@link Client.operateOrdered}. */
  operateOrdered(user: UserKey, ops: readonly Op[], policy?: OperatePolicy): Promise<OrderedResults> {
    return this.#client.operateOrdered(this.key(user), ops, policy)
  }
}
