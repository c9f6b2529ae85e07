// Names that users of other clients know: fields of configuration and policies, and for some also methods, constants, errors,
// metrics and variables. Facts read from aerospike-py 0.14 (its documentation and stubs), npm aerospike 6.7.1, PyPI aerospike 19.0
// (its documentation), aerospike-client-go v8.5.0 and the sources of the Java client 9.

/** By the page of docs/coming-from. */
export const theirNames: Readonly<Record<string, readonly string[]>> = {
  "aerospike-py": `
    AEROSPIKE_PY_INTERNAL_METRICS AEROSPIKE_RUNTIME_WORKERS AUTH_EXTERNAL AUTH_INTERNAL AUTH_PKI AdminError
    AerospikeError AerospikeIndexError AerospikeTimeoutError BATCH_CONCURRENCY_PARALLEL
    BATCH_CONCURRENCY_SEQUENTIAL BackpressureError BinExistsError BinNameError BinNotFound BinTypeError
    ClientError ClusterError FilteredOut IndexFoundError IndexNotFound InvalidArgError LOG_LEVEL_DEBUG
    LOG_LEVEL_ERROR LOG_LEVEL_INFO LOG_LEVEL_OFF LOG_LEVEL_TRACE LOG_LEVEL_WARN NoMoreConnections
    OPERATOR_APPEND OPERATOR_DELETE OPERATOR_INCR OPERATOR_PREPEND OPERATOR_READ OPERATOR_TOUCH OPERATOR_WRITE
    OTEL_EXPORTER_OTLP_ENDPOINT OTEL_SDK_DISABLED OTEL_SERVICE_NAME OTEL_TRACES_EXPORTER POLICY_COMMIT_LEVEL_ALL
    POLICY_COMMIT_LEVEL_MASTER POLICY_EXISTS_CREATE_ONLY POLICY_EXISTS_IGNORE POLICY_EXISTS_REPLACE
    POLICY_EXISTS_REPLACE_ONLY POLICY_EXISTS_UPDATE POLICY_EXISTS_UPDATE_ONLY POLICY_GEN_EQ POLICY_GEN_GT
    POLICY_GEN_IGNORE POLICY_KEY_DIGEST POLICY_KEY_SEND POLICY_READ_MODE_AP_ALL POLICY_READ_MODE_AP_ONE
    POLICY_REPLICA_MASTER POLICY_REPLICA_PREFER_RACK POLICY_REPLICA_SEQUENCE QUERY_DURATION_LONG
    QUERY_DURATION_LONG_RELAX_AP QUERY_DURATION_SHORT QueryAbortedError QueryError
    READ_TOUCH_TTL_PERCENT_DONT_RESET READ_TOUCH_TTL_PERCENT_SERVER_DEFAULT RecordError RecordExistsError
    RecordGenerationError RecordNotFound RecordTooBig ServerError TTL_CLIENT_DEFAULT TTL_DONT_UPDATE
    TTL_NAMESPACE_DEFAULT TTL_NEVER_EXPIRE UDFError _dtype admin_change_password admin_create_role
    admin_create_user admin_drop_role admin_drop_user admin_grant_privileges admin_grant_roles admin_query_role
    admin_query_roles admin_query_user_info admin_query_users_info admin_revoke_privileges admin_revoke_roles
    admin_set_quotas admin_set_whitelist aerospike_core::batch aerospike_core::cluster aerospike_core::command
    allow_inline allow_inline_ssd append apply as_dict auth_mode batch_apply batch_operate batch_read
    batch_remove batch_write batch_write_numpy client close cluster_name commit_level concurrency
    conn_pools_per_node connect db.collection.name db.namespace db.operation.name db.response.status_code
    db.system.name db_client_internal_stage_seconds db_client_operation_duration_seconds db_collection_name
    db_namespace db_operation_name db_system_name dropped_log_count durable_delete error.type error_type
    event_loop_resume_delay exists expected_duration filter_expression foreach future_into_py_setup gen get
    get_metrics get_node_names hosts idle_timeout in_doubt include_bin_data increment index_geo2dsphere_create
    index_integer_create index_remove index_string_create info_all info_random_node init_tracing
    internal_stage_profiling into_pyobject io is_connected is_internal_stage_metrics_enabled is_metrics_enabled
    key key_parse limiter_wait max_concurrent_nodes max_concurrent_operations max_conns_per_node max_records
    max_retries merge_as_dict min_conns_per_node operate operate_ordered operation_queue_timeout_ms
    partition_filter partition_filter_all partition_filter_by_id partition_filter_by_range password ping
    policies prepend put query read_mode_ap read_touch_ttl_percent record_queue_size records_per_second remove
    remove_bin replica respond_all_keys results select set_internal_stage_metrics_enabled set_log_level
    set_metrics_enabled shutdown_tracing sleep_between_retries socket_timeout spawn_blocking_delay stage
    start_metrics_server stop_metrics_server tend_interval timeout timeout_delay tokio_schedule_delay
    total_timeout touch truncate ttl udf_put udf_remove use_services_alternate user where
  `
    .trim()
    .split(/\s+/),
  node: `
    abort addSeedHost allowInline allowInlineSSD appId apply authMode batchApply batchExists batchGet
    batchRead batchRemove batchSelect batchWrite cafile capath certBlacklist certfile changePassword checkBounds
    cipherSuite close clusterName commit commitLevel compress compressionThreshold concurrent configProvider
    connTimeoutMs connect connectTimeout createBlobIndex createExpBlobIndex createExpIndex createExpIntegerIndex
    createExpStringIndex createIndex createIntegerIndex createPKIUser createRole createStringIndex createUser
    crlCheck crlCheckAll deserialize disableMetrics dropRole dropUser durableDelete enable enableMetrics
    errorRateWindow exists existsWithMetadata expectedDuration failOnClusterChange filterExpression forLoginOnly
    gen generation get getNodes grantPrivileges grantRoles hosts incr indexRemove info infoAll infoAny infoNode
    infoTimeout interval isConnected key keyfile keyfilePassword labels latencyColumns latencyShift log
    logSessionInfo loginTimeoutMs maxCommandsInProcess maxCommandsInQueue maxConnsPerNode maxErrorRate
    maxRecords maxRetries maxSocketIdle metricsListeners minConnsPerNode onLockingOnly operate order password
    port protocols put query queryRole queryRoles queryUser queryUsers queueInitialCapacity rackAware rackId
    rackIds readModeAP readModeSC readTouchTtlPercent recordsPerSecond remove removeSeedHost replica reportDir
    reportSizeLimit respondAllKeys revokePrivileges revokeRoles scan select sendAsIs sendSetName setPassword
    setQuotas setWhitelist setXDRFilter sharedMemory socketTimeout stats tenderInterval timeout timeoutDelay tls
    totalTimeout truncate ttl txn udfRegister udfRemove updateLogging user writeFlags writeMode
  `
    .trim()
    .split(/\s+/),
  python: `
    admin allow_inline allow_inline_ssd app_id apply auth_mode batch batch_apply batch_parent_write batch_remove
    batch_write bit_write_flags cafile capath cert_blacklist certfile cipher_suite cluster_name commit_level
    compress compression_threshold concurrent config_provider connect_timeout crl_check crl_check_all
    deserialize durable_delete enable error_rate_window exists expressions fail_if_not_connected flags
    for_login_only force_single_node gen generation hosts info key keyfile keyfile_pw list_order
    log_session_info login_timeout_ms lua map_order map_write_flags max_conns_per_node max_error_rate
    max_namespaces max_nodes max_retries max_socket_idle metrics min_conns_per_node operate password
    persist_index policies protocols query rack_aware rack_id rack_ids read read_mode_ap read_mode_sc
    read_touch_ttl_percent remove replica respond_all_keys scan send_bool_as serialization shm shm_key
    sleep_between_retries socket_timeout system_path takeover_threshold_sec tend_interval thread_pool_size
    timeout timeout_delay tls total_timeout ttl txn txn_roll txn_verify use_services_alternate
    use_shared_connection user user_path validate_keys write write_flags
  `
    .trim()
    .split(/\s+/),
  go: `
    AllowInline AllowInlineSSD AllowPartialResults ApplicationId AuthMode ClusterName CommitLevel
    ConcurrentNodes ConfigInterval ConnectionQueueSize DurableDelete ErrorRateWindow
    ExitFastOnExhaustedConnectionPool ExpectedDuration Expiration FailIfNotConnected FilterExpression Generation
    GenerationPolicy IdleTimeout IgnoreOtherSubnetAliases IncludeBinData IpMap LimitConnectionsToQueueSize
    LoginTimeout MaxConcurrentNodes MaxErrorRate MaxRecords MaxRetries MinConnectionsPerNode OnLockingOnly
    OpeningConnectionThreshold Password RackAware RackIds RawCDT ReadModeAP ReadModeSC ReadTouchTTLPercent
    RecordExistsAction RecordQueueSize RecordsPerSecond ReplicaPolicy RespondAllKeys RespondPerEachOp
    SeedOnlyCluster SendKey ShortQuery SleepBetweenRetries SleepMultiplier SocketTimeout TendInterval Timeout
    TimeoutDelay TlsConfig TotalTimeout Txn UseCompression UseServicesAlternate User
  `
    .trim()
    .split(/\s+/),
  java: `
    allowInline allowInlineSSD asyncMaxConnsPerNode asyncMinConnsPerNode authMode batchDeletePolicyDefault
    batchParentPolicyWriteDefault batchPolicyDefault batchUDFPolicyDefault batchWritePolicyDefault ciphers
    closeTimeout clusterName commitLevel compress concurrentNodes connPoolsPerNode connectTimeout context
    durableDelete errorRateWindow eventLoops expectedDuration expiration failIfNotConnected failOnClusterChange
    failOnFilteredOut filterExp forLoginOnly forceSingleNode generation generationPolicy includeBinData
    infoPolicyDefault infoTimeout ipMap keepAlive loginTimeout maxConcurrentNodes maxConcurrentThreads
    maxConnsPerNode maxErrorRate maxRecords maxRetries maxSocketIdle minConnsPerNode nettyContext onLockingOnly
    password protocols queryPolicyDefault rackAware rackId rackIds readModeAP readModeSC readPolicyDefault
    readTouchTtlPercent recordExistsAction recordQueueSize recordsPerSecond replica respondAllKeys respondAllOps
    revokeCertificates scanPolicyDefault sendKey sendSetName sharedThreadPool shortQuery sleepBetweenRetries
    socketTimeout tendInterval threadPool timeout timeoutDelay tlsPolicy totalTimeout txn txnRollPolicyDefault
    txnVerifyPolicyDefault useServicesAlternate user validateClusterName writePolicyDefault xdr
  `
    .trim()
    .split(/\s+/),
}
