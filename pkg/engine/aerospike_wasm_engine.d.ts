/* tslint:disable */
/* eslint-disable */

export class Codec {
    free(): void;
    [Symbol.dispose](): void;
    command_address(): number;
    /**
     * In slots of 16 bytes, those of the block included.
     */
    command_capacity(): number;
    command_reserve(slots: number): number;
    data_address(): number;
    data_capacity(): number;
    data_reserve(bytes: number): number;
    /**
     * The digest of the key of so many slots, a list of set and user key: at `packed_address`, or below zero: refused.
     */
    digest(slots: number): number;
    constructor();
    /**
     * Packs the element of so many slots: its length at `packed_address`, or below zero: refused.
     */
    pack(slots: number): number;
    /**
     * What was packed; after unpacking, what the texts of the tape are offsets in.
     */
    packed_address(): number;
    /**
     * Length of the reason, which is then at `packed_address`.
     */
    refused_text(): number;
    tape_address(): number;
    /**
     * Unpacks so many bytes of the data: the slots at `tape_address`, or below zero: they are not one element.
     */
    unpack(length: number): number;
}

export class Engine {
    free(): void;
    [Symbol.dispose](): void;
    cancel(op: number): void;
    close(drain_ms: number, now: number): void;
    closed(conn: number, end: number, now: number): void;
    command_address(): number;
    /**
     * In slots of 16 bytes, those of the block included.
     */
    command_capacity(): number;
    /**
     * Makes room for `slots`, keeping what is there; gives the address.
     */
    command_reserve(slots: number): number;
    /**
     * The caller took so many records of a query: reading may go on.
     */
    consumed(op: number, records: number): void;
    /**
     * Answers CREDENTIAL: what `hash_password` makes of the password, and the password itself where it is to travel so.
     */
    credential(hash: string, clear: string, now: number): void;
    data_address(): number;
    data_capacity(): number;
    /**
     * Makes room for `bytes`, keeping what is there; gives the address.
     */
    data_reserve(bytes: number): number;
    finished(): boolean;
    is_connected(): boolean;
    /**
     * Writes down all that was counted: the address of doubles as `abi::metrics_head` tells. Good until the next call.
     */
    metrics(): number;
    /**
     * The id of a name whose UTF-8 lies in the data region; kind 0 namespace, 1 set, 2 bin. Below zero: refused.
     */
    name(kind: number, offset: number, length: number): number;
    name_address(id: number): number;
    name_length(id: number): number;
    /**
     * How many names there are: ids are below it.
     */
    names(): number;
    /**
     * `config` is lines of `key=value`; the two halves of the seed are all the engine's randomness.
     */
    constructor(config: string, seed_low: number, seed_high: number, now: number);
    next_deadline(): number;
    /**
     * Answers CREDENTIAL: there is none.
     */
    no_credential(now: number): void;
    /**
     * Node indices are below it; an index may have no node now.
     */
    node_count(): number;
    /**
     * Puts `name TAB host:port TAB active` at `scratch_address` and gives its length, 0 for no node.
     */
    node_text(index: number): number;
    /**
     * Of an operation that has not ended, by `abi::op_word`.
     */
    op_word(op: number, word: number): number;
    opened(conn: number, now: number): void;
    output_address(): number;
    /**
     * Puts the partition map of the namespace at `scratch_address` and gives its length, 0 for no namespace: its name, a 0,
     * then the node index of each partition as 16 bits, low byte first, masters first; 65535 is nobody.
     */
    partition_map(namespace: number): number;
    /**
     * How many words of output records there are at `output_address`.
     */
    poll(now: number): number;
    /**
     * Where to put `length` bytes that came from a socket. An input: outputs given out before are forgotten.
     */
    receive_reserve(length: number): number;
    received(conn: number, length: number, now: number, wall: number): void;
    refused_code(): number;
    /**
     * The value slot that is to blame, counted from the first after the block; NONE if none is.
     */
    refused_slot(): number;
    /**
     * Puts the reason at `scratch_address` and gives its length.
     */
    refused_text(): number;
    scratch_address(): number;
    /**
     * How long a stage of the shell's took, in milliseconds: `abi::operation`, `abi::stage`.
     */
    spent(operation: number, stage: number, ms: number): void;
    /**
     * A counter by its index in `abi::stat`.
     */
    stat(index: number): number;
    /**
     * Takes the command in the command region. From 0 up: the op's number; below: refused, see `refused_…`.
     */
    submit(): number;
    tape_address(): number;
    text_address(): number;
    time(now: number): void;
    /**
     * A new transaction: its handle, never 0. `timeout` is in seconds, 0 = as the server is set up.
     */
    txn_begin(timeout: number): number;
    /**
     * The handle will not be used again.
     */
    txn_end(txn: number): void;
    /**
     * What is known of a transaction, by its index in `abi::txn_word`.
     */
    txn_word(txn: number, word: number): number;
    /**
     * Whether to poll before the next `submit`.
     */
    wants_poll(): boolean;
    /**
     * Bits of `abi::watch`.
     */
    watch(bits: number): void;
    writable(conn: number, now: number): void;
}

/**
 * A password as servers want it. Takes some 50 to 100 ms: bcrypt is slow on purpose.
 */
export function hash_password(password: string): string;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
    readonly __wbg_codec_free: (a: number, b: number) => void;
    readonly __wbg_engine_free: (a: number, b: number) => void;
    readonly codec_command_address: (a: number) => number;
    readonly codec_command_capacity: (a: number) => number;
    readonly codec_command_reserve: (a: number, b: number) => number;
    readonly codec_data_address: (a: number) => number;
    readonly codec_data_capacity: (a: number) => number;
    readonly codec_data_reserve: (a: number, b: number) => number;
    readonly codec_digest: (a: number, b: number) => number;
    readonly codec_new: () => number;
    readonly codec_pack: (a: number, b: number) => number;
    readonly codec_packed_address: (a: number) => number;
    readonly codec_refused_text: (a: number) => number;
    readonly codec_tape_address: (a: number) => number;
    readonly codec_unpack: (a: number, b: number) => number;
    readonly engine_cancel: (a: number, b: number) => void;
    readonly engine_close: (a: number, b: number, c: number) => void;
    readonly engine_closed: (a: number, b: number, c: number, d: number) => void;
    readonly engine_command_address: (a: number) => number;
    readonly engine_command_capacity: (a: number) => number;
    readonly engine_command_reserve: (a: number, b: number) => number;
    readonly engine_consumed: (a: number, b: number, c: number) => void;
    readonly engine_credential: (a: number, b: number, c: number, d: number, e: number, f: number) => void;
    readonly engine_data_address: (a: number) => number;
    readonly engine_data_capacity: (a: number) => number;
    readonly engine_data_reserve: (a: number, b: number) => number;
    readonly engine_finished: (a: number) => number;
    readonly engine_is_connected: (a: number) => number;
    readonly engine_metrics: (a: number) => number;
    readonly engine_name: (a: number, b: number, c: number, d: number) => number;
    readonly engine_name_address: (a: number, b: number) => number;
    readonly engine_name_length: (a: number, b: number) => number;
    readonly engine_names: (a: number) => number;
    readonly engine_new: (a: number, b: number, c: number, d: number, e: number) => number;
    readonly engine_next_deadline: (a: number) => number;
    readonly engine_no_credential: (a: number, b: number) => void;
    readonly engine_node_count: (a: number) => number;
    readonly engine_node_text: (a: number, b: number) => number;
    readonly engine_op_word: (a: number, b: number, c: number) => number;
    readonly engine_opened: (a: number, b: number, c: number) => void;
    readonly engine_output_address: (a: number) => number;
    readonly engine_partition_map: (a: number, b: number) => number;
    readonly engine_poll: (a: number, b: number) => number;
    readonly engine_receive_reserve: (a: number, b: number) => number;
    readonly engine_received: (a: number, b: number, c: number, d: number, e: number) => void;
    readonly engine_refused_code: (a: number) => number;
    readonly engine_refused_slot: (a: number) => number;
    readonly engine_refused_text: (a: number) => number;
    readonly engine_scratch_address: (a: number) => number;
    readonly engine_spent: (a: number, b: number, c: number, d: number) => void;
    readonly engine_stat: (a: number, b: number) => number;
    readonly engine_submit: (a: number) => number;
    readonly engine_tape_address: (a: number) => number;
    readonly engine_text_address: (a: number) => number;
    readonly engine_time: (a: number, b: number) => void;
    readonly engine_txn_begin: (a: number, b: number) => number;
    readonly engine_txn_end: (a: number, b: number) => void;
    readonly engine_txn_word: (a: number, b: number, c: number) => number;
    readonly engine_wants_poll: (a: number) => number;
    readonly engine_watch: (a: number, b: number) => void;
    readonly engine_writable: (a: number, b: number, c: number) => void;
    readonly hash_password: (a: number, b: number) => [number, number];
    readonly __wbindgen_externrefs: WebAssembly.Table;
    readonly __wbindgen_malloc: (a: number, b: number) => number;
    readonly __wbindgen_realloc: (a: number, b: number, c: number, d: number) => number;
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
