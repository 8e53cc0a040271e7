import { join } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compressed } from "./compressed.ts";
import { pdfjsData } from "./pdfjs-data.ts";

const root = join(import.meta.dirname, "..");
const sdk = join(root, "client-sdk/src");

export default defineConfig({
  root: import.meta.dirname,
  // Relative addresses: the page works under whatever path a proxy puts it.
  base: "./",
  plugins: [react(), pdfjsData(join(root, "node_modules/pdfjs-dist")), compressed()],
  resolve: {
    // The client's source, so that it need not be built first.
    alias: [
      { find: /^@docuchat\/client$/, replacement: join(sdk, "index.ts") },
      { find: /^@docuchat\/client\/(.+)$/, replacement: join(sdk, "$1") },
    ],
  },
  build: {
    target: "es2023",
    outDir: join(import.meta.dirname, "dist"),
    emptyOutDir: true,
    // The page's policy allows no script or font within the page.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_500,
  },
  worker: { format: "es" },
});
