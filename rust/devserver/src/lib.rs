//! An Aerospike server in memory, without a socket, for tests and demos.
