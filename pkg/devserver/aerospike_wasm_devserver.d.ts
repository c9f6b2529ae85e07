/* tslint:disable */
/* eslint-disable */

/** What runs UDFs; see `rust/devserver/src/udf_host.rs`. */
export interface UdfHost {
    /** Whether it can answer. If not, it says so to whoever waits, later. */
    ready(): boolean
    /** `length` bytes in linear memory say what to do. */
    answer(address: number, length: number): Uint8Array
}



export class DevServer {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The number of a new fault, told as JSON (`rust/devserver/src/faults/parse.rs`).
     */
    add_fault(fault: string): number;
    /**
     * Where the answers of the last `received` are.
     */
    answer_address(): number;
    /**
     * The number of a new connection to a node, or -1: it is down or has too many.
     */
    connect(node: number): number;
    disconnected(conn: number): void;
    /**
     * Removes some of what has expired; to be called about once a second.
     */
    expire(wall_ms: number): void;
    /**
     * From now on partitions move only with `migrate`; or no more so.
     */
    hold_migrations(holds: boolean): void;
    /**
     * Connections that the host is to close, because nobody has used them; to be called about once a second.
     */
    idle(wall_ms: number): Uint32Array;
    /**
     * The host resets the node's connections and stops listening.
     */
    kill(node: number): void;
    /**
     * A node is gone, and the others do not know until `kill`. The host resets its connections and stops listening.
     */
    lose(node: number): void;
    /**
     * Lets as many copies of partitions come to where they are to be; gives how many are left.
     */
    migrate(copies: number): number;
    /**
     * What a whole frame, `length` bytes in place as for `received`, asks for that this server cannot do yet.
     */
    missing(length: number): string | undefined;
    /**
     * `options` is JSON: `edition`, `nodes` or `nodeIds`, `racks`, `clusterName`, `protoFdIdleMs`, `namespaces`, `security`.
     */
    constructor(options: string, seed_low: number, seed_high: number);
    node_count(): number;
    /**
     * The node's id in hexadecimal, as `node` answers it; empty for a number that is none.
     */
    node_name(node: number): string;
    /**
     * Whether requests of the connection wait until its socket has taken what was answered before them.
     */
    pending(conn: number): boolean;
    /**
     * A node is to have no copies any more, or is to have some again.
     */
    quiesce(node: number, leaves: boolean): void;
    /**
     * Where to put `length` bytes that came from a socket.
     */
    receive_reserve(length: number): number;
    /**
     * `length` bytes are in place. Gives how long the answers are; `-1 - length` if the connection is to be reset
     * after they have been written.
     */
    received(conn: number, length: number, wall_ms: number): number;
    remove_fault(fault: number): void;
    restart(node: number): void;
    /**
     * Where clients can reach a node: hosts with commas between them.
     */
    set_address(node: number, hosts: string, port: number): void;
    /**
     * Who a connection is from: an address, and whom its certificate names; empty = not known.
     */
    set_peer(conn: number, address: string, certified: string): void;
    /**
     * The same of the port where it speaks TLS, and the name that its certificate has.
     */
    set_tls_address(node: number, hosts: string, port: number, name: string): void;
    /**
     * Gives it what runs UDFs. Without one they fail.
     */
    set_udf_host(host: UdfHost): void;
    /**
     * How often a fault has struck.
     */
    struck(fault: number): number;
    /**
     * Milliseconds until there is more to answer to what is pending, 0 = now.
     */
    wait(conn: number, wall_ms: number): number;
    /**
     * Whether a request of the connection waits for the host of UDFs.
     */
    waits_for_udfs(conn: number): boolean;
}

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
    readonly __wbg_devserver_free: (a: number, b: number) => void;
    readonly devserver_add_fault: (a: number, b: number, c: number) => [number, number, number];
    readonly devserver_answer_address: (a: number) => number;
    readonly devserver_connect: (a: number, b: number) => number;
    readonly devserver_disconnected: (a: number, b: number) => void;
    readonly devserver_expire: (a: number, b: number) => void;
    readonly devserver_hold_migrations: (a: number, b: number) => void;
    readonly devserver_idle: (a: number, b: number) => [number, number];
    readonly devserver_kill: (a: number, b: number) => void;
    readonly devserver_lose: (a: number, b: number) => void;
    readonly devserver_migrate: (a: number, b: number) => number;
    readonly devserver_missing: (a: number, b: number) => [number, number];
    readonly devserver_new: (a: number, b: number, c: number, d: number) => [number, number, number];
    readonly devserver_node_count: (a: number) => number;
    readonly devserver_node_name: (a: number, b: number) => [number, number];
    readonly devserver_pending: (a: number, b: number) => number;
    readonly devserver_quiesce: (a: number, b: number, c: number) => void;
    readonly devserver_receive_reserve: (a: number, b: number) => number;
    readonly devserver_received: (a: number, b: number, c: number, d: number) => number;
    readonly devserver_remove_fault: (a: number, b: number) => void;
    readonly devserver_restart: (a: number, b: number) => void;
    readonly devserver_set_address: (a: number, b: number, c: number, d: number, e: number) => void;
    readonly devserver_set_peer: (a: number, b: number, c: number, d: number, e: number, f: number) => void;
    readonly devserver_set_tls_address: (a: number, b: number, c: number, d: number, e: number, f: number, g: number) => void;
    readonly devserver_set_udf_host: (a: number, b: any) => void;
    readonly devserver_struck: (a: number, b: number) => number;
    readonly devserver_wait: (a: number, b: number, c: number) => number;
    readonly devserver_waits_for_udfs: (a: number, b: number) => number;
    readonly __wbindgen_malloc: (a: number, b: number) => number;
    readonly __wbindgen_externrefs: WebAssembly.Table;
    readonly __wbindgen_realloc: (a: number, b: number, c: number, d: number) => number;
    readonly __externref_table_dealloc: (a: number) => void;
    readonly __wbindgen_free: (a: number, b: number, c: number) => void;
    readonly __wbindgen_start: () => void;
}

export type SyncInitInput = BufferSource | WebAssembly.Module;

/**
 * Instantiates the given `module`, which can either be bytes or
 * a precompiled `WebAssembly.Module`.
 *
 * @param {{ module: SyncInitInput }} module - Passing `SyncInitInput` directly is deprecated.
 *
 * @returns {InitOutput}
 */
export function initSync(module: { module: SyncInitInput } | SyncInitInput): InitOutput;

/**
 * If `module_or_path` is {RequestInfo} or {URL}, makes a request and
 * for everything else, calls `WebAssembly.instantiate` directly.
 *
 * @param {{ module_or_path: InitInput | Promise<InitInput> }} module_or_path - Passing `InitInput` directly is deprecated.
 *
 * @returns {Promise<InitOutput>}
 */
export default function __wbg_init (module_or_path?: { module_or_path: InitInput | Promise<InitInput> } | InitInput | Promise<InitInput>): Promise<InitOutput>;
