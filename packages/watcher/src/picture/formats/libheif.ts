/** The dozen functions of libheif's WebAssembly build that are used, and an instance of it. LGPL-3.0, loaded unchanged. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Pointers are 32-bit and come back signed: `>>> 0` before they index memory. Functions that return a `heif_error` write it to their first argument. */
export interface LibheifModule {
  readonly HEAPU8: Uint8Array;
  readonly HEAP32: Int32Array;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  _heif_context_alloc(): number;
  _heif_context_free(context: number): void;
  _heif_context_read_from_memory_without_copy(
    error: number,
    context: number,
    data: number,
    size: number,
    options: number,
  ): void;
  _heif_context_get_primary_image_handle(error: number, context: number, handle: number): void;
  _heif_image_handle_get_width(handle: number): number;
  _heif_image_handle_get_height(handle: number): number;
  _heif_image_handle_has_alpha_channel(handle: number): number;
  _heif_image_handle_is_premultiplied_alpha(handle: number): number;
  _heif_image_handle_get_number_of_thumbnails(handle: number): number;
  _heif_image_handle_get_list_of_thumbnail_IDs(handle: number, ids: number, count: number): number;
  _heif_image_handle_get_thumbnail(error: number, handle: number, id: number, thumbnail: number): void;
  _heif_image_handle_release(handle: number): void;
  _heif_decode_image(
    error: number,
    handle: number,
    image: number,
    colorspace: number,
    chroma: number,
    options: number,
  ): void;
  _heif_image_get_primary_width(image: number): number;
  _heif_image_get_primary_height(image: number): number;
  _heif_image_get_plane_readonly(image: number, channel: number, stride: number): number;
  _heif_image_release(image: number): void;
}

type Factory = (options: {
  instantiateWasm(imports: object, receive: (instance: object) => void): object;
  print(text: string): void;
  printErr(text: string): void;
}) => LibheifModule;

// Node has it; TypeScript's types for it come with a browser's.
const wasm = (globalThis as unknown as { readonly WebAssembly: WasmRuntime }).WebAssembly;
interface WasmRuntime {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}

/** WebAssembly memory grows and never shrinks: an instance that has decoded something huge is dropped. */
const KEEP_BELOW_BYTES = 256 << 20;
const quiet = (): void => {};

let compiled: { readonly factory: Factory; readonly program: object } | undefined;
let current: LibheifModule | undefined;

/** An instance that this thread may use until its next call. */
export function takeLibheif(): LibheifModule {
  if (current === undefined || current.HEAPU8.length > KEEP_BELOW_BYTES) current = instantiate();
  return current;
}

/** After a trap the instance's memory is in no known state. */
export function dropLibheif(): void {
  current = undefined;
}

function instantiate(): LibheifModule {
  compiled ??= compile();
  const { factory, program } = compiled;
  return factory({
    instantiateWasm(imports, receive) {
      const instance = new wasm.Instance(program, imports);
      receive(instance);
      return instance.exports;
    },
    print: quiet,
    printErr: quiet,
  });
}

function compile(): { readonly factory: Factory; readonly program: object } {
  const require = createRequire(import.meta.url);
  const program = new wasm.Module(readFileSync(require.resolve('libheif-js/libheif-wasm/libheif.wasm')));
  // The package's own types speak of its object API; the functions above are its C API.
  return { factory: require('libheif-js/libheif-wasm/libheif.js') as Factory, program };
}
