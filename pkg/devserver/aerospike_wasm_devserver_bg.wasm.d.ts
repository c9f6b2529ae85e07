/* tslint:disable */
/* eslint-disable */
export const memory: WebAssembly.Memory;
export const __wbg_devserver_free: (a: number, b: number) => void;
export const devserver_answer_address: (a: number) => number;
export const devserver_connect: (a: number, b: number) => number;
export const devserver_disconnected: (a: number, b: number) => void;
export const devserver_expire: (a: number, b: number) => void;
export const devserver_kill: (a: number, b: number) => void;
export const devserver_missing: (a: number, b: number) => [number, number];
export const devserver_new: (a: number, b: number, c: number, d: number) => [number, number, number];
export const devserver_node_count: (a: number) => number;
export const devserver_node_name: (a: number, b: number) => [number, number];
export const devserver_pending: (a: number, b: number) => number;
export const devserver_receive_reserve: (a: number, b: number) => number;
export const devserver_received: (a: number, b: number, c: number, d: number) => number;
export const devserver_restart: (a: number, b: number) => void;
export const devserver_set_address: (a: number, b: number, c: number, d: number, e: number) => void;
export const devserver_set_udf_host: (a: number, b: any) => void;
export const devserver_wait: (a: number, b: number, c: number) => number;
export const devserver_waits_for_udfs: (a: number, b: number) => number;
export const __wbindgen_malloc: (a: number, b: number) => number;
export const __wbindgen_externrefs: WebAssembly.Table;
export const __wbindgen_free: (a: number, b: number, c: number) => void;
export const __wbindgen_realloc: (a: number, b: number, c: number, d: number) => number;
export const __externref_table_dealloc: (a: number) => void;
export const __wbindgen_start: () => void;
