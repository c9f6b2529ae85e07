/* @ts-self-types="./aerospike_wasm_devserver.d.ts" */

export class DevServer {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        DevServerFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_devserver_free(ptr, 0);
    }
    /**
     * The number of a new fault, told as JSON (`rust/devserver/src/faults/parse.rs`).
     * @param {string} fault
     * @returns {number}
     */
    add_fault(fault) {
        const ptr0 = passStringToWasm0(fault, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.devserver_add_fault(this.__wbg_ptr, ptr0, len0);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return ret[0] >>> 0;
    }
    /**
     * Where the answers of the last `received` are.
     * @returns {number}
     */
    answer_address() {
        const ret = wasm.devserver_answer_address(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * The number of a new connection to a node, or -1: it is down or has too many.
     * @param {number} node
     * @returns {number}
     */
    connect(node) {
        const ret = wasm.devserver_connect(this.__wbg_ptr, node);
        return ret;
    }
    /**
     * @param {number} conn
     */
    disconnected(conn) {
        wasm.devserver_disconnected(this.__wbg_ptr, conn);
    }
    /**
     * Removes some of what has expired; to be called about once a second.
     * @param {number} wall_ms
     */
    expire(wall_ms) {
        wasm.devserver_expire(this.__wbg_ptr, wall_ms);
    }
    /**
     * From now on partitions move only with `migrate`; or no more so.
     * @param {boolean} holds
     */
    hold_migrations(holds) {
        wasm.devserver_hold_migrations(this.__wbg_ptr, holds);
    }
    /**
     * Connections that the host is to close, because nobody has used them; to be called about once a second.
     * @param {number} wall_ms
     * @returns {Uint32Array}
     */
    idle(wall_ms) {
        const ret = wasm.devserver_idle(this.__wbg_ptr, wall_ms);
        var v1 = getArrayU32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
    /**
     * The host resets the node's connections and stops listening.
     * @param {number} node
     */
    kill(node) {
        wasm.devserver_kill(this.__wbg_ptr, node);
    }
    /**
     * A node is gone, and the others do not know until `kill`. The host resets its connections and stops listening.
     * @param {number} node
     */
    lose(node) {
        wasm.devserver_lose(this.__wbg_ptr, node);
    }
    /**
     * Lets as many copies of partitions come to where they are to be; gives how many are left.
     * @param {number} copies
     * @returns {number}
     */
    migrate(copies) {
        const ret = wasm.devserver_migrate(this.__wbg_ptr, copies);
        return ret >>> 0;
    }
    /**
     * What a whole frame, `length` bytes in place as for `received`, asks for that this server cannot do yet.
     * @param {number} length
     * @returns {string | undefined}
     */
    missing(length) {
        const ret = wasm.devserver_missing(this.__wbg_ptr, length);
        let v1;
        if (ret[0] !== 0) {
            v1 = getStringFromWasm0(ret[0], ret[1]);
            wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
        }
        return v1;
    }
    /**
     * `options` is JSON: `edition`, `nodes` or `nodeIds`, `racks`, `clusterName`, `protoFdIdleMs`, `namespaces`, `security`.
     * @param {string} options
     * @param {number} seed_low
     * @param {number} seed_high
     */
    constructor(options, seed_low, seed_high) {
        const ptr0 = passStringToWasm0(options, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.devserver_new(ptr0, len0, seed_low, seed_high);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        this.__wbg_ptr = ret[0];
        DevServerFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * @returns {number}
     */
    node_count() {
        const ret = wasm.devserver_node_count(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * The node's id in hexadecimal, as `node` answers it; empty for a number that is none.
     * @param {number} node
     * @returns {string}
     */
    node_name(node) {
        let deferred1_0;
        let deferred1_1;
        try {
            const ret = wasm.devserver_node_name(this.__wbg_ptr, node);
            deferred1_0 = ret[0];
            deferred1_1 = ret[1];
            return getStringFromWasm0(ret[0], ret[1]);
        } finally {
            wasm.__wbindgen_free(deferred1_0, deferred1_1, 1);
        }
    }
    /**
     * Whether requests of the connection wait until its socket has taken what was answered before them.
     * @param {number} conn
     * @returns {boolean}
     */
    pending(conn) {
        const ret = wasm.devserver_pending(this.__wbg_ptr, conn);
        return ret !== 0;
    }
    /**
     * A node is to have no copies any more, or is to have some again.
     * @param {number} node
     * @param {boolean} leaves
     */
    quiesce(node, leaves) {
        wasm.devserver_quiesce(this.__wbg_ptr, node, leaves);
    }
    /**
     * Where to put `length` bytes that came from a socket.
     * @param {number} length
     * @returns {number}
     */
    receive_reserve(length) {
        const ret = wasm.devserver_receive_reserve(this.__wbg_ptr, length);
        return ret >>> 0;
    }
    /**
     * `length` bytes are in place. Gives how long the answers are; `-1 - length` if the connection is to be reset
     * after they have been written.
     * @param {number} conn
     * @param {number} length
     * @param {number} wall_ms
     * @returns {number}
     */
    received(conn, length, wall_ms) {
        const ret = wasm.devserver_received(this.__wbg_ptr, conn, length, wall_ms);
        return ret;
    }
    /**
     * @param {number} fault
     */
    remove_fault(fault) {
        wasm.devserver_remove_fault(this.__wbg_ptr, fault);
    }
    /**
     * @param {number} node
     */
    restart(node) {
        wasm.devserver_restart(this.__wbg_ptr, node);
    }
    /**
     * Where clients can reach a node: hosts with commas between them.
     * @param {number} node
     * @param {string} hosts
     * @param {number} port
     */
    set_address(node, hosts, port) {
        const ptr0 = passStringToWasm0(hosts, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        const len0 = WASM_VECTOR_LEN;
        wasm.devserver_set_address(this.__wbg_ptr, node, ptr0, len0, port);
    }
    /**
     * Who a connection is from: an address, and whom its certificate names; empty = not known.
     * @param {number} conn
     * @param {string} address
     * @param {string} certified
     */
    set_peer(conn, address, certified) {
        const ptr0 = passStringToWasm0(address, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        const len0 = WASM_VECTOR_LEN;
        const ptr1 = passStringToWasm0(certified, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        const len1 = WASM_VECTOR_LEN;
        wasm.devserver_set_peer(this.__wbg_ptr, conn, ptr0, len0, ptr1, len1);
    }
    /**
     * The same of the port where it speaks TLS, and the name that its certificate has.
     * @param {number} node
     * @param {string} hosts
     * @param {number} port
     * @param {string} name
     */
    set_tls_address(node, hosts, port, name) {
        const ptr0 = passStringToWasm0(hosts, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        const len0 = WASM_VECTOR_LEN;
        const ptr1 = passStringToWasm0(name, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        const len1 = WASM_VECTOR_LEN;
        wasm.devserver_set_tls_address(this.__wbg_ptr, node, ptr0, len0, port, ptr1, len1);
    }
    /**
     * Gives it what runs UDFs. Without one they fail.
     * @param {UdfHost} host
     */
    set_udf_host(host) {
        wasm.devserver_set_udf_host(this.__wbg_ptr, host);
    }
    /**
     * How often a fault has struck.
     * @param {number} fault
     * @returns {number}
     */
    struck(fault) {
        const ret = wasm.devserver_struck(this.__wbg_ptr, fault);
        return ret;
    }
    /**
     * Milliseconds until there is more to answer to what is pending, 0 = now.
     * @param {number} conn
     * @param {number} wall_ms
     * @returns {number}
     */
    wait(conn, wall_ms) {
        const ret = wasm.devserver_wait(this.__wbg_ptr, conn, wall_ms);
        return ret >>> 0;
    }
    /**
     * Whether a request of the connection waits for the host of UDFs.
     * @param {number} conn
     * @returns {boolean}
     */
    waits_for_udfs(conn) {
        const ret = wasm.devserver_waits_for_udfs(this.__wbg_ptr, conn);
        return ret !== 0;
    }
}
if (Symbol.dispose) DevServer.prototype[Symbol.dispose] = DevServer.prototype.free;
function __wbg_get_imports() {
    const import0 = {
        __proto__: null,
        __wbg_Error_30c8987f7c2ed4e2: function(arg0, arg1) {
            const ret = Error(getStringFromWasm0(arg0, arg1));
            return ret;
        },
        __wbg___wbindgen_throw_41e9ee4f547fc59a: function(arg0, arg1) {
            throw new Error(getStringFromWasm0(arg0, arg1));
        },
        __wbg_answer_eacc0ea89389c633: function(arg0, arg1, arg2, arg3) {
            const ret = arg1.answer(arg2 >>> 0, arg3 >>> 0);
            const ptr1 = passArray8ToWasm0(ret, wasm.__wbindgen_malloc);
            const len1 = WASM_VECTOR_LEN;
            getDataViewMemory0().setInt32(arg0 + 4 * 1, len1, true);
            getDataViewMemory0().setInt32(arg0 + 4 * 0, ptr1, true);
        },
        __wbg_ready_67b67582e22db999: function(arg0) {
            const ret = arg0.ready();
            return ret;
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
        "./aerospike_wasm_devserver_bg.js": import0,
    };
}

const DevServerFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_devserver_free(ptr, 1));

function getArrayU32FromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return getUint32ArrayMemory0().subarray(ptr / 4, ptr / 4 + len);
}

let cachedDataViewMemory0 = null;
function getDataViewMemory0() {
    if (cachedDataViewMemory0 === null || cachedDataViewMemory0.buffer.detached === true || (cachedDataViewMemory0.buffer.detached === undefined && cachedDataViewMemory0.buffer !== wasm.memory.buffer)) {
        cachedDataViewMemory0 = new DataView(wasm.memory.buffer);
    }
    return cachedDataViewMemory0;
}

function getStringFromWasm0(ptr, len) {
    return decodeText(ptr >>> 0, len);
}

let cachedUint32ArrayMemory0 = null;
function getUint32ArrayMemory0() {
    if (cachedUint32ArrayMemory0 === null || cachedUint32ArrayMemory0.byteLength === 0) {
        cachedUint32ArrayMemory0 = new Uint32Array(wasm.memory.buffer);
    }
    return cachedUint32ArrayMemory0;
}

let cachedUint8ArrayMemory0 = null;
function getUint8ArrayMemory0() {
    if (cachedUint8ArrayMemory0 === null || cachedUint8ArrayMemory0.byteLength === 0) {
        cachedUint8ArrayMemory0 = new Uint8Array(wasm.memory.buffer);
    }
    return cachedUint8ArrayMemory0;
}

function passArray8ToWasm0(arg, malloc) {
    const ptr = malloc(arg.length * 1, 1) >>> 0;
    getUint8ArrayMemory0().set(arg, ptr / 1);
    WASM_VECTOR_LEN = arg.length;
    return ptr;
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

function takeFromExternrefTable0(idx) {
    const value = wasm.__wbindgen_externrefs.get(idx);
    wasm.__externref_table_dealloc(idx);
    return value;
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
    cachedDataViewMemory0 = null;
    cachedUint32ArrayMemory0 = null;
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
        module_or_path = new URL('aerospike_wasm_devserver_bg.wasm', import.meta.url);
    }
    const imports = __wbg_get_imports();

    if (typeof module_or_path === 'string' || (typeof Request === 'function' && module_or_path instanceof Request) || (typeof URL === 'function' && module_or_path instanceof URL)) {
        module_or_path = fetch(module_or_path);
    }

    const { instance, module } = await __wbg_load(await module_or_path, imports);

    return __wbg_finalize_init(instance, module);
}

export { initSync, __wbg_init as default };
