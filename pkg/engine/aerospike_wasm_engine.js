/* @ts-self-types="./aerospike_wasm_engine.d.ts" */

export class Codec {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        CodecFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_codec_free(ptr, 0);
    }
    /**
     * @returns {number}
     */
    command_address() {
        const ret = wasm.codec_command_address(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * In slots of 16 bytes, those of the block included.
     * @returns {number}
     */
    command_capacity() {
        const ret = wasm.codec_command_capacity(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * @param {number} slots
     * @returns {number}
     */
    command_reserve(slots) {
        const ret = wasm.codec_command_reserve(this.__wbg_ptr, slots);
        return ret >>> 0;
    }
    /**
     * @returns {number}
     */
    data_address() {
        const ret = wasm.codec_data_address(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * @returns {number}
     */
    data_capacity() {
        const ret = wasm.codec_data_capacity(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * @param {number} bytes
     * @returns {number}
     */
    data_reserve(bytes) {
        const ret = wasm.codec_data_reserve(this.__wbg_ptr, bytes);
        return ret >>> 0;
    }
    /**
     * The digest of the key of so many slots, a list of set and user key: at `packed_address`, or below zero: refused.
     * @param {number} slots
     * @returns {number}
     */
    digest(slots) {
        const ret = wasm.codec_digest(this.__wbg_ptr, slots);
        return ret;
    }
    constructor() {
        const ret = wasm.codec_new();
        this.__wbg_ptr = ret;
        CodecFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * Packs the element of so many slots: its length at `packed_address`, or below zero: refused.
     * @param {number} slots
     * @returns {number}
     */
    pack(slots) {
        const ret = wasm.codec_pack(this.__wbg_ptr, slots);
        return ret;
    }
    /**
     * What was packed; after unpacking, what the texts of the tape are offsets in.
     * @returns {number}
     */
    packed_address() {
        const ret = wasm.codec_packed_address(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Length of the reason, which is then at `packed_address`.
     * @returns {number}
     */
    refused_text() {
        const ret = wasm.codec_refused_text(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * @returns {number}
     */
    tape_address() {
        const ret = wasm.codec_tape_address(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Unpacks so many bytes of the data: the slots at `tape_address`, or below zero: they are not one element.
     * @param {number} length
     * @returns {number}
     */
    unpack(length) {
        const ret = wasm.codec_unpack(this.__wbg_ptr, length);
        return ret;
    }
}
if (Symbol.dispose) Codec.prototype[Symbol.dispose] = Codec.prototype.free;

export class Engine {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        EngineFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_engine_free(ptr, 0);
    }
    /**
     * @param {number} op
     */
    cancel(op) {
        wasm.engine_cancel(this.__wbg_ptr, op);
    }
    /**
     * @param {number} drain_ms
     * @param {number} now
     */
    close(drain_ms, now) {
        wasm.engine_close(this.__wbg_ptr, drain_ms, now);
    }
    /**
     * @param {number} conn
     * @param {number} end
     * @param {number} now
     */
    closed(conn, end, now) {
        wasm.engine_closed(this.__wbg_ptr, conn, end, now);
    }
    /**
     * @returns {number}
     */
    command_address() {
        const ret = wasm.engine_command_address(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * In slots of 16 bytes, those of the block included.
     * @returns {number}
     */
    command_capacity() {
        const ret = wasm.engine_command_capacity(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Makes room for `slots`, keeping what is there; gives the address.
     * @param {number} slots
     * @returns {number}
     */
    command_reserve(slots) {
        const ret = wasm.engine_command_reserve(this.__wbg_ptr, slots);
        return ret >>> 0;
    }
    /**
     * The caller took so many records of a query: reading may go on.
     * @param {number} op
     * @param {number} records
     */
    consumed(op, records) {
        wasm.engine_consumed(this.__wbg_ptr, op, records);
    }
    /**
     * Answers CREDENTIAL: what `hash_password` makes of the password, and the password itself where it is to travel so.
     * @param {string} hash
     * @param {string} clear
     * @param {number} now
     */
    credential(hash, clear, now) {
        const ptr0 = passStringToWasm0(hash, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        const len0 = WASM_VECTOR_LEN;
        const ptr1 = passStringToWasm0(clear, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        const len1 = WASM_VECTOR_LEN;
        wasm.engine_credential(this.__wbg_ptr, ptr0, len0, ptr1, len1, now);
    }
    /**
     * @returns {number}
     */
    data_address() {
        const ret = wasm.engine_data_address(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * @returns {number}
     */
    data_capacity() {
        const ret = wasm.engine_data_capacity(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Makes room for `bytes`, keeping what is there; gives the address.
     * @param {number} bytes
     * @returns {number}
     */
    data_reserve(bytes) {
        const ret = wasm.engine_data_reserve(this.__wbg_ptr, bytes);
        return ret >>> 0;
    }
    /**
     * @returns {boolean}
     */
    finished() {
        const ret = wasm.engine_finished(this.__wbg_ptr);
        return ret !== 0;
    }
    /**
     * @returns {boolean}
     */
    is_connected() {
        const ret = wasm.engine_is_connected(this.__wbg_ptr);
        return ret !== 0;
    }
    /**
     * Writes down all that was counted: the address of doubles as `abi::metrics_head` tells. Good until the next call.
     * @returns {number}
     */
    metrics() {
        const ret = wasm.engine_metrics(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * The id of a name whose UTF-8 lies in the data region; kind 0 namespace, 1 set, 2 bin. Below zero: refused.
     * @param {number} kind
     * @param {number} offset
     * @param {number} length
     * @returns {number}
     */
    name(kind, offset, length) {
        const ret = wasm.engine_name(this.__wbg_ptr, kind, offset, length);
        return ret;
    }
    /**
     * @param {number} id
     * @returns {number}
     */
    name_address(id) {
        const ret = wasm.engine_name_address(this.__wbg_ptr, id);
        return ret >>> 0;
    }
    /**
     * @param {number} id
     * @returns {number}
     */
    name_length(id) {
        const ret = wasm.engine_name_length(this.__wbg_ptr, id);
        return ret >>> 0;
    }
    /**
     * How many names there are: ids are below it.
     * @returns {number}
     */
    names() {
        const ret = wasm.engine_names(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * `config` is lines of `key=value`; the two halves of the seed are all the engine's randomness.
     * @param {string} config
     * @param {number} seed_low
     * @param {number} seed_high
     * @param {number} now
     */
    constructor(config, seed_low, seed_high, now) {
        const ptr0 = passStringToWasm0(config, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.engine_new(ptr0, len0, seed_low, seed_high, now);
        this.__wbg_ptr = ret;
        EngineFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * @returns {number}
     */
    next_deadline() {
        const ret = wasm.engine_next_deadline(this.__wbg_ptr);
        return ret;
    }
    /**
     * Answers CREDENTIAL: there is none.
     * @param {number} now
     */
    no_credential(now) {
        wasm.engine_no_credential(this.__wbg_ptr, now);
    }
    /**
     * Node indices are below it; an index may have no node now.
     * @returns {number}
     */
    node_count() {
        const ret = wasm.engine_node_count(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Puts `name TAB host:port TAB active` at `scratch_address` and gives its length, 0 for no node.
     * @param {number} index
     * @returns {number}
     */
    node_text(index) {
        const ret = wasm.engine_node_text(this.__wbg_ptr, index);
        return ret >>> 0;
    }
    /**
     * Of an operation that has not ended, by `abi::op_word`.
     * @param {number} op
     * @param {number} word
     * @returns {number}
     */
    op_word(op, word) {
        const ret = wasm.engine_op_word(this.__wbg_ptr, op, word);
        return ret >>> 0;
    }
    /**
     * @param {number} conn
     * @param {number} now
     */
    opened(conn, now) {
        wasm.engine_opened(this.__wbg_ptr, conn, now);
    }
    /**
     * @returns {number}
     */
    output_address() {
        const ret = wasm.engine_output_address(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Puts the partition map of the namespace at `scratch_address` and gives its length, 0 for no namespace: its name, a 0,
     * then the node index of each partition as 16 bits, low byte first, masters first; 65535 is nobody.
     * @param {number} namespace
     * @returns {number}
     */
    partition_map(namespace) {
        const ret = wasm.engine_partition_map(this.__wbg_ptr, namespace);
        return ret >>> 0;
    }
    /**
     * How many words of output records there are at `output_address`.
     * @param {number} now
     * @returns {number}
     */
    poll(now) {
        const ret = wasm.engine_poll(this.__wbg_ptr, now);
        return ret >>> 0;
    }
    /**
     * Where to put `length` bytes that came from a socket. An input: outputs given out before are forgotten.
     * @param {number} length
     * @returns {number}
     */
    receive_reserve(length) {
        const ret = wasm.engine_receive_reserve(this.__wbg_ptr, length);
        return ret >>> 0;
    }
    /**
     * @param {number} conn
     * @param {number} length
     * @param {number} now
     * @param {number} wall
     */
    received(conn, length, now, wall) {
        wasm.engine_received(this.__wbg_ptr, conn, length, now, wall);
    }
    /**
     * @returns {number}
     */
    refused_code() {
        const ret = wasm.engine_refused_code(this.__wbg_ptr);
        return ret;
    }
    /**
     * The value slot that is to blame, counted from the first after the block; NONE if none is.
     * @returns {number}
     */
    refused_slot() {
        const ret = wasm.engine_refused_slot(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Puts the reason at `scratch_address` and gives its length.
     * @returns {number}
     */
    refused_text() {
        const ret = wasm.engine_refused_text(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * @returns {number}
     */
    scratch_address() {
        const ret = wasm.engine_scratch_address(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * How long a stage of the shell's took, in milliseconds: `abi::operation`, `abi::stage`.
     * @param {number} operation
     * @param {number} stage
     * @param {number} ms
     */
    spent(operation, stage, ms) {
        wasm.engine_spent(this.__wbg_ptr, operation, stage, ms);
    }
    /**
     * A counter by its index in `abi::stat`.
     * @param {number} index
     * @returns {number}
     */
    stat(index) {
        const ret = wasm.engine_stat(this.__wbg_ptr, index);
        return ret;
    }
    /**
     * Takes the command in the command region. From 0 up: the op's number; below: refused, see `refused_…`.
     * @returns {number}
     */
    submit() {
        const ret = wasm.engine_submit(this.__wbg_ptr);
        return ret;
    }
    /**
     * @returns {number}
     */
    tape_address() {
        const ret = wasm.engine_tape_address(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * @returns {number}
     */
    text_address() {
        const ret = wasm.engine_text_address(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * @param {number} now
     */
    time(now) {
        wasm.engine_time(this.__wbg_ptr, now);
    }
    /**
     * A new transaction: its handle, never 0. `timeout` is in seconds, 0 = as the server is set up.
     * @param {number} timeout
     * @returns {number}
     */
    txn_begin(timeout) {
        const ret = wasm.engine_txn_begin(this.__wbg_ptr, timeout);
        return ret >>> 0;
    }
    /**
     * The handle will not be used again.
     * @param {number} txn
     */
    txn_end(txn) {
        wasm.engine_txn_end(this.__wbg_ptr, txn);
    }
    /**
     * What is known of a transaction, by its index in `abi::txn_word`.
     * @param {number} txn
     * @param {number} word
     * @returns {number}
     */
    txn_word(txn, word) {
        const ret = wasm.engine_txn_word(this.__wbg_ptr, txn, word);
        return ret >>> 0;
    }
    /**
     * Whether to poll before the next `submit`.
     * @returns {boolean}
     */
    wants_poll() {
        const ret = wasm.engine_wants_poll(this.__wbg_ptr);
        return ret !== 0;
    }
    /**
     * Bits of `abi::watch`.
     * @param {number} bits
     */
    watch(bits) {
        wasm.engine_watch(this.__wbg_ptr, bits);
    }
    /**
     * @param {number} conn
     * @param {number} now
     */
    writable(conn, now) {
        wasm.engine_writable(this.__wbg_ptr, conn, now);
    }
}
if (Symbol.dispose) Engine.prototype[Symbol.dispose] = Engine.prototype.free;

/**
 * A password as servers want it. Takes some 50 to 100 ms: bcrypt is slow on purpose.
 * @param {string} password
 * @returns {string}
 */
export function hash_password(password) {
    let deferred2_0;
    let deferred2_1;
    try {
        const ptr0 = passStringToWasm0(password, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.hash_password(ptr0, len0);
        deferred2_0 = ret[0];
        deferred2_1 = ret[1];
        return getStringFromWasm0(ret[0], ret[1]);
    } finally {
        wasm.__wbindgen_free(deferred2_0, deferred2_1, 1);
    }
}
function __wbg_get_imports() {
    const import0 = {
        __proto__: null,
        __wbg___wbindgen_throw_41e9ee4f547fc59a: function(arg0, arg1) {
            throw new Error(getStringFromWasm0(arg0, arg1));
        },
        __wbindgen_init_externref_table: function() {
            const table = wasm.__wbindgen_externrefs;
            const offset = table.grow(4);
            table.set(0, undefined);
            table.set(offset + 0, undefined);
            table.set(offset + 1, null);
            table.set(offset + 2, true);
            table.set(offset + 3, false);
        },
    };
    return {
        __proto__: null,
        "./aerospike_wasm_engine_bg.js": import0,
    };
}

const CodecFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_codec_free(ptr, 1));
const EngineFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_engine_free(ptr, 1));

function getStringFromWasm0(ptr, len) {
    return decodeText(ptr >>> 0, len);
}

let cachedUint8ArrayMemory0 = null;
function getUint8ArrayMemory0() {
    if (cachedUint8ArrayMemory0 === null || cachedUint8ArrayMemory0.byteLength === 0) {
        cachedUint8ArrayMemory0 = new Uint8Array(wasm.memory.buffer);
    }
    return cachedUint8ArrayMemory0;
}

function passStringToWasm0(arg, malloc, realloc) {
    if (realloc === undefined) {
        const buf = cachedTextEncoder.encode(arg);
        const ptr = malloc(buf.length, 1) >>> 0;
        getUint8ArrayMemory0().subarray(ptr, ptr + buf.length).set(buf);
        WASM_VECTOR_LEN = buf.length;
        return ptr;
    }

    let len = arg.length;
    let ptr = malloc(len, 1) >>> 0;

    const mem = getUint8ArrayMemory0();

    let offset = 0;

    for (; offset < len; offset++) {
        const code = arg.charCodeAt(offset);
        if (code > 0x7F) break;
        mem[ptr + offset] = code;
    }
    if (offset !== len) {
        if (offset !== 0) {
            arg = arg.slice(offset);
        }
        ptr = realloc(ptr, len, len = offset + arg.length * 3, 1) >>> 0;
        const view = getUint8ArrayMemory0().subarray(ptr + offset, ptr + len);
        const ret = cachedTextEncoder.encodeInto(arg, view);

        offset += ret.written;
        ptr = realloc(ptr, len, offset, 1) >>> 0;
    }

    WASM_VECTOR_LEN = offset;
    return ptr;
}

let cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });
cachedTextDecoder.decode();
const MAX_SAFARI_DECODE_BYTES = 2146435072;
let numBytesDecoded = 0;
function decodeText(ptr, len) {
    numBytesDecoded += len;
    if (numBytesDecoded >= MAX_SAFARI_DECODE_BYTES) {
        cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });
        cachedTextDecoder.decode();
        numBytesDecoded = len;
    }
    return cachedTextDecoder.decode(getUint8ArrayMemory0().subarray(ptr, ptr + len));
}

const cachedTextEncoder = new TextEncoder();

if (!('encodeInto' in cachedTextEncoder)) {
    cachedTextEncoder.encodeInto = function (arg, view) {
        const buf = cachedTextEncoder.encode(arg);
        view.set(buf);
        return {
            read: arg.length,
            written: buf.length
        };
    };
}

let WASM_VECTOR_LEN = 0;

let wasmModule, wasmInstance, wasm;
function __wbg_finalize_init(instance, module) {
    wasmInstance = instance;
    wasm = instance.exports;
    wasmModule = module;
    cachedUint8ArrayMemory0 = null;
    wasm.__wbindgen_start();
    return wasm;
}

async function __wbg_load(module, imports) {
    if (typeof Response === 'function' && module instanceof Response) {
        if (!module.ok) {
            throw new Error(`failed to fetch Wasm: ${module.status} ${module.statusText} fetching '${module.url}'`);
        }

        if (typeof WebAssembly.instantiateStreaming === 'function') {
            try {
                return await WebAssembly.instantiateStreaming(module, imports);
            } catch (e) {
                const validResponse = expectedResponseType(module.type);

                if (validResponse && module.headers.get('Content-Type') !== 'application/wasm') {
                    console.warn("`WebAssembly.instantiateStreaming` failed because your server does not serve Wasm with `application/wasm` MIME type. Falling back to `WebAssembly.instantiate` which is slower. Original error:\n", e);

                } else { throw e; }
            }
        }

        const bytes = await module.arrayBuffer();
        return await WebAssembly.instantiate(bytes, imports);
    } else {
        const instance = await WebAssembly.instantiate(module, imports);

        if (instance instanceof WebAssembly.Instance) {
            return { instance, module };
        } else {
            return instance;
        }
    }

    function expectedResponseType(type) {
        switch (type) {
            case 'basic': case 'cors': case 'default': return true;
        }
        return false;
    }
}

function initSync(module) {
    if (wasm !== undefined) return wasm;


    if (module !== undefined) {
        if (Object.getPrototypeOf(module) === Object.prototype) {
            ({module} = module)
        } else {
            console.warn('using deprecated parameters for `initSync()`; pass a single object instead')
        }
    }

    const imports = __wbg_get_imports();
    if (!(module instanceof WebAssembly.Module)) {
        module = new WebAssembly.Module(module);
    }
    const instance = new WebAssembly.Instance(module, imports);
    return __wbg_finalize_init(instance, module);
}

async function __wbg_init(module_or_path) {
    if (wasm !== undefined) return wasm;


    if (module_or_path !== undefined) {
        if (Object.getPrototypeOf(module_or_path) === Object.prototype) {
            ({module_or_path} = module_or_path)
        } else {
            console.warn('using deprecated parameters for the initialization function; pass a single object instead')
        }
    }

    if (module_or_path === undefined) {
        module_or_path = new URL('aerospike_wasm_engine_bg.wasm', import.meta.url);
    }
    const imports = __wbg_get_imports();

    if (typeof module_or_path === 'string' || (typeof Request === 'function' && module_or_path instanceof Request) || (typeof URL === 'function' && module_or_path instanceof URL)) {
        module_or_path = fetch(module_or_path);
    }

    const { instance, module } = await __wbg_load(await module_or_path, imports);

    return __wbg_finalize_init(instance, module);
}

export { initSync, __wbg_init as default };
