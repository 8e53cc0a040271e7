import { init, type Functions } from "@embedpdf/pdfium";

/** PDFium's functions as WebAssembly exports them: numbers and addresses in, a number out. */
type Calls = { readonly [Name in keyof Functions]: (...args: number[]) => number };

/** One instance of PDFium with its own memory: it reads one document and is dropped. */
export type Pdfium = {
  readonly calls: Calls;
  /** Views of its memory, which is another one after it has grown. */
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Room for the results of one call. */
  readonly scratch: number;
  /** It was refused memory: what it returns from then on may be incomplete. */
  readonly isExhausted: boolean;
  /** Throws a `RangeError` where the instance has no room. */
  allocate(bytes: number): number;
  free(address: number): void;
};

const SCRATCH_BYTES = 256;

/** Makes an instance whose memory cannot grow beyond `memoryBytes`: PDFium aborts there with a `RuntimeError`. */
export const createInstance = async (module: WebAssembly.Module, memoryBytes: number): Promise<Pdfium> => {
  const ignore = () => {};
  let isExhausted = false;
  const { pdfium } = await init({
    print: ignore,
    printErr: ignore,
    instantiateWasm: (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) => {
      capMemory(imports, memoryBytes, () => (isExhausted = true));
      const instance = new WebAssembly.Instance(module, imports);
      done(instance);
      return instance.exports;
    },
  });
  const exported = pdfium.wasmExports as unknown as Calls & { memory: WebAssembly.Memory };
  exported.PDFiumExt_Init();
  let [bytes, view] = [new Uint8Array(0), new DataView(new ArrayBuffer(0))];
  const refresh = () => {
    // Memory that grows detaches its views.
    if (bytes.length > 0) return;
    bytes = new Uint8Array(exported.memory.buffer);
    view = new DataView(exported.memory.buffer);
  };
  return {
    calls: exported,
    get bytes() {
      refresh();
      return bytes;
    },
    get view() {
      refresh();
      return view;
    },
    get isExhausted() {
      return isExhausted;
    },
    scratch: pdfium.wasmExports.malloc(SCRATCH_BYTES),
    allocate: (size) => {
      const address = pdfium.wasmExports.malloc(size);
      if (address === 0) throw new RangeError("The instance has no room.");
      return address;
    },
    free: (address) => pdfium.wasmExports.free(address),
  };
};

const capMemory = ({ env = {} }: WebAssembly.Imports, memoryBytes: number, onRefused: () => void): void => {
  const grow = env["emscripten_resize_heap"] as (bytes: number) => number;
  env["emscripten_resize_heap"] = (bytes: number) => {
    if (bytes >>> 0 <= memoryBytes) return grow(bytes);
    onRefused();
    return 0;
  };
};
