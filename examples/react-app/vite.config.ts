import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = "http://localhost:8000";

/** In development the page and the API have one origin, so that the server needs no CORS_ORIGINS. */
export default defineConfig({
  plugins: [react()],
  server: { proxy: { "/trpc": { target: server, ws: true }, "/v1": server } },
});
