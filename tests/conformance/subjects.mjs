// The suite: its subjects in the order in which they run.

import aggregation from "./cases/aggregation.mjs"
import badInput from "./cases/bad-input.mjs"
import batch from "./cases/batch.mjs"
import cluster from "./cases/cluster.mjs"
import coalescing from "./cases/coalescing.mjs"
import codes from "./cases/codes.mjs"
import columns from "./cases/columns.mjs"
import compression from "./cases/compression.mjs"
import concurrency from "./cases/concurrency.mjs"
import connecting from "./cases/connecting.mjs"
import connections from "./cases/connections.mjs"
import dashboard from "./cases/dashboard.mjs"
import errors from "./cases/errors.mjs"
import expiry from "./cases/expiry.mjs"
import expressions from "./cases/expressions.mjs"
import expressionsOnBits from "./cases/expressions-bits.mjs"
import expressionsOnCollections from "./cases/expressions-collections.mjs"
import expressionsWithFlags from "./cases/expressions-flags.mjs"
import expressionsAsOps from "./cases/expressions-ops.mjs"
import indexes from "./cases/indexes.mjs"
import jobs from "./cases/jobs.mjs"
import keys from "./cases/keys.mjs"
import kinds from "./cases/kinds.mjs"
import lifecycle from "./cases/lifecycle.mjs"
import logging from "./cases/logging.mjs"
import metrics from "./cases/metrics.mjs"
import operate from "./cases/operate.mjs"
import operateBit from "./cases/operate-bit.mjs"
import operateContext from "./cases/operate-context.mjs"
import operateFlags from "./cases/operate-flags.mjs"
import operateHll from "./cases/operate-hll.mjs"
import operateList from "./cases/operate-list.mjs"
import operateMap from "./cases/operate-map.mjs"
import operateReturns from "./cases/operate-returns.mjs"
import operateString from "./cases/operate-string.mjs"
import options from "./cases/options.mjs"
import policies from "./cases/policies.mjs"
import query from "./cases/query.mjs"
import records from "./cases/records.mjs"
import retries from "./cases/retries.mjs"
import security from "./cases/security.mjs"
import tls from "./cases/tls.mjs"
import tracing from "./cases/tracing.mjs"
import transactions from "./cases/transactions.mjs"
import udf from "./cases/udf.mjs"
import udfRecords from "./cases/udf-records.mjs"
import values from "./cases/values.mjs"
import workers from "./cases/workers.mjs"

export const subjects = [
  connecting,
  tls,
  cluster,
  values,
  options,
  keys,
  records,
  operate,
  operateList,
  operateMap,
  operateString,
  operateReturns,
  operateContext,
  operateBit,
  operateHll,
  operateFlags,
  policies,
  expressions,
  expressionsOnCollections,
  expressionsOnBits,
  expressionsWithFlags,
  expressionsAsOps,
  expiry,
  batch,
  coalescing,
  columns,
  query,
  indexes,
  kinds,
  udf,
  udfRecords,
  transactions,
  security,
  jobs,
  aggregation,
  errors,
  codes,
  badInput,
  compression,
  concurrency,
  connections,
  retries,
  logging,
  dashboard,
  metrics,
  tracing,
  workers,
  lifecycle,
]
